import { z } from 'zod'
import { indexFrames } from '../bulletin/index-frame.ts'
import { channelFrames, lineFrames } from '../wire/stream-frame.ts'
import type { ChannelName, StreamRequest } from '../wire/stream.ts'
import { ORDER_OPS, streamRequest } from '../wire/stream.ts'
import { OPERATIONS } from '../operations/operations.ts'
import type { Components, Json } from './openapi-schema.ts'
import { printSchema } from './openapi-schema.ts'

/** What each channel tells, in one line. */
const CHANNELS: Record<ChannelName, string> = {
  book: 'The book by price, so many levels a side: whole, then every change.',
  book_100ms: 'The same, at most ten times a second.',
  book_l3: 'Every resting order.',
  bbo: 'The best price of either side.',
  trades: 'Trades, the last fifty first.',
  ticker: 'The touch and the last 24 hours.',
  candles: 'Prices of one interval.',
  status: 'Whether the market trades, and why not.',
  auction: 'Where a call auction would trade if it ended now.',
  index:
    'Fixings, indices, Machine GDP, the Intelligence Index and efficiency spreads as they are published.',
  scorecard: 'How the suppliers of an instrument keep their promises, at most once a second.',
  orders: "The account's orders, as REST shows them, after each change.",
  fills: "The account's sides of its trades.",
  balances: 'The balances that changed.',
  lots: 'The lots that changed.',
  deliveries: 'Requests delivered to the account, or by it.',
  qualifications:
    'How far measurements of the account’s offers have come. It has no cursor: none of it is journaled.',
  drop_copy: 'Every event of the account: what GET /v1/events lists. Needs the scope drop_copy.',
}

/** A frame of each kind that a client may send, which works as it stands once the account is known. */
export const STREAM_EXAMPLES = {
  subscribe: {
    op: 'subscribe',
    id: 1,
    channels: [{ channel: 'book', instrument: 'TEXT_PRIME-USD', depth: 50, from_seq: 123 }],
  },
  unsubscribe: { op: 'unsubscribe', id: 2, channels: [{ channel: 'trades', instrument: 'TEXT_PRIME-USD' }] },
  ping: { op: 'ping', id: 3 },
  auth: { op: 'auth', id: 4, key: 'bb_…' },
  cancel_on_disconnect: { op: 'cancel_on_disconnect', id: 5, enabled: true, scope: 'session' },
  logout: { op: 'logout', id: 6 },
  'order.place': {
    op: 'order.place',
    id: 7,
    params: { instrument: 'TEXT_PRIME-USD', side: 'buy', price: '0.8000', quantity: '1.00' },
  },
  'order.amend': { op: 'order.amend', id: 8, params: { id: 'ord_12', quantity: '0.50' } },
  'order.cancel': { op: 'order.cancel', id: 9, params: { id: 'ord_12' } },
  'order.cancel_all': { op: 'order.cancel_all', id: 10, params: { instrument: 'TEXT_PRIME-USD' } },
} as const satisfies Record<StreamRequest['op'], unknown>

/** The schema of each frame that a client may send, by its op. */
function requestSchemas(): Record<string, z.ZodType> {
  const found: Record<string, z.ZodType> = {}
  for (const option of streamRequest.options) {
    const { op } = option.shape
    for (const name of op instanceof z.ZodLiteral ? op.values : op.options) found[String(name)] = option
  }
  return found
}

const summaryOf = (op: string): string =>
  OPERATIONS.find(({ id }) => id === op)?.summary ?? `The op ${op} of the connection itself.`

const KEY = { $ref: '#/components/securitySchemes/key' }

/** The AsyncAPI 3 document of `/v1/ws`, printed from the same schemas that parse its frames. */
export function printAsyncApi(version: string): Json {
  const schemas: Components = {}
  const messages: Record<string, Json> = {}
  const message = (name: string, schema: z.ZodType, io: 'input' | 'output', more: Json = {}) => {
    messages[name] = { name, ...more, payload: printSchema(schema, io, schemas, 'draft-7') }
  }
  const requests = requestSchemas()
  for (const [op, schema] of Object.entries(requests)) {
    const example = STREAM_EXAMPLES[op as StreamRequest['op']]
    message(op, schema, 'input', { summary: summaryOf(op), examples: [{ payload: example }] })
  }
  for (const [type, schema] of Object.entries(lineFrames)) message(`line.${type}`, schema, 'output')
  for (const [channel, frames] of Object.entries({ ...channelFrames, index: indexFrames }))
    message(`channel.${channel}`, z.union([...frames] as [z.ZodType]), 'output', {
      summary: CHANNELS[channel as ChannelName],
    })
  const all = Object.keys(messages)
  const refs = (names: readonly string[]) =>
    names.map((name) => ({ $ref: `#/channels/stream/messages/${name}` }))
  return {
    asyncapi: '3.0.0',
    info: { title: 'Busbar stream', version, description: `Order entry: ${ORDER_OPS.join(', ')}.` },
    servers: { venue: { host: '127.0.0.1:8700', protocol: 'ws' } },
    defaultContentType: 'application/json',
    channels: {
      stream: {
        address: '/v1/ws',
        messages: Object.fromEntries(all.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
      },
    },
    operations: {
      ask: {
        action: 'receive',
        channel: { $ref: '#/channels/stream' },
        security: [KEY],
        messages: refs(Object.keys(requests)),
      },
      tell: {
        action: 'send',
        channel: { $ref: '#/channels/stream' },
        security: [KEY],
        messages: refs(all.filter((name) => !(name in requests))),
      },
    },
    components: {
      messages,
      schemas,
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'With the upgrade, or by the op `auth`. Public channels need no key.',
        },
      },
    },
  }
}
