import { notFound, Problem, problem } from '../api/problem.ts'
import { parseId } from '../wire/id.ts'
import type { IdKind } from '../wire/id.ts'
import type { FillOut, OrderOut } from '../wire/order.ts'
import { callerAt } from './desk.ts'
import type { Filters } from './filter.ts'
import { sift, take } from './filter.ts'
import { pageQuery } from './markets.ts'
import { findNamed, named, namesOf, symbolOf } from './name.ts'
import { accountId } from './print-account.ts'
import { printGridFill, printGridOrder } from './print-order.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, NO_CONTENT, page } from './route.ts'

type List<Item> = { data: Item[]; next_cursor: string | null }

const ORDER_FIELDS = [
  'order_id',
  'client_order_id',
  'trader_id',
  'instrument_id',
  'instrument_symbol',
  'type',
  'status',
  'time_in_force',
  'closure_reason',
]
const TRADE_FIELDS = [
  'trade_id',
  'trader_id',
  'instrument_symbol',
  'side',
  'status',
  'client_order_id',
  'trading_account_id',
]
/** Every status of theirs that an order in the book can have. */
const RESTING = ['open', 'active', 'partially_filled']
const ROWS_MOST = 1_000
const PAGES_MOST = 20

const text = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value)

/** Our number of an id, or the problem of its not being one. */
const idIn = (kind: IdKind, id: string): string | Problem =>
  parseId(kind, id) === undefined ? notFound(kind) : id

/**
 * Our order request of theirs. What we do not know is handed on as it is, so that it is refused by name
 * rather than dropped.
 */
function orderBody({ venue, body }: GridCall): Record<string, unknown> | Problem {
  const { market_id: market, post_only: postOnly, reduce_only: reduceOnly, ...rest } = body
  if (typeof market !== 'string') return problem('invalid_request', 'market_id is needed.')
  const instrument = named(venue.sequencer.state, market, 'market')
  if (instrument instanceof Problem) return instrument
  const order: Record<string, unknown> = { ...rest, instrument: instrument.spec.symbol }
  for (const name of ['price', 'quantity', 'stop_price']) if (name in order) order[name] = text(order[name])
  // Some clients name a price of zero where they mean none.
  if (order.type === 'market' && (order.price === null || Number(order.price) === 0)) delete order.price
  for (const name of ['price', 'stop_price', 'client_order_id', 'time_in_force'])
    if (order[name] === null) delete order[name]
  // A market order never rests, whatever the client's default says.
  if (order.type === 'market' && order.time_in_force === 'gtc') delete order.time_in_force
  if (postOnly === true) order.post_only = 'reject'
  else if (postOnly !== undefined && postOnly !== null && postOnly !== false) order.post_only = postOnly
  if (reduceOnly !== undefined && reduceOnly !== null && reduceOnly !== false) order.reduce_only = reduceOnly
  return order
}

async function place(call: GridCall): Promise<GridAnswer | Problem> {
  const body = orderBody(call)
  if (body instanceof Problem) return body
  const order = await call.desk.ask<OrderOut>('order.place', { body })
  return order instanceof Problem ? order : data(printGridOrder(order, traderOf(call)), 201)
}

/** The account, as these clients call who trades. */
function traderOf({ desk }: GridCall): string {
  const caller = callerAt(desk)
  return caller instanceof Problem ? '' : `acc_${caller.account}`
}

/** Our filters of theirs, as far as we have them: the rest is sifted from the page. */
function orderQuery(call: GridCall): Record<string, string | undefined> | Problem {
  const { filters } = call
  const instrument = instrumentIn(call)
  if (instrument instanceof Problem) return instrument
  const sides = take(filters, 'side')?.values ?? []
  const side = sides.length === 1 ? sides[0] : undefined
  return { ...pageQuery(filters), instrument, side, status: statusIn(filters) }
}

/** Our symbol of the market that is filtered by, if one is. */
export function instrumentIn({ venue, filters }: GridCall): string | undefined | Problem {
  const market = take(filters, 'market_id') ?? take(filters, 'instrument_id')
  if (market === undefined) return undefined
  if (market.values.length > 1) return problem('invalid_request', 'Filter by one market at a time.')
  return findNamed(venue.sequencer.state, market.values[0] ?? '')?.spec.symbol ?? notFound('market')
}

/** Our status, where theirs is one of ours; what is finer than ours stays to be sifted from the page. */
function statusIn(filters: Filters): string | undefined {
  const filter = filters.filters.find(({ field }) => field === 'status')
  if (filter === undefined) return undefined
  const values = filter.values.map((value) => value.toLowerCase())
  filter.compare = 'in'
  filter.values = values.flatMap((value) => {
    if (value === 'open' || value === 'active') return ['active', 'partially_filled']
    if (value === 'canceled') return ['cancelled']
    return value === 'closed' ? ['filled', 'cancelled', 'expired'] : [value]
  })
  if (values.every((value) => RESTING.includes(value))) return 'open'
  if (values.length > 1) return undefined
  const [only = ''] = filter.values
  return { filled: 'filled', cancelled: 'canceled', expired: 'expired' }[only]
}

