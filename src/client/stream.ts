import type { IndexPrint } from '../bulletin/index-frame.ts'
import type { ScorecardOut } from '../wire/conduct.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { TickerOut, TradeOut } from '../wire/market.ts'
import type { ProblemOut } from '../wire/problem.ts'
import type { BookFrame, Depth } from './depth.ts'
import { depthAfter } from './depth.ts'
import type { SocketClass } from './line.ts'
import { Line, socketAddress } from './line.ts'

export type { Depth } from './depth.ts'
export type { IndexPrint } from '../bulletin/index-frame.ts'

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
  channel: 'book' | 'trades' | 'ticker' | 'index' | 'scorecard'
  /** Every channel but `index` is one of each instrument. */
  instrument?: string
  depth?: number
  from_seq?: number
}
type IndexFrame = {
  type: 'snapshot' | 'print'
  channel: 'index'
  prev_seq?: number
  seq: number
  data: IndexPrint[]
}
type DataFrame =
  | { type: 'trade'; channel: 'trades'; instrument: string; data: TradeOut[] }
  | { type: 'ticker'; channel: 'ticker'; instrument: string; data: TickerOut }
  | { type: 'scorecard'; channel: 'scorecard'; instrument: string; data: ScorecardOut[] }
type ChannelFrame = BookFrame | IndexFrame | DataFrame
type Frame =
  | ChannelFrame
  | { type: 'hello' | 'heartbeat' }
  | { type: 'subscribed' | 'unsubscribed'; channel: Channel['channel'] }
  | { type: 'problem'; problem: ProblemOut }

/** Turns frames into what listeners are told; `undefined` tells them nothing. */
type Reader<Value> = {
  read(frame: ChannelFrame): Value | undefined
  /** The sequence number from which a new connection may go on; `undefined`: it begins anew. */
  heldTo(): number | undefined
  /** What whoever joins later is told first; `undefined`: nothing. */
  held(): Value | undefined
}

/** Several listeners of one channel share its subscription; the last to leave ends it. */
type Subscription = {
  channel: Channel
  reader: Reader<unknown>
  told: Set<(value: never) => void>
}

const AGAIN_MS = 500

const DATA_FRAMES: readonly string[] = ['snapshot', 'delta', 'print', 'trade', 'ticker', 'scorecard']
const isData = (frame: Frame): frame is ChannelFrame => DATA_FRAMES.includes(frame.type)

const keyOf = (of: { channel: string; instrument?: string }): string => `${of.channel} ${of.instrument ?? ''}`

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
      bookReader(instrument, (fault) => this.mend(channel, fault)),
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

  /** How the suppliers of an instrument keep their promises: all of them, the best first, at each change. */
  scorecards(instrument: string, listener: (cards: ScorecardOut[]) => void): () => void {
    return this.subscribe({ channel: 'scorecard', instrument }, listener, () => dataReader('scorecard', true))
  }

  /**
   * Published numbers: the last of each series, then each as it is published. After a lost connection what
   * came meanwhile is told first. Returns the function that ends the subscription.
   */
  prints(listener: (prints: IndexPrint[]) => void): () => void {
    const channel: Channel = { channel: 'index' }
    return this.subscribe(channel, listener, () => indexReader((fault) => this.mend(channel, fault)))
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

  /** Begins a channel anew whose frames did not fit. */
  private mend(channel: Channel, fault: string): void {
    this.options.onFault?.(fault)
    setTimeout(() => {
      if (!this.subscriptions.has(keyOf(channel))) return
      this.ask('unsubscribe', [channel])
      this.ask('subscribe', [channel])
    }, AGAIN_MS)
  }

  private take(frame: Frame): void {
    if (frame.type === 'problem') this.options.onFault?.(frame.problem.detail)
    if (!isData(frame)) return
    const subscription = this.subscriptions.get(keyOf(frame))
    const value = subscription?.reader.read(frame)
    if (!subscription || value === undefined) return
    for (const tell of subscription.told) tell(value as never)
  }

  private subscribe<Value>(
    channel: Channel,
    listener: (value: Value) => void,
    read: () => Reader<Value>,
  ): () => void {
    const key = keyOf(channel)
    let subscription = this.subscriptions.get(key)
    if (!subscription) {
      subscription = { channel, reader: read(), told: new Set() }
      this.subscriptions.set(key, subscription)
      this.ask('subscribe', [channel])
    }
    const { told } = subscription
    told.add(listener)
    const held = subscription.reader.held()
    if (held !== undefined) listener(held as Value)
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
    held: () => held,
    heldTo: () => held?.seq,
    read(frame) {
      if (frame.channel !== 'book') return undefined
      // Deltas still on their way while a fresh snapshot is awaited.
      if (held === undefined && frame.type === 'delta') return undefined
      held = depthAfter(held, frame, instrument)
      if (!held) lost(`${instrument.id}: the ${frame.type} at seq ${frame.seq} does not fit the book`)
      return held
    },
  }
}

function indexReader(lost: (fault: string) => void): Reader<IndexPrint[]> {
  const last = new Map<string, IndexPrint>()
  let seq: number | undefined
  return {
    held: () => (last.size === 0 ? undefined : [...last.values()]),
    heldTo: () => seq,
    read(frame) {
      if (frame.channel !== 'index') return undefined
      const fits = frame.type === 'snapshot' || frame.prev_seq === seq
      // Prints still on their way while the last ones are awaited.
      if (!fits && seq === undefined) return undefined
      seq = fits ? frame.seq : undefined
      if (!fits) lost(`the prints at seq ${frame.seq} do not follow on those before`)
      if (!fits) return undefined
      for (const print of frame.data) {
        const { series, row } = print
        last.set(series === 'fixing' ? `${row.instrument} ${row.period} ${row.corrects}` : series, print)
      }
      return frame.data
    },
  }
}

function dataReader<Value>(type: DataFrame['type'], keep: boolean): Reader<Value> {
  let held: Value | undefined
  return {
    held: () => held,
    heldTo: () => undefined,
    read(frame) {
      if (frame.type !== type || !('data' in frame)) return undefined
      const value = frame.data as Value
      if (keep) held = value
      return value
    },
  }
}
