import { z } from 'zod'
import { instrumentIn } from './instrument.ts'

/** What can be subscribed to on `/v1/ws`. All of it is public market data. */
export const channelName = z.enum(['book', 'bbo', 'trades', 'ticker', 'candles', 'status'])
export type ChannelName = z.infer<typeof channelName>

/** `depth` is the number of price levels a side of `book`, 50 unless said otherwise. */
export const channelRequest = z.strictObject({
  channel: channelName,
  instrument: instrumentIn,
  depth: z.number().int().min(10).max(1000).optional(),
})

/** What a client may send. */
export const streamRequest = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('subscribe'),
    id: z.number().int().min(0).optional(),
    channels: z.array(channelRequest).min(1).max(100),
  }),
  z.strictObject({
    op: z.literal('unsubscribe'),
    id: z.number().int().min(0).optional(),
    channels: z.array(channelRequest).min(1).max(100),
  }),
  z.strictObject({ op: z.literal('ping'), id: z.number().int().min(0).optional() }),
])

export type StreamRequest = z.output<typeof streamRequest>
export type ChannelRequest = z.output<typeof channelRequest>
