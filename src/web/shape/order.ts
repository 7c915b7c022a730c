import type { OrderOut } from '../../wire/order.ts'
import { grouped, trimmed } from './number.ts'

const REASON: Record<string, string> = {
  ioc: 'what could not fill at once was cancelled',
  sweep: 'its units were swept into consumption',
}

/** What became of an order, in a sentence. */
export function orderSentence(order: OrderOut): string {
  const filled = Number(order.filled_quantity) > 0
  const average = order.average_price ? ` at ${grouped(order.average_price)}` : ''
  const did = order.side === 'buy' ? 'Bought' : 'Sold'
  if (order.status === 'filled') return `${did} ${trimmed(order.filled_quantity)} units${average}.`
  if (order.status === 'open') {
    const rests = `${trimmed(order.remaining_quantity)} units rest in the book at ${grouped(order.price)}.`
    return filled ? `${did} ${trimmed(order.filled_quantity)} units${average}; ${rests}` : rests
  }
  const why = order.reason ? (REASON[order.reason] ?? order.reason.replaceAll('_', ' ')) : order.status
  return filled
    ? `${did} ${trimmed(order.filled_quantity)} units${average}; the rest is gone: ${why}.`
    : `Nothing was ${order.side === 'buy' ? 'bought' : 'sold'}: ${why}.`
}