async function list(call: GridCall): Promise<GridAnswer | Problem> {
  const query = orderQuery(call)
  if (query instanceof Problem) return query
  const orders = await call.desk.ask<List<OrderOut>>('order.list', { query })
  if (orders instanceof Problem) return orders
  const printed = orders.data.map((order) => printGridOrder(order, traderOf(call)))
  const rows = sift(call.filters, printed, ORDER_FIELDS, 'created_at')
  return rows instanceof Problem ? rows : page(rows, orders.next_cursor)
}

async function get(call: GridCall): Promise<GridAnswer | Problem> {
  const id = idIn('order', call.params.id ?? '')
  if (id instanceof Problem) return id
  const order = await call.desk.ask<OrderOut>('order.get', { params: { id } })
  return order instanceof Problem ? order : data(printGridOrder(order, traderOf(call)))
}

async function amend(call: GridCall): Promise<GridAnswer | Problem> {
  const id = idIn('order', call.params.id ?? '')
  if (id instanceof Problem) return id
  const body = Object.fromEntries(
    Object.entries(call.body)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, text(value)]),
  )
  const order = await call.desk.ask<OrderOut>('order.amend', { params: { id }, body })
  return order instanceof Problem ? order : data(printGridOrder(order, traderOf(call)))
}

/** Ends an order. One that is cancelled already is as it was wanted, and these clients take it so. */
async function cancel(call: GridCall): Promise<GridAnswer | Problem> {
  const id = idIn('order', call.params.id ?? '')
  if (id instanceof Problem) return id
  const order = await call.desk.ask<OrderOut>('order.cancel', { params: { id } })
  if (!(order instanceof Problem)) return NO_CONTENT
  return order.code === 'order_done' && order.more.facts?.status === 'canceled' ? NO_CONTENT : order
}

async function cancelAll(call: GridCall): Promise<GridAnswer | Problem> {
  const body: Record<string, string> = {}
  if (call.params.id !== undefined) {
    const instrument = named(call.venue.sequencer.state, call.params.id, 'market')
    if (instrument instanceof Problem) return instrument
    body.instrument = instrument.spec.symbol
  }
  const done = await call.desk.ask<{ canceled: string[] }>('order.cancel_all', { body })
  return done instanceof Problem ? done : data({ cancelled: done.canceled.length })
}

/** Open orders, counted by market. */
async function count(call: GridCall): Promise<GridAnswer | Problem> {
  const byMarket = new Map<string, number>()
  let after: string | undefined
  let total = 0
  for (let pages = 0; pages < PAGES_MOST; pages++) {
    const query = { status: 'open', limit: String(ROWS_MOST), after }
    const orders = await call.desk.ask<List<OrderOut>>('order.list', { query })
    if (orders instanceof Problem) return orders
    for (const { instrument } of orders.data) {
      const { market } = namesOf(symbolOf(instrument))
      byMarket.set(market, (byMarket.get(market) ?? 0) + 1)
      total++
    }
    if (orders.next_cursor === null) break
    after = orders.next_cursor
  }
  const rows = [...byMarket].map(([market_id, of]) => ({ market_id, count: of }))
  return data({ count: total, by_market: rows })
}

const fillRow = (call: GridCall, fill: FillOut) =>
  printGridFill(fill, accountId('trading', traderOf(call), symbolOf(fill.instrument)))

async function listTrades(call: GridCall): Promise<GridAnswer | Problem> {
  const { filters } = call
  const instrument = instrumentIn(call)
  if (instrument instanceof Problem) return instrument
  const order = take(filters, 'order_id')?.values[0]
  const query = { ...pageQuery(filters), instrument, order }
  const fills = await call.desk.ask<List<FillOut>>('fill.list', { query })
  if (fills instanceof Problem) return fills
  const printed = fills.data.map((fill) => fillRow(call, fill))
  const rows = sift(filters, printed, TRADE_FIELDS, 'execution_timestamp')
  return rows instanceof Problem ? rows : page(rows, fills.next_cursor)
}

async function getTrade(call: GridCall): Promise<GridAnswer | Problem> {
  const number = parseId('trade', call.params.id ?? '')
  if (number === undefined) return notFound('trade')
  const query = { limit: '1', after: `trd_${number + 1}` }
  const fills = await call.desk.ask<List<FillOut>>('fill.list', { query })
  if (fills instanceof Problem) return fills
  const [fill] = fills.data
  return fill === undefined || fill.id !== call.params.id ? notFound('trade') : data(fillRow(call, fill))
}

export const orderRoutes: readonly GridRoute[] = [
  { method: 'POST', path: '/orders', run: place },
  { method: 'GET', path: '/orders', run: list },
  { method: 'DELETE', path: '/orders', run: cancelAll },
  { method: 'GET', path: '/orders/count', run: count },
  { method: 'GET', path: '/orders/:id', run: get },
  { method: 'PUT', path: '/orders/:id', run: amend },
  { method: 'DELETE', path: '/orders/:id', run: cancel },
  { method: 'DELETE', path: '/markets/:id/orders', run: cancelAll },
  { method: 'GET', path: '/trades', run: listTrades },
  { method: 'GET', path: '/trades/:id', run: getTrade },
]
