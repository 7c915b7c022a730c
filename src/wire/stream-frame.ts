import { z } from 'zod'
import { accountEvent, balance, delivery, lot } from './account.ts'
import { scorecard } from './conduct.ts'
import { decimalOut, timeOut } from './decimal.ts'
import { idOut } from './id.ts'
import { instrumentOut } from './instrument.ts'
import { candle, candleInterval, level, restingOrder, ticker, trade } from './market.ts'
import { fill, order } from './order.ts'
import { problem } from './problem.ts'
import { qualification } from './supply.ts'
import { channelName, privateChannel } from './stream.ts'

// What the exchange sends on `/v1/ws`. AsyncAPI is printed from these schemas, and the tests hold every
// frame that is sent against them.

const seq = z.number().int()
const id = z.number().int().nullable()
/** Sent instead of what a slow reader missed. */
const conflated = z.literal(true).optional()

/** The answer to `POST /v1/ws-tickets`; `expires_in` is in seconds. */
export const streamTicket = z.object({ ticket: z.string(), expires_in: z.number().int() })

/** Both sides of a book: what is new at a price, and nothing left at one that is empty. */
const levels = { bids: z.array(level), asks: z.array(level), checksum: z.number().int() }
const restings = { bids: z.array(restingOrder), asks: z.array(restingOrder), checksum: z.number().int() }

const bookFrames = (channel: 'book' | 'book_100ms') => [
  z.object({
    type: z.literal('snapshot'),
    channel: z.literal(channel),
    instrument: instrumentOut,
    seq,
    conflated,
    ...levels,
  }),
  z.object({
    type: z.literal('delta'),
    channel: z.literal(channel),
    instrument: instrumentOut,
    prev_seq: seq,
    seq,
    ...levels,
  }),
]

/** One row of data of a public channel; `prev_seq` is absent in what a new reader is told first. */
const update = <Type extends string, Channel extends string, Rest extends z.ZodRawShape>(
  type: Type,
  channel: Channel,
  rest: Rest,
) =>
  z.object({
    type: z.literal(type),
    channel: z.literal(channel),
    instrument: instrumentOut,
    prev_seq: seq.optional(),
    seq,
    at: timeOut.optional(),
    conflated,
    ...rest,
  })

/** What a channel begins with, and its updates, of an account. */
const accountFrames = <Row extends z.ZodType>(
  channel: z.infer<typeof privateChannel>,
  type: string,
  row: Row,
) => [
  z.object({
    type: z.enum(['snapshot', type]),
    channel: z.literal(channel),
    seq,
    data: z.array(row),
  }),
]

/** The frames of every channel but `index`, by its name. */
export const channelFrames: Record<Exclude<z.infer<typeof channelName>, 'index'>, readonly z.ZodType[]> = {
  book: bookFrames('book'),
  book_100ms: bookFrames('book_100ms'),
  book_l3: [
    z.object({
      type: z.enum(['snapshot', 'delta']),
      channel: z.literal('book_l3'),
      instrument: instrumentOut,
      prev_seq: seq.optional(),
      seq,
      at: timeOut.optional(),
      conflated,
      ...restings,
    }),
  ],
  bbo: [update('bbo', 'bbo', { bid: level.nullable(), ask: level.nullable() })],
  trades: [
    update('snapshot', 'trades', { data: z.array(trade) }),
    update('trade', 'trades', { data: z.array(trade) }),
  ],
  ticker: [update('ticker', 'ticker', { data: ticker })],
  candles: [
    update('snapshot', 'candles', { interval: candleInterval, data: z.array(candle) }),
    update('candle', 'candles', { interval: candleInterval, data: candle }),
  ],
  status: [
    update('status', 'status', {
      status: z.string(),
      reason: z.string().nullable(),
      expected_until: timeOut.nullable(),
    }),
  ],
  auction: [
    update('auction', 'auction', {
      indicative_price: decimalOut.nullable(),
      indicative_quantity: decimalOut,
      imbalance_side: z.enum(['buy', 'sell']).nullable(),
      imbalance_quantity: decimalOut,
    }),
  ],
  scorecard: [update('scorecard', 'scorecard', { data: z.array(scorecard) })],
  orders: accountFrames('orders', 'order', order),
  fills: accountFrames('fills', 'fill', fill),
  balances: accountFrames('balances', 'balance', balance),
  lots: accountFrames('lots', 'lot', lot),
  deliveries: accountFrames('deliveries', 'delivery', delivery),
  qualifications: [
    z.object({
      type: z.enum(['snapshot', 'qualification']),
      channel: z.literal('qualifications'),
      data: z.array(qualification),
    }),
  ],
  drop_copy: accountFrames('drop_copy', 'event', accountEvent),
}

/** Frames that belong to no channel: answers, and news of the connection itself. */
export const lineFrames = {
  hello: z.object({
    type: z.literal('hello'),
    protocol: z.literal(1),
    venue: z.string(),
    version: z.string(),
    session: z.string(),
    server_time: timeOut,
    seq,
    heartbeat_ms: z.number().int(),
  }),
  heartbeat: z.object({
    type: z.literal('heartbeat'),
    seq,
    time: timeOut,
    /** The last sequence number of each stream; `account` is the cursor of the private ones. */
    streams: z.record(z.string(), seq),
  }),
  subscribed: z.object({
    type: z.literal('subscribed'),
    id,
    channel: channelName,
    instrument: instrumentOut.optional(),
    interval: candleInterval.optional(),
    mode: z.enum(['replay', 'snapshot']),
  }),
  unsubscribed: z.object({
    type: z.literal('unsubscribed'),
    id,
    channel: channelName,
    instrument: instrumentOut.optional(),
  }),
  authenticated: z.object({
    type: z.literal('authenticated'),
    id,
    account: idOut('account'),
    scopes: z.array(z.string()),
    seq,
  }),
  pong: z.object({ type: z.literal('pong'), id, seq }),
  result: z.object({ type: z.literal('result'), id: z.number().int(), result: z.unknown() }),
  problem: z.object({ type: z.literal('problem'), id, problem }),
  cancel_on_disconnect: z.object({
    type: z.literal('cancel_on_disconnect'),
    id,
    enabled: z.boolean(),
    scope: z.enum(['session', 'account']),
  }),
  logged_out: z.object({ type: z.literal('logged_out'), id }),
  shutdown: z.object({ type: z.literal('shutdown'), reconnect_by: timeOut }),
} as const

/** Every frame the exchange may send, but those of `index`. */
export const streamFrame = z.union([...Object.values(lineFrames), ...Object.values(channelFrames).flat()])
