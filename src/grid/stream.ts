import { parseKeyId } from '../api/auth.ts'
import type { Caller } from '../api/operation.ts'
import { printPrice, printQuantity } from '../api/amount.ts'
import { printBook, printTicker } from '../api/print-market.ts'
import type { Venue } from '../api/venue.ts'
import type { AccountId, OrderId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { rfc3339 } from '../base/time.ts'
import { findOwnOrder } from '../operations/order-lookup.ts'
import type { Event, EventOf } from '../state/event.ts'
import type { Instrument } from '../state/state.ts'
import { printId } from '../wire/id.ts'
import { push } from './frame.ts'
import { namesOf, symbolOf } from './name.ts'
import { accountId } from './print-account.ts'
import { printGridBook, printGridTicker } from './print-market.ts'
import { printOrderEvent } from './print-order.ts'

/** Streams of one market, and of the account. */
export const MARKET_STREAMS = ['market.trades', 'market.ticker', 'market.orderbook'] as const
export type MarketStream = (typeof MARKET_STREAMS)[number]
export const USER_STREAMS = ['user.orders'] as const

/** Who listens: to which markets, and to whose orders. */
export type Listener = {
  caller: Caller | undefined
  /** `market.trades text-prime`, `user.orders`. */
  streams: Set<string>
  send(frame: string): void
  close(code: number, reason: string): void
  /** Private frames leave in order, one after the other. */
  tail: Promise<void>
}

type Batch = readonly { readonly at: Instant; readonly events: readonly Event[] }[]

const LEVELS = 20
const KEY_ENDED = 4001
const BROKEN = 1011

export const marketStream = (name: string, symbol: string): string => `${name} ${symbol}`

/** Tells every listener what a durable batch changed. Each public frame is encoded once. */
export function tell(venue: Venue, listeners: ReadonlySet<Listener>, batch: Batch): void {
  if (listeners.size === 0) return
  const touched = new Set<Instrument>()
  const orders = new Map<AccountId, Map<OrderId, boolean>>()
  for (const { at, events } of batch)
    for (const event of events) {
      const instrument = instrumentOf(venue, event)
      if (instrument === undefined) continue
      if (event.kind === 'trade' || event.kind.startsWith('order.')) touched.add(instrument)
      if (event.kind === 'trade')
        publish(listeners, 'market.trades', instrument, () => tradeFrame(instrument, event, at))
      noteOrders(orders, event)
    }
  for (const instrument of touched) {
    publish(listeners, 'market.ticker', instrument, () => tickerFrame(venue, instrument))
    publish(listeners, 'market.orderbook', instrument, () => bookFrame(venue, instrument))
  }
  if (orders.size > 0) for (const listener of listeners) tellOrders(venue, listener, orders)
}

function instrumentOf({ sequencer }: Venue, event: Event): Instrument | undefined {
  return 'instrument' in event && typeof event.instrument === 'number'
    ? sequencer.state.instruments[event.instrument]
    : undefined
}

/** The orders an event is about, by their accounts; true where the order is new. */
function noteOrders(orders: Map<AccountId, Map<OrderId, boolean>>, event: Event): void {
  const note = (account: AccountId, order: OrderId, isNew: boolean) => {
    const own = orders.get(account) ?? new Map<OrderId, boolean>()
    own.set(order, isNew || own.get(order) === true)
    orders.set(account, own)
  }
  if (event.kind === 'trade') {
    note(event.aggressorAccount, event.aggressor, false)
    note(event.restingAccount, event.resting, false)
  } else if (event.kind.startsWith('order.') && event.kind !== 'order.repeated')
    if ('order' in event && 'account' in event)
      note(event.account, event.order, event.kind === 'order.accepted')
}

function publish(
  listeners: ReadonlySet<Listener>,
  name: MarketStream,
  instrument: Instrument,
  print: () => string,
): void {
  const key = marketStream(name, instrument.spec.symbol)
  let frame: string | undefined
  for (const listener of listeners) if (listener.streams.has(key)) listener.send((frame ??= print()))
}

function tellOrders(
  venue: Venue,
  listener: Listener,
  orders: ReadonlyMap<AccountId, ReadonlyMap<OrderId, boolean>>,
): void {
  const { caller } = listener
  const own = caller && orders.get(caller.account)
  if (!own || !listener.streams.has('user.orders')) return
  const key = venue.keys.get(parseKeyId(caller.keyId) ?? 0)
  if (key === undefined || (key.expiresAt !== null && key.expiresAt <= venue.clock())) {
    listener.close(KEY_ENDED, 'the key has ended')
    return
  }
  listener.tail = listener.tail
    .then(async () => {
      for (const [id, isNew] of own) {
        const order = await findOwnOrder(venue, caller.account, id)
        if (order === undefined) continue
        const symbol = symbolOf(order.instrument)
        const account = accountId('trading', printId('account', caller.account), symbol)
        listener.send(push(isNew ? 'new_order' : 'order_update', { data: printOrderEvent(order, account) }))
      }
    })
    .catch((error: unknown) => {
      venue.log.error({ error }, 'order updates could not be told')
      listener.close(BROKEN, 'something broke on our side')
    })
}

/** What a listener is told of a market when it begins to listen. */
export function firstFrame(venue: Venue, name: MarketStream, instrument: Instrument): string | undefined {
  if (name === 'market.ticker') return tickerFrame(venue, instrument)
  return name === 'market.orderbook' ? bookFrame(venue, instrument) : undefined
}

function tradeFrame({ spec }: Instrument, trade: EventOf<'trade'>, at: Instant): string {
  return push('new_trade', {
    data: {
      trade_id: printId('trade', trade.trade),
      market_id: namesOf(spec.symbol).market,
      price: printPrice(spec, trade.price),
      quantity: printQuantity(spec, trade.lots),
      side: trade.side,
      executed_at: rfc3339(at),
      maker_order_id: printId('order', trade.resting),
      taker_order_id: printId('order', trade.aggressor),
    },
  })
}

function tickerFrame({ market }: Venue, instrument: Instrument): string {
  const ticker = printTicker(instrument, market.ticker(instrument.id), market.seq, market.at)
  return push('market_ticker', printGridTicker(ticker, undefined))
}

/** The whole of the first levels each time: this dialect has no way to ask for what was missed. */
function bookFrame({ market }: Venue, instrument: Instrument): string {
  const book = printBook(instrument, market.depth(instrument.id, LEVELS))
  return push('market_orderbook', { data: printGridBook(book, rfc3339(market.at)) })
}
