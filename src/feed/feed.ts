import type { InstrumentId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Level } from '../market/depth.ts'
import type { Market, MarketUpdate } from '../market/market.ts'
import type { Following, Group, Reader } from './group.ts'
import { catchUp, isLeft, joinGroup, newGroup, tellAll } from './group.ts'
import type { Cut, Topic } from './market-frame.ts'
import { bookFrame, INTERVAL_SECONDS, snapshotFrame, updateFrame } from './market-frame.ts'
import type { Budget, Update } from './ring.ts'

/** Public market data as frames: every update is encoded once, however many read it. */
export type Feed = {
  /** Joins a channel after `fromSeq`, if what came after it is still kept. */
  follow(topic: Topic, fromSeq: number | undefined, reader: Reader): Following
  /** Tells what a durable batch changed. */
  publish(updates: readonly MarketUpdate[]): void
  /** To be called every 100 ms: tells what is told at that pace, and catches up those who fell behind. */
  pulse(): void
}

/** The readers of one topic. */
type MarketGroup = Group & {
  topic: Topic
  /** `book` and `book_100ms`: what the readers hold. */
  cut: Cut
  /** `book_100ms`: changed since it was last told. */
  isDirty: boolean
}

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
  const groups = new Map<InstrumentId, Map<string, MarketGroup>>()
  const budget: Budget = { bytes: 0 }

  const groupOf = (topic: Topic): MarketGroup => {
    const key = keyOf(topic)
    let ofInstrument = groups.get(topic.instrument.id)
    if (ofInstrument === undefined) groups.set(topic.instrument.id, (ofInstrument = new Map()))
    let group = ofInstrument.get(key)
    if (group === undefined) {
      group = openGroup(market, topic, budget)
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
          catchUp(group, (since) => wholeOf(market, group, since))
          if (!isLeft(group, at)) continue
          group.ring.clear()
          ofInstrument.delete(key)
        }
    },
  }
}

function openGroup(market: Market, topic: Topic, budget: Budget): MarketGroup {
  const cut = market.depth(topic.instrument.id, isBook(topic) ? topic.depth : 0)
  const seq = isBook(topic) || topic.channel === 'book_l3' ? cut.seq : market.seq
  return { ...newGroup(budget, seq), topic: { ...topic }, cut, isDirty: false }
}

const wholeOf = (market: Market, { topic, seq, cut }: MarketGroup, since?: number): Buffer =>
  snapshotFrame(market, topic, seq, cut, since)

function follow(
  market: Market,
  clock: () => Instant,
  group: MarketGroup,
  fromSeq: number | undefined,
  reader: Reader,
): Following {
  const missed = fromSeq === undefined ? undefined : missedSince(market, group, fromSeq)
  const replay = missed === undefined || fromSeq === undefined ? undefined : { fromSeq, missed }
  return joinGroup(group, (since) => wholeOf(market, group, since), clock, reader, replay)
}

/** What was told after a sequence number, or `undefined` if the reader must begin anew. */
function missedSince(market: Market, group: MarketGroup, fromSeq: number): Update[] | undefined {
  if (fromSeq === group.seq) return []
  const isConflated = group.topic.channel === 'book_100ms'
  if (fromSeq > group.seq) return isConflated || fromSeq > market.seq ? undefined : []
  return group.ring.after(fromSeq, isExact(group.topic))
}

function tellUpdate(group: MarketGroup, update: MarketUpdate, at: Instant): void {
  const bytes = updateFrame(group.topic, group.seq, update)
  if (bytes !== undefined) tellAll(group, { prevSeq: group.seq, seq: update.seq, at, bytes })
}

/** Tells the change from what the readers hold to the book as it is now, unless it all lies deeper. */
function tellBook(market: Market, group: MarketGroup, at: Instant): void {
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
