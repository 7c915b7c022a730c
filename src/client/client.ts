import type {
  AccountEventOut,
  AccountOut,
  BalanceOut,
  DeliveryOut,
  LotOut,
  StatementOut,
} from '../wire/account.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { BookOut, CandleInterval, CandleOut, TickerOut, TradeOut } from '../wire/market.ts'
import type { BatchAnswer, BatchRequest } from '../wire/order-batch.ts'
import type { FillOut, OrderAmendment, OrderOut, OrderRequest, PreviewOut } from '../wire/order.ts'
import type { GroupOut, GroupRequest } from '../wire/order-group.ts'
import type { Receipt } from '../wire/receipt.ts'
import type { StatusOut } from '../wire/venue.ts'
import { adminOn, approvalsOn, keysOn, mandatesOn } from './authority.ts'
import { chatOn } from './chat.ts'
import { efficiencyOn, fixingsOn, indicesOn, scorecardsOn, sheetsOn } from './figures.ts'
import type { Page, PageQuery } from './page.ts'
import { rowsOf } from './page.ts'
import { supplyOn } from './supply.ts'
import type { AccountLimitsOut, KillOut } from '../wire/protection.ts'
import type { ProcurementOut, ProcurementRequest } from '../wire/procurement.ts'
import type { Transport, TransportOptions } from './transport.ts'
import { createTransport, freshId, once } from './transport.ts'

export { openAccountStream } from './account-stream.ts'
export { BusbarError } from './problem.ts'
export { openStream } from './stream.ts'

type Listing<Row> = { data: Row[] }
type Sequenced<Row> = { data: Row[]; seq: number }
type OrderFilter = { instrument?: string; side?: 'buy' | 'sell'; status?: OrderOut['status'] }
/** Deliveries that the account bought, or that it made. */
type DeliveryFilter = { instrument?: string; as?: 'buyer' | 'supplier' }
type FillFilter = { instrument?: string; order?: string }

/** A part of a path: an id or a name, escaped. */
const part = (text: string): string => encodeURIComponent(text)

/** Where and how to reach the exchange. */
export type ClientOptions = TransportOptions

/** The exchange, one method per operation. Every method throws `BusbarError` when it is refused. */
export type Client = ReturnType<typeof createClient>

const marketOn = ({ json }: Transport) => ({
  status: () => json<StatusOut>('GET', '/v1/status'),
  time: () => json<{ now: string; milliseconds: number; seq: number }>('GET', '/v1/time'),
  instruments: {
    list: async () => (await json<Listing<InstrumentOut>>('GET', '/v1/instruments')).data,
    get: (instrument: string) => json<InstrumentOut>('GET', `/v1/instruments/${part(instrument)}`),
  },
  book: (instrument: string, query: { depth?: number; level?: 2 | 3 } = {}) =>
    json<BookOut>('GET', `/v1/instruments/${part(instrument)}/book`, { query }),
  trades: (instrument: string, query: PageQuery = {}) =>
    json<Page<TradeOut>>('GET', `/v1/instruments/${part(instrument)}/trades`, { query }),
  ticker: (instrument: string) => json<TickerOut>('GET', `/v1/instruments/${part(instrument)}/ticker`),
  tickers: async () => (await json<Listing<TickerOut>>('GET', '/v1/tickers')).data,
  candles: async (instrument: string, query: { interval?: CandleInterval; limit?: number } = {}) =>
    (await json<Listing<CandleOut>>('GET', `/v1/instruments/${part(instrument)}/candles`, { query })).data,
})

const ordersOn = ({ json }: Transport) => {
  const page = (query: OrderFilter & PageQuery = {}) => json<Page<OrderOut>>('GET', '/v1/orders', { query })
  return {
    /**
     * Places an order. Without a `client_order_id` it gets a fresh one, so that a lost answer can be asked
     * again.
     */
    place: (order: OrderRequest) =>
      json<OrderOut>('POST', '/v1/orders', {
        body: { client_order_id: freshId(), ...order },
        repeatable: true,
      }),
    preview: (order: OrderRequest) =>
      json<PreviewOut>('POST', '/v1/orders/preview', { body: order, repeatable: true }),
    get: (order: string) => json<OrderOut>('GET', `/v1/orders/${part(order)}`),
    getByClientId: (id: string) => json<OrderOut>('GET', `/v1/orders/client:${part(id)}`),
    list: page,
    all: (filter: OrderFilter = {}) => rowsOf((after) => page({ ...filter, after, limit: 1_000 })),
    /** `quantity` is the new total, the filled part included. */
    amend: (order: string, change: OrderAmendment) =>
      json<OrderOut>('PATCH', `/v1/orders/${part(order)}`, { body: change, repeatable: true }),
    cancel: (order: string) => json<OrderOut>('DELETE', `/v1/orders/${part(order)}`),
    /** Up to 100 requests in their order, an answer for each. Never repeated by itself. */
    batch: (items: BatchRequest['items']) =>
      json<BatchAnswer>('POST', '/v1/orders/batch', { body: { items } }),
    cancelAll: (which: { instrument?: string; side?: 'buy' | 'sell'; group?: string } = {}) =>
      json<{ canceled: string[]; seq: number }>('POST', '/v1/orders/cancel', {
        body: which,
        repeatable: true,
      }),
  }
}

