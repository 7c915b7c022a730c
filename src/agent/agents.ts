import { ARBITRAGEUR, arbitrageur } from './arbitrageur.ts'
import type { Work } from './buyer.ts'
import { BUYER, Buyer } from './buyer.ts'
import type { Desk } from './desk.ts'
import { HEDGER, hedger } from './hedger.ts'
import type { Participant } from './loop.ts'
import { MAKER, marketMaker } from './market-maker.ts'
import type { Fields } from './setting.ts'
import { readSettings, SettingFault } from './setting.ts'
import { SUPPLIER, supplier } from './supplier.ts'

export type { BuyerMemory, Task, Work } from './buyer.ts'
export { freshMemory } from './buyer.ts'
export type { Outcome } from './desk.ts'
export { Desk } from './desk.ts'
export { Earner } from './earner.ts'
export { Forecast } from './forecast.ts'
export type { LoopOptions, Participant, Told } from './loop.ts'
export { runAgent } from './loop.ts'
export { SettingFault } from './setting.ts'
export type { Step } from './step.ts'
export { inWords } from './step.ts'

/** The agents that are ready to run: what each does, and its settings. */
export const AGENTS = {
  buyer: { says: 'does a list of tasks on the grade that does most per dollar', settings: BUYER },
  hedger: { says: 'buys units ahead of what its account is used to consume', settings: HEDGER },
  arbitrageur: { says: 'trades what differs between grades, or from posted prices', settings: ARBITRAGEUR },
  maker: { says: 'keeps a two-sided market in one grade', settings: MAKER },
  supplier: {
    says: 'issues units on an offer and asks for them what they cost and a margin',
    settings: SUPPLIER,
  },
} as const satisfies Record<string, { says: string; settings: Fields }>

/** The name of an agent that is ready to run. */
export type AgentKind = keyof typeof AGENTS

/** An agent ready to run at a desk that has started. Throws `SettingFault` on settings it cannot use. */
export function createAgent(
  kind: AgentKind,
  desk: Desk,
  given: Readonly<Record<string, unknown>>,
  work?: Work,
): Participant {
  switch (kind) {
    case 'buyer':
      if (work === undefined) throw new SettingFault('a buyer needs tasks')
      return new Buyer(desk, readSettings(BUYER, given), work)
    case 'hedger':
      return hedger(desk, readSettings(HEDGER, given))
    case 'arbitrageur':
      return arbitrageur(desk, readSettings(ARBITRAGEUR, given))
    case 'maker':
      return marketMaker(desk, readSettings(MAKER, given))
    case 'supplier':
      return supplier(desk, readSettings(SUPPLIER, given))
  }
}
