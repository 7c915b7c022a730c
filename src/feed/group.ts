import type { Instant } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
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

type Follower = {
  reader: Reader
  seq: number
  /** It missed something: it is told what there is, once it reads again. */
  isBehind: boolean
}

/** The readers of one channel, and what was lately told there. Kept for a while after the last has gone. */
export type Group = {
  followers: Set<Follower>
  ring: Ring
  /** Of the last update. */
  seq: number
  leftAt: Instant | null
}

/** What there is now, as a frame for a reader who is new, or for one who fell behind at `since`. */
type Whole = (since?: number) => Buffer

/** How long updates are gathered for readers who may come back. */
const LINGER_MICROS = 15 * 60 * MICROS_PER_SECOND

export const newGroup = (budget: Budget, seq: number): Group => ({
  followers: new Set(),
  ring: new Ring(budget),
  seq,
  leftAt: null,
})

/** Whether nobody has read for so long that nobody is expected back. */
export const isLeft = ({ leftAt }: Group, at: Instant): boolean =>
  leftAt !== null && leftAt <= at - LINGER_MICROS

/** A reader who came back, and what it missed since. */
export type Replay = { fromSeq: number; missed: readonly Update[] }

/** What a reader missed since a number that its channel told; `undefined`: it begins anew. */
export function replayFrom({ seq, ring }: Group, fromSeq: number | undefined): Replay | undefined {
  if (fromSeq === undefined) return undefined
  const missed = fromSeq === seq ? [] : ring.after(fromSeq, true)
  return missed && { fromSeq, missed }
}

/** Joins a reader who missed these updates since `fromSeq`; `undefined`: it begins anew. */
export function joinGroup(
  group: Group,
  whole: Whole,
  clock: () => Instant,
  reader: Reader,
  replay: Replay | undefined,
): Following {
  const follower: Follower = { reader, seq: group.seq, isBehind: false }
  return {
    mode: replay === undefined ? 'snapshot' : 'replay',
    start() {
      group.followers.add(follower)
      group.leftAt = null
      if (replay === undefined) {
        follower.seq = group.seq
        reader.send(whole())
        return
      }
      follower.seq = replay.fromSeq
      for (const update of replay.missed) tell(follower, update)
    },
    seq: () => follower.seq,
    end() {
      group.followers.delete(follower)
      if (group.followers.size === 0) group.leftAt = clock()
    },
  }
}

/** Tells an update to everyone who keeps up. */
export function tellAll(group: Group, update: Update): void {
  group.seq = update.seq
  group.ring.push(update)
  for (const follower of group.followers) {
    if (follower.isBehind) continue
    if (follower.reader.isSlow()) follower.isBehind = true
    else tell(follower, update)
  }
}

/** Tells those who fell behind, and read again, what there is now. */
export function catchUp(group: Group, whole: Whole): void {
  for (const follower of group.followers) {
    if (!follower.isBehind || follower.reader.isSlow()) continue
    follower.reader.send(whole(follower.seq))
    follower.seq = group.seq
    follower.isBehind = false
  }
}

/** The first update of a replay says that it follows on the number the reader came with. */
function tell(follower: Follower, { prevSeq, seq, bytes }: Update): void {
  follower.reader.send(follower.seq === prevSeq ? bytes : following(bytes, follower.seq))
  follower.seq = seq
}

const following = (bytes: Buffer, seq: number): Buffer =>
  Buffer.from(bytes.toString('utf8').replace(/"prev_seq":\d+/, `"prev_seq":${seq}`))
