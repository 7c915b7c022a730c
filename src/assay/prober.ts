import { createHash } from 'node:crypto'
import type { Chance } from '../base/chance.ts'
import type { AccountId, InstrumentId, OfferId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Micros } from '../base/money.ts'
import { micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_DAY } from '../base/time.ts'
import type { Gateway } from '../delivery/gateway.ts'
import type { Timer } from '../delivery/timer.ts'
import { failureAt } from '../pool/failure.ts'
import type { Item } from '../pool/item.ts'
import { passes } from '../pool/item.ts'
import { familyName, itemsFor } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'
import { thetaAt } from '../measure/scale.ts'
import type { Applied, Sequencer } from '../sequencer/sequencer.ts'
import { freeCash, instrumentOf, theAccount } from '../state/account.ts'
import type { LotProbe } from '../state/command.ts'
import type { Instrument } from '../state/state.ts'
import { candidates } from '../trading/supply.ts'
import { askThrough } from './probe-surface.ts'

/** Probes suppliers unannounced, as a buyer that nobody can tell from others. */
export type Prober = {
  /** Probes whatever is due now; returns how many answers were graded. */
  turn(): Promise<number>
  /** Turns by itself from now on. */
  start(): void
  stop(): Promise<void>
}

export type ProberParts = {
  exchange: Pick<Sequencer, 'state' | 'ask' | 'onCommit'>
  gateway: Pick<Gateway, 'complete'>
  timer: Timer
  clock: () => Instant
  chance: Chance
  /** The exchange's own account that asks. */
  account: AccountId
  /** Least probes a day of every supplier in every instrument; 0: none at all. */
  perDay: number
  /** A probe that could not be carried out. */
  onFailure: (error: unknown) => void
}

/** Of delivered requests, one in so many is followed by a probe. */
const ONE_IN = 100
const TURN_MS = 1_000
/** µ$ that the account asks of fee income when it has less than that. */
const PURSE = micros(1_000_000)
/** Limits that ordinary requests name. */
const LIMITS = [512, 1_024, 1_500, 2_048] as const
/** The log-likelihood needs room for 6 points more than a model at the floor fails. */
const FAILURE_MOST = 930_000

type Due = { offer: OfferId; instrument: InstrumentId }
/** When the next probe is due, and where in the day its turn ends: one falls in each. */
type Slot = { next: number; ends: number }

export function createProber(parts: ProberParts): Prober {
  const { exchange, clock, chance, account } = parts
  const slots = new Map<string, Slot>()
  const prompted: Due[] = []
  let asked = 0
  let stopped = false
  let cancel: () => void = () => {}
  let running: Promise<number> = Promise.resolve(0)

  const stopHearing = exchange.onCommit((batch: readonly Applied[]) => {
    for (const { events } of batch)
      for (const event of events)
        if (event.kind === 'draw.settled' && event.account !== account && chance.below(ONE_IN) === 0)
          prompted.push({ offer: event.offer, instrument: event.instrument })
  })

  /** Each stretch of the day holds one probe, at a time of chance: no cadence to wait for. */
  function isDue({ offer, instrument }: Due, now: Instant): boolean {
    const length = MICROS_PER_DAY / parts.perDay
    const key = `${offer} ${instrument}`
    const slot = slots.get(key)
    if (slot !== undefined && now < slot.next) return false
    const starts = slot === undefined ? now : Math.max(slot.ends, now - length)
    slots.set(key, { next: starts + chance.fraction() * length, ends: starts + length })
    return slot !== undefined
  }

  function dueNow(): Due[] {
    const now = clock()
    const due = prompted.splice(0)
    for (const { id } of exchange.state.instruments)
      for (const { offer } of candidates(exchange.state, id, exchange.state.at)) {
        const one = { offer, instrument: id }
        if (isDue(one, now)) due.push(one)
      }
    return due
  }

  async function fill(): Promise<boolean> {
    const purse = () => freeCash(exchange.state, theAccount(exchange.state, account))
    if (purse() >= PURSE / 10) return true
    const { ledger, house } = exchange.state
    const amount = Math.min(PURSE, ledger.balance[house.fees] ?? 0) as Micros
    if (amount > 0) await exchange.ask({ kind: 'probe.fund', account, amount })
    return purse() > 0
  }

  async function probe({ offer, instrument: id }: Due): Promise<boolean> {
    const instrument = instrumentOf(exchange.state, id)
    if (instrument === undefined || !(await fill())) return false
    const { spec } = instrument
    const item = itemsFor(spec.task, thetaAt(spec.intelligenceFloor, PANEL), 1, chance)[0]
    const expected = item === undefined ? [] : expectedOf(exchange.state.instruments, instrument, item)
    if (item === undefined || expected[0]?.instrument !== id) return false
    const request = `req_${Math.floor(clock() / 1_000)}${++asked}`
    const outputMax = Math.min(LIMITS[chance.below(LIMITS.length)] ?? LIMITS[0], spec.outputTokensMax)
    const told = await askThrough(parts.gateway, {
      caller: { account, mandate: NO_MANDATE, buyLimit: spec.priceMax },
      instrument: id,
      offer,
      model: spec.symbol,
      prompt: item.prompt,
      outputMax,
      request,
    })
    if (told === undefined) return false
    const digest = createHash('sha256').update(`${item.prompt}\n${told.content}`).digest('hex')
    const applied = await exchange.ask({
      kind: 'lot.probe',
      offer,
      instrument: id,
      passed: passes(item, told.content),
      expected,
      evidence: { item: familyName(item), request: told.receipt, sha256: digest },
    })
    return applied.events.some(({ kind }) => kind === 'lot.probed')
  }

  async function turn(): Promise<number> {
    let graded = 0
    for (const due of parts.perDay === 0 ? [] : dueNow()) {
      if (stopped) break
      if (await probe(due)) graded++
    }
    return graded
  }

  const next = (): Promise<number> => {
    running = running.catch(() => 0).then(turn)
    return running
  }

  const arm = (): void => {
    if (stopped) return
    cancel = parts.timer.after(TURN_MS, () => {
      next()
        .catch((error: unknown) => {
          if (!stopped) parts.onFailure(error)
        })
        .finally(arm)
    })
  }

  return {
    turn: next,
    start: arm,
    async stop() {
      stopped = true
      cancel()
      stopHearing()
      await running.catch(() => 0)
    },
  }
}

/** What a model at the floor of the instrument fails of such items, and at those of the grades below it. */
function expectedOf(all: readonly Instrument[], own: Instrument, item: Item): LotProbe['expected'][number][] {
  const { task, intelligenceFloor: floor } = own.spec
  const lower = all.filter(({ spec }) => spec.task === task && spec.intelligenceFloor < floor)
  return [own, ...lower]
    .map(({ id, spec }) => ({ instrument: id, failure: failureAt(spec.intelligenceFloor, item) }))
    .filter(({ failure }) => failure > 0 && failure < FAILURE_MOST)
}
