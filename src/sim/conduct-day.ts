import { chance } from '../base/chance.ts'
import type { Chance } from '../base/chance.ts'
import type { AccountId, DrawId, InstrumentId, MemberId, OfferId, Seq } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { lots, micros, ppm, ticks, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MS, MICROS_PER_SECOND } from '../base/time.ts'
import { apply } from '../engine/engine.ts'
import { theAccount } from '../state/account.ts'
import type { Command, Reading } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import { balanceOf } from '../state/ledger.ts'
import type { State } from '../state/state.ts'
import { emptyState } from '../state/state.ts'

/**
 * A supplier that may fail, an accomplice that buys and calls in another name, a supplier that performs and a
 * buyer that uses what it bought. The same seed gives the same days; only how the first one serves differs.
 */
const [SUPPLIER, ACCOMPLICE, PERFORMER, BUYER] = [1, 2, 3, 4] as AccountId[] as [
  AccountId,
  AccountId,
  AccountId,
  AccountId,
]
const OWN = 1 as OfferId
const OTHER = 2 as OfferId
const MARKET = 0 as InstrumentId
const STAKE = 1_000_000_000
const MINUTE = 60 * MICROS_PER_SECOND
const EVIDENCE = { requests: 100, ttftMsP95: 900, tokensPerSecondP5: 60, items: 50, passed: 50, sha256: '' }

/** What everybody has in the end, in µ$ more than it came with; nothing is left standing. */
export type Outcome = { coalition: number; performer: number; buyer: number; insurance: number; state: State }

type Step =
  | { what: 'sell'; who: AccountId; offer: OfferId; lots: number; price: number }
  | { what: 'buy'; who: AccountId; lots: number; price: number }
  | { what: 'keep'; who: AccountId; wt: number }
  | { what: 'call'; who: AccountId; wt: number }
  | { what: 'wait'; minutes: number }

/** Plays the days of a seed. With `failing`, the supplier serves its calls as it pleases, by another seed. */
export function playConduct(
  spec: Spec,
  seed: number,
  failing: number | null,
  check: (state: State, events: readonly Event[]) => void,
): Outcome {
  const state = emptyState()
  let now = (Date.UTC(2026, 10, 25) * MICROS_PER_MS) as Instant
  const ask = (command: Command): readonly Event[] => {
    const events = apply(state, (state.seq + 1) as Seq, now, command)
    check(state, events)
    return events
  }
  found(spec, now, ask)
  const whim = failing === null ? null : chance(failing)
  for (const step of scheduleOf(chance(seed))) {
    if (step.what === 'wait') {
      now = later(now, step.minutes * MINUTE)
      ask({ kind: 'time.tick' })
    } else act(state, now, step, ask, whim)
  }
  for (const who of [SUPPLIER, ACCOMPLICE, PERFORMER, BUYER])
    ask({ kind: 'order.cancel_all', account: who, instrument: null, side: null })
  now = later(now, 7 * MICROS_PER_DAY)
  ask({ kind: 'time.tick' })
  const gain = (account: AccountId) => balanceOf(state.ledger, theAccount(state, account).free) - STAKE
  return {
    coalition: gain(SUPPLIER) + gain(ACCOMPLICE),
    performer: gain(PERFORMER),
    buyer: gain(BUYER),
    insurance: balanceOf(state.ledger, state.house.insurance),
    state,
  }
}

function found(spec: Spec, now: Instant, ask: (command: Command) => unknown): void {
  ask({ kind: 'instrument.list', spec })
  for (const account of [SUPPLIER, ACCOMPLICE, PERFORMER, BUYER]) {
    ask({ kind: 'member.admit', name: `member ${account}` })
    const roles = ['supplier', 'consumer', 'trader'] as const
    ask({ kind: 'account.open', member: account as number as MemberId, name: `account ${account}`, roles })
    ask({ kind: 'cash.deposit', account, amount: micros(STAKE), reference: 'opening' })
  }
  const terms = { concurrency: 8, capabilities: [], contextTokens: 131_072, disclosed: true }
  for (const [offer, account] of [
    [OWN, SUPPLIER],
    [OTHER, PERFORMER],
  ] as const) {
    ask({ kind: 'offer.register', account, name: 'offer', rate: wt(1_000_000_000), ...terms })
    const expiresAt = later(now, 90 * MICROS_PER_DAY)
    ask({ kind: 'offer.certify', offer, instrument: MARKET, expiresAt, evidence: EVIDENCE })
  }
}

