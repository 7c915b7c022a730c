import type { Event } from '../state/event.ts'

/** The engine's events in the twin's words. */
export const linesOf = (events: readonly Event[]): string[] => events.map(lineOf)

function lineOf(event: Event): string {
  switch (event.kind) {
    case 'command.rejected':
      return `no: ${event.reason}`
    case 'order.accepted':
      return `accepted #${event.order} ${event.side} ${event.lots} @ ${event.price}`
    case 'trade':
      return `trade #${event.aggressor} with #${event.resting}: ${event.lots} @ ${event.price}`
    case 'self_trade.prevented':
      return `prevented #${event.aggressor} with #${event.resting}: ${event.lots} @ ${event.price}`
    case 'self_trade.transferred':
      return `moved #${event.aggressor} with #${event.resting}: ${event.lots} @ ${event.price}`
    case 'order.reduced':
      return `reduced #${event.order} by ${event.by}`
    case 'order.rested':
      return `rested #${event.order} ${event.lots} @ ${event.price}`
    case 'order.amended':
      return `amended #${event.order} ${event.remaining} @ ${event.price}, ${event.priority}`
    case 'auction.uncrossed':
      return `uncrossed ${event.lots} @ ${event.price}, ${event.imbalance} left`
    case 'instrument.status_changed':
      return `status ${event.status}`
    case 'order.pending':
      return `waits #${event.order}`
    case 'order.entered':
      return `enters #${event.order}`
    case 'order.triggered':
      return `triggered #${event.order} at ${event.price}`
    case 'group.tripped':
      return `group ${event.group} trips at ${event.filled}`
    case 'order.closed': {
      const { order, reason, remaining, rested } = event
      return `closed #${order} ${reason}, ${remaining} left${rested ? ', rested' : ''}`
    }
    default:
      return event.kind
  }
}
