import type { InstrumentOut } from '../wire/instrument.ts'
import type { TickerOut, TradeOut } from '../wire/market.ts'
import type { ProblemOut } from '../wire/problem.ts'
import type { BookFrame, Depth } from './depth.ts'
import { depthAfter } from './depth.ts'
import type { SocketClass } from './line.ts'
import { Line } from './line.ts'

export type { Depth } from './depth.ts'

export type StreamOptions = {
  /** `http://127.0.0.1:8700`; empty in a browser: the page's own origin. */
  baseUrl: string
  /** Needed only where the platform has no WebSocket of its own. */
  webSocket?: SocketClass | undefined
  /** Told when the connection opens and is lost; it is opened again by itself. */
  onStatus?: ((status: StreamStatus) => void) | undefined
  /** Told of what was refused, of deltas that did not fit, and of checksums that differed. */
  onFault?: ((detail: string) => void) | undefined
}

export type StreamStatus = 'connecting' | 'open' | 'lost' | 'closed'
export type BookInstrument = Pick<InstrumentOut, 'id' | 'price_increment' | 'quantity_increment'>

type Channel = {
  channel: 'book' | 'trades' | 'ticker'
  instrument: string
  depth?: number
  from_seq?: number
}
type DataFrame =
  | { type: 'trade'; channel: 'trades'; instrument: string; data: TradeOut[] }
  | { type: 'ticker'; channel: 'ticker'; instrument: string; data: TickerOut }
type ChannelFrame = BookFrame | DataFrame
type Frame =
  | ChannelFrame
  | { type: 'hello' | 'heartbeat' }
  | { type: 'subscribed' | 'unsubscribed'; channel: Channel['channel']; instrument: string }
  | { type: 'problem'; problem: ProblemOut }

/** Turns frames into what listeners are told; `undefined` tells them nothing. */
type Reader<Value> = {
  read(frame: ChannelFrame): Value | undefined
  /** The sequence number from which a new connection may go on; `undefined`: it begins anew. */
  heldTo(): number | undefined
  /** Whether the latest value is told to whoever joins later. */
  keep: boolean
}

/** Several listeners of one channel share its subscription; the last to leave ends it. */
type Subscription = {
  channel: Channel
  reader: Reader<unknown>
  told: Set<(value: never) => void>
  latest: unknown
}

const AGAIN_MS = 500

const DATA_FRAMES: readonly string[] = ['snapshot', 'delta', 'trade', 'ticker']
const isData = (frame: Frame): frame is ChannelFrame => DATA_FRAMES.includes(frame.type)

const keyOf = (channel: string, instrument: string): string => `${channel} ${instrument}`

function socketAddress(baseUrl: string): string {
  const origin = baseUrl === '' ? globalThis.location.origin : baseUrl.replace(/\/+$/, '')
  return `${origin.replace(/^http/, 'ws')}/v1/ws`
}

/** Live public market data over one connection, which is opened again whenever it is lost. */
export class MarketStream {
  private readonly line: Line
  private readonly options: StreamOptions
  private readonly subscriptions = new Map<string, Subscription>()
  private nextId = 1

  constructor(options: StreamOptions) {
    this.options = options
    const platform = globalThis.WebSocket as unknown as SocketClass
    this.line = new Line(socketAddress(options.baseUrl), options.webSocket ?? platform, {
      open: () => this.resume(),
      text: (text) => this.take(JSON.parse(text) as Frame),
      status: (status) => options.onStatus?.(status),
    })
  }

  /** The whole book, checked, after each change. Returns the function that ends the subscription. */
  book(instrument: BookInstrument, listener: (depth: Depth) => void, depth = 50): () => void {
    const channel: Channel = { channel: 'book', instrument: instrument.id, depth }
    return this.subscribe(channel, listener, () =>
      bookReader(instrument, (fault) => {
        this.options.onFault?.(fault)
        setTimeout(() => this.again(channel), AGAIN_MS)
      }),
    )
  }

  /** Trades as they happen. Returns the function that ends the subscription. */
  trades(instrument: string, listener: (trades: TradeOut[]) => void): () => void {
    return this.subscribe({ channel: 'trades', instrument }, listener, () => dataReader('trade', false))
  }

  /** The last 24 hours and the touch, as they change. Returns the function that ends the subscription. */
  ticker(instrument: string, listener: (ticker: TickerOut) => void): () => void {
    return this.subscribe({ channel: 'ticker', instrument }, listener, () => dataReader('ticker', true))
  }

  close(): void {
    this.line.close()
  }

  private ask(op: 'subscribe' | 'unsubscribe', channels: Channel[]): void {
    if (channels.length > 0) this.line.send(JSON.stringify({ op, id: this.nextId++, channels }))
  }

  private resume(): void {
    // A book goes on where it broke off, if the exchange still has what came since; else a snapshot comes.
    const channels = [...this.subscriptions.values()].map(({ channel, reader }) => {
      const from = reader.heldTo()
      return from === undefined ? channel : { ...channel, from_seq: from }
    })
    this.ask('subscribe', channels)
  }

  private again(channel: Channel): void {
    if (!this.subscriptions.has(keyOf(channel.channel, channel.instrument))) return
    this.ask('unsubscribe', [channel])
    this.ask('subscribe', [channel])
  }

  private take(frame: Frame): void {
    if (frame.type === 'problem') this.options.onFault?.(frame.problem.detail)
    if (!isData(frame)) return
    const subscription = this.subscriptions.get(keyOf(frame.channel, frame.instrument))
    const value = subscription?.reader.read(frame)
    if (!subscription || value === undefined) return
    if (subscription.reader.keep) subscription.latest = value
    for (const tell of subscription.told) tell(value as never)
  }

  private subscribe<Value>(
    channel: Channel,
    listener: (value: Value) => void,
    read: () => Reader<Value>,
  ): () => void {
    const key = keyOf(channel.channel, channel.instrument)
    let subscription = this.subscriptions.get(key)
    if (!subscription) {
      subscription = { channel, reader: read(), told: new Set(), latest: undefined }
      this.subscriptions.set(key, subscription)
      this.ask('subscribe', [channel])
    }
    const { told, latest } = subscription
    told.add(listener)
    if (latest !== undefined) listener(latest as Value)
    return () => {
      if (!told.delete(listener) || told.size > 0) return
      this.subscriptions.delete(key)
      this.ask('unsubscribe', [channel])
    }
  }
}

/** Opens the stream of public market data. */
export const openStream = (options: StreamOptions): MarketStream => new MarketStream(options)

function bookReader(instrument: BookInstrument, lost: (fault: string) => void): Reader<Depth> {
  let held: Depth | undefined
  return {
    keep: true,
    heldTo: () => held?.seq,
    read(frame) {
      if (frame.type !== 'snapshot' && frame.type !== 'delta') return undefined
      // Deltas still on their way while a fresh snapshot is awaited.
      if (held === undefined && frame.type === 'delta') return undefined
      held = depthAfter(held, frame, instrument)
      if (!held) lost(`${instrument.id}: the ${frame.type} at seq ${frame.seq} does not fit the book`)
      return held
    },
  }
}

const dataReader = <Value>(type: DataFrame['type'], keep: boolean): Reader<Value> => ({
  keep,
  heldTo: () => undefined,
  read: (frame) => (frame.type === type && 'data' in frame ? (frame.data as Value) : undefined),
})