const groupsOn = ({ json }: Transport) => ({
  create: (group: GroupRequest) => json<GroupOut>('POST', '/v1/order-groups', once(group)),
  list: async () => (await json<Listing<GroupOut>>('GET', '/v1/order-groups')).data,
  get: (group: string) => json<GroupOut>('GET', `/v1/order-groups/${part(group)}`),
  /** Cancels its orders, and ends it. */
  close: (group: string) =>
    json<{ id: string; canceled: string[]; seq: number }>('DELETE', `/v1/order-groups/${part(group)}`),
})

const procurementsOn = ({ json }: Transport) => ({
  /** Keeps `target` units on hand from now on: bids for what is short, offers what is spare. */
  set: (terms: ProcurementRequest) => json<ProcurementOut>('POST', '/v1/procurements', once(terms)),
  list: async () => (await json<Listing<ProcurementOut>>('GET', '/v1/procurements')).data,
  get: (id: string) => json<ProcurementOut>('GET', `/v1/procurements/${part(id)}`),
  end: (id: string) => json<ProcurementOut>('DELETE', `/v1/procurements/${part(id)}`),
})

const accountOn = ({ json }: Transport) => {
  const fillPage = (query: FillFilter & PageQuery = {}) => json<Page<FillOut>>('GET', '/v1/fills', { query })
  const deliveryPage = (query: DeliveryFilter & PageQuery = {}) =>
    json<Page<DeliveryOut>>('GET', '/v1/deliveries', { query })
  return {
    account: () => json<AccountOut>('GET', '/v1/account'),
    limits: () => json<AccountLimitsOut>('GET', '/v1/account/limits'),
    /** Stops the account, or only the key's own mandate, until the operator releases it. */
    stop: (reason: string) =>
      json<KillOut>('POST', '/v1/account/kill', { body: { reason }, repeatable: true }),
    balances: () => json<Sequenced<BalanceOut>>('GET', '/v1/balances'),
    lots: () => json<Sequenced<LotOut>>('GET', '/v1/lots'),
    fills: {
      list: fillPage,
      all: (filter: FillFilter = {}) => rowsOf((after) => fillPage({ ...filter, after, limit: 1_000 })),
    },
    /** Moves units from trading into consumption, where they live for one window. */
    transfer: (instrument: string, quantity: string) =>
      json<{ lot: LotOut; seq: number }>('POST', '/v1/transfers', once({ instrument, quantity })),
    deliveries: {
      list: deliveryPage,
      all: (filter: DeliveryFilter = {}) =>
        rowsOf((after) => deliveryPage({ ...filter, after, limit: 1_000 })),
    },
    /** The signed receipt of one delivery, as it was issued. */
    receipt: <Receipt = { [name: string]: unknown }>(id: string) =>
      json<Receipt>('GET', `/v1/receipts/${part(id)}`),
    receipts: {
      list: (query: DeliveryFilter & PageQuery = {}) => json<Page<Receipt>>('GET', '/v1/receipts', { query }),
      all: (filter: DeliveryFilter = {}) =>
        rowsOf((after) =>
          json<Page<Receipt>>('GET', '/v1/receipts', { query: { ...filter, after, limit: 1_000 } }),
        ),
    },
    /** What changed in the account's money in a month or a day, such as `2026-11`; by default this month. */
    statement: (period?: string) => json<StatementOut>('GET', '/v1/statements', { query: { period } }),
    /** Private events after a sequence number, oldest first. */
    events: (query: { after?: number; limit?: number } = {}) =>
      json<Page<AccountEventOut>>('GET', '/v1/events', { query }),
  }
}

/** Connects to an exchange. Nothing is sent until a method is called. */
export function createClient(options: ClientOptions) {
  const transport = createTransport(options)
  return {
    baseUrl: options.baseUrl,
    ...marketOn(transport),
    fixings: fixingsOn(transport),
    indices: indicesOn(transport),
    sheets: sheetsOn(transport),
    efficiency: efficiencyOn(transport),
    ...scorecardsOn(transport),
    orders: ordersOn(transport),
    orderGroups: groupsOn(transport),
    procurements: procurementsOn(transport),
    /** Cancels every order of the account in so many milliseconds, unless it is set again. 0: off. */
    setCancelTimer: (timeoutMs: number) =>
      transport.json<{ cancels_at: string | null; seq: number }>('PUT', '/v1/cancel-timer', {
        body: { timeout_ms: timeoutMs },
        repeatable: true,
      }),
    ...accountOn(transport),
    ...supplyOn(transport),
    keys: keysOn(transport),
    mandates: mandatesOn(transport),
    approvals: approvalsOn(transport),
    admin: adminOn(transport),
    chat: chatOn(transport),
  }
}
