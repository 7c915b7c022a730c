import { z } from 'zod'
import { instrumentIn } from './instrument.ts'
import { candleInterval } from './market.ts'

/** What trading in one market does, for anyone to read. */
export const MARKET_CHANNELS = [
  'book',
  'book_100ms',
  'book_l3',
  'bbo',
  'trades',
  'ticker',
  'candles',
  'status',
  'auction',
] as const
/** Published numbers: the venue's own, and how suppliers of an instrument keep their promises. */
export const BULLETIN_CHANNELS = ['index', 'scorecard'] as const
/** What happens to one account, for whoever has authenticated on the connection. */
export const PRIVATE_CHANNELS = ['orders', 'fills', 'balances', 'lots', 'deliveries', 'drop_copy'] as const

/** Private as well, and not on the cursor: it tells what is under way, and nothing of it is journaled. */
export const PROGRESS_CHANNELS = ['qualifications'] as const

export const privateChannel = z.enum(PRIVATE_CHANNELS)
export const channelName = z.enum([
  ...MARKET_CHANNELS,
  ...BULLETIN_CHANNELS,
  ...PRIVATE_CHANNELS,
  ...PROGRESS_CHANNELS,
])
export type MarketChannel = (typeof MARKET_CHANNELS)[number]
export type PrivateChannel = z.infer<typeof privateChannel>
export type ChannelName = z.infer<typeof channelName>

/** How many price levels a side a reader of `book` and `book_100ms` may ask for. */
export const BOOK_DEPTHS = [10, 20, 25, 50, 100, 200, 500, 1000] as const

/** The last sequence number that the reader holds: what came after it is told again, where it is kept. */
const fromSeq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional()
const depth = z.literal(BOOK_DEPTHS).optional()

const bookRequest = z.strictObject({
  channel: z.enum(['book', 'book_100ms']),
  instrument: instrumentIn,
  depth,
  from_seq: fromSeq,
})
const marketRequest = z.strictObject({
  channel: z.enum(['book_l3', 'bbo', 'trades', 'ticker', 'status', 'auction']),
  instrument: instrumentIn,
  from_seq: fromSeq,
})
const candleRequest = z.strictObject({
  channel: z.literal('candles'),
  instrument: instrumentIn,
  interval: candleInterval.optional(),
  from_seq: fromSeq,
})
const indexRequest = z.strictObject({ channel: z.literal('index'), from_seq: fromSeq })
const scorecardRequest = z.strictObject({
  channel: z.literal('scorecard'),
  instrument: instrumentIn,
  from_seq: fromSeq,
})
const progressRequest = z.strictObject({ channel: z.enum(PROGRESS_CHANNELS) })
const accountRequest = z.strictObject({ channel: privateChannel, from_seq: fromSeq })

/** One channel to subscribe to, or to leave. */
export const channelRequest = z.discriminatedUnion('channel', [
  bookRequest,
  marketRequest,
  candleRequest,
  indexRequest,
  scorecardRequest,
  progressRequest,
  accountRequest,
])

const id = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const channels = z.array(channelRequest).min(1).max(100)

/** A bearer secret, a ticket of `POST /v1/ws-tickets`, or a signature over `GET` of this path. */
export const authFrame = z.strictObject({
  op: z.literal('auth'),
  id: id.optional(),
  key: z.string().max(256).optional(),
  ticket: z.string().max(256).optional(),
  key_id: z.string().max(32).optional(),
  timestamp: z.string().max(16).optional(),
  nonce: z.string().max(64).optional(),
  recv_window: z.string().max(8).optional(),
  signature: z.string().max(128).optional(),
})

/** The operations that may be asked on the connection; `params` are those of the operation itself. */
export const ORDER_OPS = ['order.place', 'order.amend', 'order.cancel', 'order.cancel_all'] as const
export type OrderOp = (typeof ORDER_OPS)[number]

export const orderFrame = z.strictObject({
  op: z.enum(ORDER_OPS),
  id,
  params: z.record(z.string(), z.unknown()),
})

/** What a client may send. */
export const streamRequest = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('subscribe'), id: id.optional(), channels }),
  z.strictObject({ op: z.literal('unsubscribe'), id: id.optional(), channels }),
  z.strictObject({ op: z.literal('ping'), id: id.optional() }),
  authFrame,
  orderFrame,
  z.strictObject({
    op: z.literal('cancel_on_disconnect'),
    id: id.optional(),
    enabled: z.boolean(),
    /** The orders placed on this connection, or every order of the account. */
    scope: z.enum(['session', 'account']).default('session'),
  }),
  z.strictObject({ op: z.literal('logout'), id: id.optional() }),
])

export type StreamRequest = z.output<typeof streamRequest>
export type ChannelRequest = z.output<typeof channelRequest>
export type AuthFrame = z.output<typeof authFrame>
export type OrderFrame = z.output<typeof orderFrame>
