import type { Event } from '../state/event.ts'

/**
 * Whether an event is of an order alone: no index counts what did not trade, so these pass by before any fold
 * looks at them. Most events are such; the most frequent kinds are asked first.
 */
export const isOfOrderAlone = ({ kind }: Event): boolean =>
  kind === 'order.accepted' || kind === 'order.closed' || kind === 'order.rested' || kind === 'order.amended'
