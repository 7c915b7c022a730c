import type { z } from 'zod'
import type { AmendedTerms, OrderPlace, SpecialTerms } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import type { Instrument, State } from '../state/state.ts'
import type { orderAmendment, orderRequest } from '../wire/order.ts'
import { readPrice, readQuantity } from '../api/amount.ts'
import { namedInstrument } from '../api/instrument-name.ts'
import type { Caller } from '../api/operation.ts'
import { faultAt, Problem } from '../api/problem.ts'

/** A placement as the engine takes it, and the market it is for. */
export type Placement = { command: OrderPlace; instrument: Instrument }

/** The command of an order request: names and decimal text become ids and integers. */
export function placementOf(
  state: State,
  body: z.output<typeof orderRequest>,
  caller: Caller,
): Placement | Problem {
  const instrument = namedInstrument(state, body.instrument, '/instrument')
  if (instrument instanceof Problem) return instrument
  const { spec } = instrument
  const price = body.price === undefined ? null : readPrice(spec, body.price, '/price')
  if (price instanceof Problem) return price
  const quantity = readQuantity(spec, body.quantity, '/quantity')
  if (quantity instanceof Problem) return quantity
  const command: OrderPlace = {
    kind: 'order.place',
    account: caller.account,
    instrument: instrument.id,
    side: body.side,
    type: body.type === 'market' || body.type === 'stop' ? 'market' : 'limit',
    timeInForce: body.time_in_force ?? (body.type === 'market' ? 'ioc' : 'gtc'),
    postOnly: body.post_only,
    selfTrade: body.self_trade_prevention,
    price,
    lots: quantity,
    clientOrderId: body.client_order_id ?? null,
    mandate: caller.mandate,
  }
  const special = specialTermsOf(spec, body)
  if (special instanceof Problem) return special
  if (special !== undefined) command.special = special
  return { command, instrument }
}

/** What the request asks beyond a plain order, or nothing. */
function specialTermsOf(spec: Spec, body: z.output<typeof orderRequest>): SpecialTerms | undefined | Problem {
  const special: SpecialTerms = {}
  const isStop = body.type === 'stop' || body.type === 'stop_limit'
  if (isStop !== (body.stop_price !== undefined))
    return faultAt('invalid_request', '/stop_price', 'a stop order, and no other, has a stop_price')
  if (body.type === 'stop' && body.price !== undefined)
    return faultAt('invalid_request', '/price', 'a stop names no price: a stop_limit does')
  if (body.stop_price !== undefined) {
    const stop = readPrice(spec, body.stop_price, '/stop_price')
    if (stop instanceof Problem) return stop
    special.stop = stop
  }
  if (body.expires_at !== undefined) special.expiresAt = body.expires_at
  if (body.reduce_only) special.reduceOnly = true
  if (body.all_or_none) special.allOrNone = true
  if (body.group !== undefined) special.group = body.group
  if (body.display_quantity !== undefined) {
    const display = readQuantity(spec, body.display_quantity, '/display_quantity')
    if (display instanceof Problem) return display
    special.display = display
  }
  return Object.keys(special).length === 0 ? undefined : special
}

/** The terms that an amendment gives another value, or nothing. */
export function amendedTermsOf(
  spec: Spec,
  body: z.output<typeof orderAmendment>,
): AmendedTerms | undefined | Problem {
  const terms: AmendedTerms = {}
  if (body.stop_price !== undefined) {
    const stop = readPrice(spec, body.stop_price, '/stop_price')
    if (stop instanceof Problem) return stop
    terms.stop = stop
  }
  if (body.display_quantity !== undefined) {
    const display = readQuantity(spec, body.display_quantity, '/display_quantity')
    if (display instanceof Problem) return display
    terms.display = display
  }
  if (body.expires_at !== undefined) terms.expiresAt = body.expires_at
  return Object.keys(terms).length === 0 ? undefined : terms
}
