import type { InstrumentId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import type { Level } from '../market/depth.ts'
import type { Market, MarketUpdate } from '../market/market.ts'
import type { Cut, Topic } from './market-frame.ts'
import { bookFrame, INTERVAL_SECONDS, snapshotFrame, updateFrame } from './market-frame.ts'
import type { Budget, Update } from './ring.ts'
import { Ring } from './ring.ts'

/** One connection, as a channel sees it. */
export type Reader = {
  send(bytes: Uint8Array): void
  /** Whether so much is unsent that more would only be late. */
  isSlow(): boolean
}

/** One reader of one channel. */
export type Following = {
  /** How the reader begins: with what it missed, or with everything. */
  mode: 'replay' | 'snapshot'
  /** Sends that beginning, and from then on every change. Call it at once. */
  start(): void
  /** The last sequence number that the reader was told of. */
  seq(): number
  end(): void
}

/** Public market data as frames: every update is encoded once, however many read it. */
export type Feed = {
  /** Joins a channel after `fromSeq`, if what came after it is still kept. */
  follow(topic: Topic, fromSeq: number | undefined, reader: Reader): Following
  /** Tells what a durable batch changed. */
  publish(updates: readonly MarketUpdate[]): void
  /** To be called every 100 ms: tells what is told at that pace, and catches up those who fell behind. */
  pulse(): void
}

type Follower = {
  reader: Reader
  seq: number
  /** It missed something: it is told what there is, once it reads again. */
  isBehind: boolean
}

/** The readers of one topic, and what was lately told there. Kept for a while after the last has gone. */
type Group = {
  topic: Topic
  followers: Set<Follower>
  ring: Ring
  /** Of the last update. */
  seq: number
  /** `book` and `book_100ms`: what the readers hold. */
  cut: Cut
  /** `book_100ms`: changed since it was last told. */
  isDirty: boolean
  leftAt: Instant | null
}

/** How long updates are gathered for readers who may come back. */
const LINGER_MICROS = 15 * 60 * MICROS_PER_SECOND

const isBook = ({ channel }: Topic): boolean => channel === 'book' || channel === 'book_100ms'
/** Where an update cannot be laid over a state that lies inside it. */
const isExact = ({ channel }: Topic): boolean => channel === 'book_100ms' || channel === 'book_l3'

const keyOf = (topic: Topic): string =>
  `${topic.channel} ${isBook(topic) ? topic.depth : ''}${topic.channel === 'candles' ? topic.interval : ''}`

/** Levels that differ between two cuts of one side; a level that is gone has no lots. */
function changedLevels(before: readonly Level[], after: readonly Level[]): Level[] {
  const was = new Map(before.map((level) => [level[0], level]))
  const changed: Level[] = []
  for (const level of after) {
    const old = was.get(level[0])
    was.delete(level[0])
    if (old === undefined || old[1] !== level[1] || old[2] !== level[2]) changed.push(level)
  }
  for (const [price] of was) changed.push([price, 0 as Level[1], 0])
  return changed
}

export function createFeed(market: Market, clock: () => Instant): Feed {
  const groups = new Map<InstrumentId, Map<string, Group>>()
  const budget: Budget = { bytes: 0 }

  const groupOf = (topic: Topic): Group => {
    const key = keyOf(topic)
    let ofInstrument = groups.get(topic.instrument.id)
    if (ofInstrument === undefined) groups.set(topic.instrument.id, (ofInstrument = new Map()))
    let group = ofInstrument.get(key)
    if (group === undefined) {
      group = newGroup(market, topic, budget)
      ofInstrument.set(key, group)
    }
    group.topic.instrument = topic.instrument
    return group
  }

  return {
    follow: (topic, fromSeq, reader) => follow(market, clock, groupOf(topic), fromSeq, reader),
    publish(updates) {
      const at = clock()
      for (const update of updates) {
        const name = update.channel
        for (const group of groups.get(update.instrument)?.values() ?? []) {
          const { channel, interval } = group.topic
          if (channel === 'book_100ms' && name === 'book') group.isDirty = true
          else if (channel !== name) continue
          else if (name === 'book') tellBook(market, group, at)
          else if (name !== 'candles' || update.seconds === INTERVAL_SECONDS[interval])
            tellUpdate(group, update, at)
        }
      }
    },
    pulse() {
      const at = clock()
      for (const ofInstrument of groups.values())
        for (const [key, group] of ofInstrument) {
          if (group.isDirty) tellBook(market, group, at)
          for (const follower of group.followers) if (follower.isBehind) catchUp(market, group, follower)
          if (group.leftAt === null || group.leftAt > at - LINGER_MICROS) continue
          group.ring.clear()
          ofInstrument.delete(key)
        }
    },
  }
}

function newGroup(market: Market, topic: Topic, budget: Budget): Group {
  const cut = market.depth(topic.instrument.id, isBook(topic) ? topic.depth : 0)
  const seq = isBook(topic) || topic.channel === 'book_l3' ? cut.seq : market.seq
  const followers = new Set<Follower>()
  return {
    topic: { ...topic },
    followers,
    ring: new Ring(budget),
    seq,
    cut,
    isDirty: false,
    leftAt: null,
  }
}

function follow(
  market: Market,
  clock: () => Instant,
  group: Group,
  fromSeq: number | undefined,
  reader: Reader,
): Following {
  const missed = fromSeq === undefined ? undefined : missedSince(market, group, fromSeq)
  const follower: Follower = { reader, seq: group.seq, isBehind: false }
  return {
    mode: missed === undefined ? 'snapshot' : 'replay',
    start() {
      group.followers.add(follower)
      group.leftAt = null
      if (missed === undefined || fromSeq === undefined)
        reader.send(snapshotFrame(market, group.topic, group.seq, group.cut))
      else {
        follower.seq = fromSeq
        for (const update of missed) tell(follower, update)
      }
    },
    seq: () => follower.seq,
    end() {
      group.followers.delete(follower)
      if (group.followers.size === 0) group.leftAt = clock()
    },
  }
}

/** What was told after a sequence number, or `undefined` if the reader must begin anew. */
function missedSince(market: Market, group: Group, fromSeq: number): Update[] | undefined {
  if (fromSeq === group.seq) return []
  const isConflated = group.topic.channel === 'book_100ms'
  if (fromSeq > group.seq) return isConflated || fromSeq > market.seq ? undefined : []
  return group.ring.after(fromSeq, isExact(group.topic))
}

function tellUpdate(group: Group, update: MarketUpdate, at: Instant): void {
  const bytes = updateFrame(group.topic, group.seq, update)
  if (bytes !== undefined) tellAll(group, { prevSeq: group.seq, seq: update.seq, at, bytes })
}

/** Tells the change from what the readers hold to the book as it is now, unless it all lies deeper. */
function tellBook(market: Market, group: Group, at: Instant): void {
  const { topic, cut, seq: prevSeq } = group
  const now = market.depth(topic.instrument.id, topic.depth)
  group.isDirty = false
  group.cut = now
  const bids = changedLevels(cut.bids, now.bids)
  const asks = changedLevels(cut.asks, now.asks)
  if (bids.length + asks.length === 0) return
  const bytes = bookFrame(topic, prevSeq, now.seq, { bids, asks, checksum: now.checksum })
  tellAll(group, { prevSeq, seq: now.seq, at, bytes })
}

function tellAll(group: Group, update: Update): void {
  group.seq = update.seq
  group.ring.push(update)
  for (const follower of group.followers) {
    if (follower.isBehind) continue
    if (follower.reader.isSlow()) follower.isBehind = true
    else tell(follower, update)
  }
}

/** The first update of a replay says that it follows on the number the reader came with. */
function tell(follower: Follower, { prevSeq, seq, bytes }: Update): void {
  follower.reader.send(follower.seq === prevSeq ? bytes : following(bytes, follower.seq))
  follower.seq = seq
}

const following = (bytes: Buffer, seq: number): Buffer =>
  Buffer.from(bytes.toString('utf8').replace(/"prev_seq":\d+/, `"prev_seq":${seq}`))

/** Tells a reader who fell behind what there is now, marked as conflated. */
function catchUp(market: Market, group: Group, follower: Follower): void {
  if (follower.reader.isSlow()) return
  follower.reader.send(snapshotFrame(market, group.topic, group.seq, group.cut, follower.seq))
  follower.seq = group.seq
  follower.isBehind = false
}
