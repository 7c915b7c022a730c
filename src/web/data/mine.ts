import { openAccountStream } from '../../client/account-stream.ts'
import type { BalanceOut, DeliveryOut, LotOut } from '../../wire/account.ts'
import type { FillOut, OrderOut } from '../../wire/order.ts'
import type { Cell } from './cell.ts'
import { createCell } from './cell.ts'

/** What the visitor's account has, as the stream tells it; null: it has not been told yet. */
export type Mine = {
  balances: Cell<readonly BalanceOut[] | null>
  lots: Cell<readonly LotOut[] | null>
  /** Open ones, newest first. */
  orders: Cell<readonly OrderOut[] | null>
  /** Since the page was opened, newest first; what came before is asked of the exchange. */
  fills: Cell<readonly FillOut[]>
  deliveries: Cell<readonly DeliveryOut[]>
  /** Why the account cannot be followed. */
  fault: Cell<Error | null>
  /** Follows an account until the function that it returns is called. Each connection needs a ticket. */
  follow(ticket: () => Promise<string>): () => void
}

/** Fills and deliveries that are kept. */
const KEPT = 200

/** Rows with those that came put in by their key; those that are over are left out. */
export function withRows<Row>(
  held: readonly Row[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  isOver: (row: Row) => boolean = () => false,
): readonly Row[] {
  const all = new Map(held.map((row) => [keyOf(row), row]))
  for (const row of rows)
    if (isOver(row)) all.delete(keyOf(row))
    else all.set(keyOf(row), row)
  return [...all.values()]
}

const numberOf = ({ id }: { id: string }): number => Number(id.slice(id.indexOf('_') + 1))
const newestFirst = <Row extends { id: string }>(rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((a, b) => numberOf(b) - numberOf(a))
const isClosed = ({ status }: OrderOut): boolean => status !== 'open'
const isSpent = ({ quantity, drawn }: LotOut): boolean => Number(quantity) === 0 && Number(drawn) === 0

/** Cells of the account that is signed in. */
export function createMine(): Mine {
  const mine = {
    balances: createCell<readonly BalanceOut[] | null>(null),
    lots: createCell<readonly LotOut[] | null>(null),
    orders: createCell<readonly OrderOut[] | null>(null),
    fills: createCell<readonly FillOut[]>([]),
    deliveries: createCell<readonly DeliveryOut[]>([]),
    fault: createCell<Error | null>(null),
  }
  return {
    ...mine,
    follow(ticket) {
      // What was told last: cells show it with the next frame.
      let balances: readonly BalanceOut[] = []
      let lots: readonly LotOut[] = []
      let orders: readonly OrderOut[] = []
      let fills: readonly FillOut[] = []
      let deliveries: readonly DeliveryOut[] = []
      const stream = openAccountStream({
        baseUrl: '',
        async ticket() {
          try {
            const opened = await ticket()
            mine.fault.set(null)
            return opened
          } catch (error) {
            mine.fault.set(error instanceof Error ? error : new Error(String(error)))
            throw error
          }
        },
        on: {
          balances(rows, isWhole) {
            balances = withRows(isWhole ? [] : balances, rows, ({ asset }) => asset)
            mine.balances.set(balances)
          },
          lots(rows, isWhole) {
            lots = withRows(isWhole ? [] : lots, rows, ({ id }) => id, isSpent)
            mine.lots.set(lots)
          },
          orders(rows, isWhole) {
            orders = newestFirst(withRows(isWhole ? [] : orders, rows, ({ id }) => id, isClosed))
            mine.orders.set(orders)
          },
          fills(rows) {
            fills = newestFirst(withRows(fills, rows, ({ id, order }) => `${id} ${order}`)).slice(0, KEPT)
            mine.fills.set(fills)
          },
          deliveries(rows) {
            deliveries = newestFirst(withRows(deliveries, rows, ({ id }) => id)).slice(0, KEPT)
            mine.deliveries.set(deliveries)
          },
        },
      })
      return () => {
        stream.close()
        mine.balances.set(null)
        mine.lots.set(null)
        mine.orders.set(null)
        mine.fills.set([])
        mine.deliveries.set([])
        mine.fault.set(null)
      }
    },
  }
}