/** Two days of sales, purchases, calls and waiting. */
function scheduleOf(dice: Chance): Step[] {
  const steps: Step[] = []
  const buyer = () => (dice.below(3) === 0 ? ACCOMPLICE : BUYER)
  for (let i = 0; i < 120; i++) {
    const pick = dice.below(10)
    const price = 7_800 + dice.below(401)
    const quantity = 1 + dice.below(40)
    if (pick < 2) steps.push({ what: 'sell', who: SUPPLIER, offer: OWN, lots: quantity, price })
    else if (pick < 3) steps.push({ what: 'sell', who: PERFORMER, offer: OTHER, lots: quantity, price })
    else if (pick < 5) steps.push({ what: 'buy', who: buyer(), lots: quantity, price: 8_300 })
    else if (pick < 6) steps.push({ what: 'keep', who: buyer(), wt: 1 + dice.below(200_000) })
    else if (pick < 9) steps.push({ what: 'call', who: buyer(), wt: 1 + dice.below(60_000) })
    else steps.push({ what: 'wait', minutes: 1 + dice.below(120) })
  }
  return steps
}

type Act = Exclude<Step, { what: 'wait' }>
type Ask = (command: Command) => readonly Event[]

/** Does one step; what the exchange refuses does not happen. */
function act(state: State, now: Instant, step: Act, ask: Ask, whim: Chance | null): void {
  const rules = { timeInForce: 'gtc', postOnly: 'none', selfTrade: 'cancel_newest' } as const
  const order = {
    ...rules,
    instrument: MARKET,
    type: 'limit',
    clientOrderId: null,
    mandate: NO_MANDATE,
  } as const
  const account = step.who
  switch (step.what) {
    case 'sell': {
      const issued = ask({
        kind: 'units.issue',
        account,
        offer: step.offer,
        instrument: MARKET,
        lots: lots(step.lots),
      })
      if (issued.at(-1)?.kind === 'command.rejected') return
      const what = { side: 'sell', price: ticks(step.price), lots: lots(step.lots) } as const
      ask({ kind: 'order.place', account, ...order, ...what })
      return
    }
    case 'buy': {
      const what = {
        side: 'buy',
        price: ticks(step.price),
        lots: lots(step.lots),
        timeInForce: 'ioc',
      } as const
      ask({ kind: 'order.place', account, ...order, ...what })
      return
    }
    case 'keep':
      ask({ kind: 'units.transfer', account, instrument: MARKET, wt: wt(step.wt) })
      return
    case 'call': {
      const draw = state.nextDraw as DrawId
      const deadline = later(now, MICROS_PER_HOUR)
      const parties = { account, mandate: NO_MANDATE, instrument: MARKET, offer: OWN, request: `r${draw}` }
      const opened = ask({ kind: 'draw.open', ...parties, wt: wt(step.wt), buyLimit: null, deadline })
      if (opened.at(-1)?.kind !== 'draw.opened') return
      if (whim === null) ask({ kind: 'draw.settle', draw, reading: readingOf(step.wt, 100) })
      else misbehave(draw, step.wt, ask, whim)
    }
  }
}

/** Everything that a supplier can do to a call, and to the probes among them. */
function misbehave(draw: DrawId, size: number, ask: Ask, whim: Chance): void {
  const failure = 'reset'
  const relayed = { inputTokens: 0, outputTokens: whim.below(size) }
  const expected = [{ instrument: MARKET, failure: ppm(100_000) }]
  const evidence = { item: 'sum', request: 'probe', sha256: '' }
  const passed = whim.below(3) > 0
  if (whim.below(4) === 0)
    ask({ kind: 'lot.probe', offer: OWN, instrument: MARKET, passed, expected, evidence })
  const settle = (ms: number) => ask({ kind: 'draw.settle', draw, reading: readingOf(size, ms) })
  const elsewhere = (events: readonly Event[]) => {
    if (events.some(({ kind }) => kind === 'command.rejected'))
      ask({ kind: 'draw.fail', draw, failure, fault: 'supplier', relayed })
    else settle(100)
  }
  switch (whim.below(6)) {
    case 0:
      return void settle(100)
    case 1:
      return void settle(5_000 + whim.below(6_000))
    case 2:
      return elsewhere(ask({ kind: 'draw.reroute', draw, offer: OTHER, failure, fault: 'supplier' }))
    case 3:
      return elsewhere(ask({ kind: 'draw.cover', draw, offers: [OTHER], failure }))
    default:
      ask({ kind: 'draw.fail', draw, failure, fault: 'supplier', relayed })
  }
}

/** All of a draw delivered as output, the first token after so many milliseconds. */
const readingOf = (size: number, ms: number): Reading => ({
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: size,
  finish: 'stop',
  ttft: ms * MICROS_PER_MS,
  generation: 0,
  excused: false,
  attempts: 1,
  claimedInput: null,
  claimedOutput: null,
  promptHash: '',
  outputHash: '',
})
