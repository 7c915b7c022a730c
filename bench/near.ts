import type { AccountId, InstrumentId, OrderId } from '../src/base/ids.ts'
import type { OrderPlace } from '../src/state/command.ts'
import { MID } from './workload.ts'
import { ONE_MARKET, order } from './day.ts'
import { Desk } from './desk.ts'

const ORDERS = 200
const ROUNDS = 4_000
const FIRST_TRADER = 101
const TRADERS = 800

/**
 * What a placement and a cancel cost where all that they touch is in the nearest cache: the quickest of many
 * rounds that place some orders away from the market and cancel them. Nanoseconds. The rest of what a command
 * costs among 50,000 orders is waiting for memory, and trades.
 */
export function nearCosts(): { place: number; cancel: number } {
  const desk = new Desk(ONE_MARKET)
  const trader = (n: number) => (FIRST_TRADER + ((n * 7) % TRADERS)) as AccountId
  const asked = order(trader(0), 0 as InstrumentId, 0, MID, 10)
  const end = { kind: 'order.cancel' as const, account: trader(0), order: 1 as OrderId }
  const least = { place: Infinity, cancel: Infinity }
  for (let round = 0; round < ROUNDS; round++) {
    const first = desk.state.nextOrder
    const began = performance.now()
    for (let n = 0; n < ORDERS; n++) {
      const away = 1_000 + (n % 50)
      asked.account = trader(n)
      asked.side = n % 2 === 1 ? 'buy' : 'sell'
      asked.price = (n % 2 === 1 ? MID - away : MID + away) as OrderPlace['price']
      desk.ask(asked)
    }
    const placed = performance.now()
    for (let n = 0; n < ORDERS; n++) {
      end.account = trader(n)
      end.order = (first + n) as OrderId
      desk.ask(end)
    }
    const ended = performance.now()
    least.place = Math.min(least.place, ((placed - began) * 1e6) / ORDERS)
    least.cancel = Math.min(least.cancel, ((ended - placed) * 1e6) / ORDERS)
  }
  return least
}
