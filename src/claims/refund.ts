import type { AccountId, InstrumentId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros, mulDivDown, ppm, shareDown, wt } from '../base/money.ts'
import { theAccount, theInstrument } from '../state/account.ts'
import type { Events } from '../state/event-log.ts'
import type { Bought } from '../state/conduct.ts'
import type { Position, State } from '../state/state.ts'
import { referencePrice } from '../trading/risk.ts'
import { insure } from './insurance.ts'
import { available, charge, collect } from './penalty.ts'

/** What a rejected lot pays its buyers on top of what it gives back. */
const UPLIFT = ppm(100_000)
/** Earnings that are withheld pay refunds first, then the bond, then penalties that are not final. */
const PAYERS = ['withheld', 'bond', 'penalties'] as const

type Refund = { buyer: AccountId; wt: Wt; due: Micros; own: Micros }

/**
 * Gives the buyers of a rejected lot back what it was not worth, of all deliveries whose earnings are still
 * withheld: the difference to the grade it passes at the reference prices of both, or all of it. Where the
 * supplier's money is short it pays pro rata, and the insurance fund what it can of their own cost. 10 % more
 * is a penalty.
 */
export function refundLot(
  state: State,
  position: Position,
  regraded: InstrumentId | null,
  events: Events,
): void {
  const { account, instrument } = position
  const refunds = refundsOf(state, position, regraded)
  const total = refunds.reduce((sum, { due }) => sum + due, 0)
  if (total === 0) return
  const paying = Math.min(total, available(state, position, PAYERS))
  if (paying < total) state.failing.push({ account, instrument: null, reason: 'bond_exhausted' })
  const paid = refunds.map(({ buyer, due }) => {
    const part = mulDivDown(due, paying, total)
    return collect(state, position, part, theAccount(state, buyer).free, PAYERS)
  })
  const claims = refunds.map(({ buyer, own }, i) => ({
    buyer,
    amount: micros(Math.max(0, own - (paid[i] ?? 0))),
  }))
  const insured = insure(state, theAccount(state, account), claims)
  for (const [i, { buyer, wt: quantity, due }] of refunds.entries()) {
    const given = { due, paid: paid[i] ?? micros(0), insured: insured[i] ?? micros(0) }
    events.push({ kind: 'lot.refunded', account, buyer, instrument, wt: quantity, ...given })
  }
  for (const { buyer, wt: quantity, due } of refunds) {
    const uplift = { offence: 'rejected_lot', due: shareDown(due, UPLIFT), buyer, wt: quantity } as const
    charge(state, position, { ...uplift, draw: null, failure: 'lot_rejected' }, ['withheld', 'bond'], events)
  }
}

/** What each buyer is due, and how much of that is its own cost. What was refunded once is forgotten. */
function refundsOf(state: State, position: Position, regraded: InstrumentId | null): Refund[] {
  const sums = new Map<AccountId, Bought>()
  for (const entry of state.withheld) {
    if (entry.account !== position.account || entry.instrument !== position.instrument) continue
    for (const [buyer, { wt: quantity, cost, proceeds }] of Object.entries(entry.bought)) {
      const id = Number(buyer) as AccountId
      const sum = sums.get(id)
      sums.set(id, {
        wt: wt((sum?.wt ?? 0) + quantity),
        cost: micros((sum?.cost ?? 0) + cost),
        proceeds: micros((sum?.proceeds ?? 0) + proceeds),
      })
    }
    entry.bought = {}
  }
  const [less, whole] = difference(state, position.instrument, regraded)
  return [...sums].map(([buyer, { wt: quantity, cost, proceeds }]) => {
    const due = micros(mulDivDown(proceeds, less, whole))
    const own = micros(mulDivDown(Math.min(cost, proceeds), less, whole))
    return { buyer, wt: quantity, due, own }
  })
}

/** How much less the lower grade is worth than the instrument, and that, in µ$ per unit. */
function difference(state: State, own: InstrumentId, lower: InstrumentId | null): [number, number] {
  const priceOf = (id: InstrumentId): number => {
    const instrument = theInstrument(state, id)
    return referencePrice(instrument) * instrument.spec.tick
  }
  const whole = priceOf(own)
  return lower === null ? [1, 1] : [Math.max(0, whole - priceOf(lower)), whole]
}
