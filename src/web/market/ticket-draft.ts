import { parseDecimal } from '../../base/decimal.ts'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { OrderRequest } from '../../wire/order.ts'
import { trimmed } from '../shape/number.ts'

/** An order as it stands in the form: text, possibly not yet a number. */
export type Draft = {
  side: 'buy' | 'sell'
  type: 'limit' | 'market'
  price: string
  quantity: string
  timeInForce: 'gtc' | 'ioc' | 'fok'
  postOnly: boolean
}

export const emptyDraft: Draft = {
  side: 'buy',
  type: 'limit',
  price: '',
  quantity: '',
  timeInForce: 'gtc',
  postOnly: false,
}

export type DraftFaults = { price?: string; quantity?: string }

const places = (increment: string): number => increment.split('.')[1]?.replace(/0+$/, '').length ?? 0

/** What is wrong with a number, in words; nothing where it may be sent. */
function faultOf(text: string, increment: string, what: string): string | undefined {
  const value = parseDecimal(text, 9)
  if (value === undefined) return `${what} must be a number, such as ${trimmed(increment)}.`
  if (value <= 0) return `${what} must be above zero.`
  const step = parseDecimal(increment, 9) ?? 1
  if (value % step !== 0) return `${what} goes in steps of ${trimmed(increment)}.`
  return undefined
}

/** What keeps a draft from being an order. Fields not yet filled in are no fault, only unfinished. */
export function faultsOf(draft: Draft, instrument: InstrumentOut): DraftFaults {
  const faults: DraftFaults = {}
  const price = draft.price === '' ? undefined : faultOf(draft.price, instrument.price_increment, 'The price')
  if (price !== undefined) faults.price = price
  const quantity =
    draft.quantity === '' ? undefined : faultOf(draft.quantity, instrument.quantity_increment, 'The quantity')
  if (quantity !== undefined) faults.quantity = quantity
  return faults
}

/** The order of a finished draft, or `undefined` while something is missing or wrong. */
export function requestOf(draft: Draft, instrument: InstrumentOut): OrderRequest | undefined {
  if (draft.quantity === '' || (draft.type === 'limit' && draft.price === '')) return undefined
  const faults = faultsOf(draft, instrument)
  if (faults.price !== undefined || faults.quantity !== undefined) return undefined
  const { side, type, quantity, timeInForce, postOnly } = draft
  const order: OrderRequest = { instrument: instrument.id, side, type, quantity }
  if (draft.price !== '') order.price = draft.price
  if (type === 'limit') {
    order.time_in_force = timeInForce
    if (postOnly && timeInForce === 'gtc') order.post_only = 'reject'
  }
  return order
}

/** Moves a number by `steps` of its increment, never below one of them. */
export function stepped(text: string, increment: string, steps: number): string {
  const step = parseDecimal(increment, 9) ?? 1
  const next = Math.max(step, (parseDecimal(text, 9) ?? 0) + steps * step)
  return (next / 1e9).toFixed(places(increment))
}
