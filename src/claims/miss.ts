import type { Micros, Wt } from '../base/money.ts'
import { micros, ppm, shareUp, wt } from '../base/money.ts'
import { positionOf } from '../state/account.ts'
import type { Event } from '../state/event.ts'
import type { Draw, State } from '../state/state.ts'
import { contractValue } from '../trading/escrow.ts'
import { charge } from './penalty.ts'

/** What a hard failure costs the supplier, as a share of the contract price of the units called. */
const HARD_FAILURE = ppm(50_000)

/** What the supplier called now would have earned with so much of a draw, at its own prices. */
export function contractPrice(state: State, draw: Draw, quantity: Wt): Micros {
  const position = positionOf(state, draw.supplier, draw.instrument)
  return position === undefined ? micros(0) : contractValue(position, quantity)
}

/** A call that a supplier missed: what it was worth to it. Taken down before the call is ended. */
export type Miss = { draw: Draw; wt: Wt; value: Micros; failure: string }

export const missOf = (state: State, draw: Draw, failure: string): Miss => ({
  draw,
  wt: draw.wt,
  value: contractPrice(state, draw, draw.wt),
  failure,
})

/**
 * A hard failure, once the call has ended: the supplier keeps what it owes, the units called are marked
 * missed, and it pays 5 % of their contract price, whatever became of the request. Once a supplier and draw.
 */
export function punishMiss(state: State, miss: Miss, events: Event[]): void {
  const { draw, failure } = miss
  draw.blamed ??= draw.supplier
  if (draw.failed.includes(draw.supplier)) return
  const position = positionOf(state, draw.supplier, draw.instrument)
  if (position === undefined) return
  position.missed = wt(Math.min(position.missed + miss.wt, position.escrowed))
  const due = shareUp(miss.value, HARD_FAILURE)
  const offence = { offence: 'hard_failure', due, buyer: null, wt: miss.wt, draw: draw.id, failure } as const
  charge(state, position, offence, ['withheld', 'bond'], events)
}
