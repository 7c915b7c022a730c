import type { AccountId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros, mulDivUp, PPM, ppm, shareUp, wt } from '../base/money.ts'
import { positionOf, theInstrument } from '../state/account.ts'
import type { DrawFail } from '../state/command.ts'
import { newConduct } from '../state/conduct.ts'
import type { Events } from '../state/event-log.ts'
import type { Draw, State } from '../state/state.ts'
import { contractValue } from '../trading/escrow.ts'
import { unitsHeld } from './claim.ts'
import { weigh } from './judge.ts'
import { charge, roomFor } from './penalty.ts'

/** What a hard failure costs the supplier, as a share of the contract price of the units called. */
const HARD_FAILURE = ppm(50_000)
/** What a buyer gets where nobody can serve, as a share of the contract price of what it asked and got. */
const COMPENSATION = ppm(250_000)

/** What the 5 % is taken from. Where cover was bought, what was left of the escrow stands with the bond. */
const MARKED_PAY = ['withheld', 'bond'] as const
const COVERED_PAY = ['bond', 'withheld'] as const

/** A call that a supplier missed, and what it was worth to it. Taken down before the call is ended. */
export type Miss = { draw: Draw; supplier: AccountId; wt: Wt; value: Micros; failure: string }

export function missOf(state: State, draw: Draw, failure: string): Miss {
  const { supplier, wt: called } = draw
  const position = positionOf(state, supplier, draw.instrument)
  const value = position === undefined ? micros(0) : contractValue(position, called)
  return { draw, supplier, wt: called, value, failure }
}

/**
 * A hard failure, once the call has ended: the supplier pays 5 % of the contract price of the units called,
 * once a draw. Where it goes on owing them, they are marked missed.
 */
export function punishMiss(state: State, miss: Miss, how: 'marked' | 'covered', events: Events): void {
  const { draw, supplier, failure } = miss
  const position = positionOf(state, supplier, draw.instrument)
  draw.blamed ??= supplier
  if (draw.failed.includes(supplier) || position === undefined) return
  position.conduct ??= newConduct(state.at)
  position.conduct.missedCalls++
  if (how === 'marked') position.missed = wt(Math.min(position.missed + miss.wt, position.escrowed))
  const due = shareUp(miss.value, HARD_FAILURE)
  const offence = { offence: 'hard_failure', due, buyer: null, wt: miss.wt, draw: draw.id, failure } as const
  const sources = how === 'marked' ? MARKED_PAY : COVERED_PAY
  const room = roomFor(state, supplier)
  const paid = charge(state, position, offence, sources, events)
  if (paid < Math.min(due, room))
    state.failing.push({ account: supplier, instrument: null, reason: 'bond_exhausted' })
}

/**
 * Nobody could serve: the first supplier at fault pays the buyer 25 % of its contract price on the prompt and
 * what had been relayed, out of its bond in the instrument alone. No unit is compensated twice.
 */
export function compensate(
  state: State,
  draw: Draw,
  relayed: DrawFail['relayed'],
  failure: string,
  events: Events,
): void {
  const { instrument, account } = draw
  const buyer = positionOf(state, account, instrument)
  const blamed = draw.blamed === null ? undefined : positionOf(state, draw.blamed, instrument)
  if (buyer === undefined || blamed === undefined) return
  const tokens = { ...relayed, cachedTokens: 0 }
  const asked = mulDivUp(weigh(theInstrument(state, instrument).spec, tokens), 1, PPM)
  const fresh = unitsHeld(state, buyer) - buyer.compensated
  const quantity = wt(Math.min(asked, draw.wt, fresh, blamed.escrowed))
  if (quantity <= 0) return
  const due = shareUp(contractValue(blamed, quantity), COMPENSATION)
  const offence = {
    offence: 'undelivered',
    due,
    buyer: account,
    wt: quantity,
    draw: draw.id,
    failure,
  } as const
  if (charge(state, blamed, offence, ['bond'], events) > 0)
    buyer.compensated = wt(buyer.compensated + quantity)
}
