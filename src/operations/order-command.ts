import type { z } from 'zod'
import type { OrderPlace, SpecialTerms } from '../state/command.ts'
import type { Instrument, State } from '../state/state.ts'
import type { orderRequest } from '../wire/order.ts'
import { readPrice, readQuantity } from '../api/amount.ts'
import { namedInstrument } from '../api/instrument-name.ts'
import type { Caller } from '../api/operation.ts'
import { Problem } from '../api/problem.ts'

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
    type: body.type,
    timeInForce: body.time_in_force ?? (body.type === 'market' ? 'ioc' : 'gtc'),
    postOnly: body.post_only,
    selfTrade: body.self_trade_prevention,
    price,
    lots: quantity,
    clientOrderId: body.client_order_id ?? null,
    mandate: caller.mandate,
  }
  const special = specialTermsOf(body)
  if (special !== undefined) command.special = special
  return { command, instrument }
}

/** What the request asks beyond a plain order, or nothing. */
function specialTermsOf(body: z.output<typeof orderRequest>): SpecialTerms | undefined {
  const special: SpecialTerms = {}
  if (body.expires_at !== undefined) special.expiresAt = body.expires_at
  if (body.reduce_only) special.reduceOnly = true
  if (body.group !== undefined) special.group = body.group
  return Object.keys(special).length === 0 ? undefined : special
}
