import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_SECOND, rfc3339 } from '../base/time.ts'
import type { Venue } from '../api/venue.ts'
import type { IndexPrint } from '../bulletin/index-frame.ts'
import {
  efficiencyPrint,
  fixingPrint,
  hourPrints,
  intelligencePrint,
  lastPrints,
} from '../figures/bulletin.ts'
import type { Applied, Market } from '../market/market.ts'
import type { Event } from '../state/event.ts'
import type { FixingRecord } from '../store/projection.ts'
import type { Following, Group, Reader } from './group.ts'
import { catchUp, isLeft, joinGroup, newGroup, replayFrom, tellAll } from './group.ts'
import type { Budget } from './ring.ts'

/** The channel `index`: every published number of the venue, as it is published. */
export type IndexFeed = {
  follow(fromSeq: number | undefined, reader: Reader): Following
  /** Hears a durable batch, right after history and the market's folds have taken it. */
  notice(batch: readonly Applied[]): void
  /** Catches up those who fell behind. */
  pulse(): void
  /** Resolves once what was noticed is told. */
  settled(): Promise<void>
}

/** What some commands gave cause to publish, which is not yet told. */
type Due = {
  seq: number
  at: Instant
  fixings: FixingRecord[]
  isHour: boolean
  isMeasured: boolean
  isCosted: boolean
}

/** While somebody reads: what readers hold, the last print of each series by its key. */
type Board = Group & {
  last: Map<string, IndexPrint>
  /** Those who came before the first prints were read. */
  waiting: Set<Following> | null
  due: Due | undefined
  work: Promise<void>
  /** When history could not be asked for what was due: from then on readers may lack a print. */
  failedAt: Instant | null
}

/** After a failure everything is read anew, and told to everyone. */
const AGAIN_MICROS = 5 * MICROS_PER_SECOND

const keyOf = ({ series, row }: IndexPrint): string =>
  series === 'fixing' ? `${series} ${row.instrument} ${row.period}` : series

/** A correction stands beside its print, and does not replace it. */
const isLast = ({ series, row }: IndexPrint): boolean => series !== 'fixing' || row.corrects === null

export function createIndexFeed(venue: Venue, budget: Budget): IndexFeed {
  const { market, clock, log } = venue
  let board: Board | undefined
  /** Time of the last command noticed: where an hour ends between two commands, it has closed. */
  let noticedAt = market.at

  /** Does one thing behind what the board is still at. */
  const next = (opened: Board, step: (venue: Venue, board: Board) => Promise<void>): void => {
    opened.work = opened.work
      .then(() => step(venue, opened))
      .catch((error: unknown) => {
        log.error({ error }, 'published numbers could not be read for the stream')
        opened.failedAt = clock()
      })
  }
  const openBoard = (): Board => {
    const opened: Board = {
      ...newGroup(budget, market.seq),
      last: new Map(),
      waiting: new Set(),
      due: undefined,
      work: Promise.resolve(),
      failedAt: null,
    }
    next(opened, begin)
    return opened
  }

  return {
    follow(fromSeq, reader) {
      board ??= openBoard()
      const opened = board
      const whole = (since?: number) => wholeOf(opened, since)
      const joined = joinGroup(opened, whole, clock, reader, replayFrom(opened, fromSeq))
      return {
        ...joined,
        start: () => (opened.waiting === null ? joined.start() : void opened.waiting.add(joined)),
        end() {
          opened.waiting?.delete(joined)
          joined.end()
        },
      }
    },
    notice(batch) {
      const since = noticedAt
      noticedAt = batch.at(-1)?.at ?? since
      if (board === undefined) return
      const due = dueOf(venue, batch, since, board.due)
      if (due === undefined) return
      const isUnderWay = board.due !== undefined
      board.due = due
      if (!isUnderWay) next(board, tellDue)
    },
    pulse() {
      if (board === undefined) return
      const opened = board
      if (opened.failedAt !== null && clock() >= later(opened.failedAt, AGAIN_MICROS)) {
        opened.failedAt = null
        next(opened, begin)
      }
      catchUp(opened, (since) => wholeOf(opened, since))
      if (!isLeft(opened, clock())) return
      opened.ring.clear()
      board = undefined
    },
    settled: () => board?.work ?? Promise.resolve(),
  }
}

/** Reads the last prints and tells them to everyone who waits; who reads is told what there is now. */
async function begin(venue: Venue, board: Board): Promise<void> {
  // What was due until now is among what is read.
  board.due = undefined
  board.seq = venue.market.seq
  board.ring.clear()
  for (const print of await lastPrints(venue)) board.last.set(keyOf(print), print)
  for (const follower of board.followers) follower.isBehind = true
  const waiting = board.waiting ?? []
  board.waiting = null
  for (const joined of waiting) joined.start()
}

/** What a batch gives cause to publish, beside what is due already; nothing: as before. */
function dueOf(
  { market, sequencer }: Venue,
  batch: readonly Applied[],
  since: Instant,
  before: Due | undefined,
): Due | undefined {
  const { hour } = sequencer.state.settings
  let due: Due | undefined
  let time: number = since
  for (const applied of batch) {
    const { seq, at, events } = applied
    const cause = (): Due => {
      due ??= before ?? { seq, at, fixings: [], isHour: false, isMeasured: false, isCosted: false }
      due.seq = seq
      due.at = at
      return due
    }
    if (Math.floor(at / hour) !== Math.floor(time / hour)) cause().isHour = true
    time = at
    for (const event of events) note(market, event, applied, cause)
  }
  return due
}

function note(market: Market, event: Event, { seq, at }: Applied, cause: () => Due): void {
  switch (event.kind) {
    case 'fixing.published': {
      const { kind: _, ...print } = event
      const due = cause()
      due.fixings.push({ seq, publishedAt: at, print })
      // Prices of an hour are printed one after another: the spreads follow when none is left to print.
      if (market.fixingCuts().length === 0) due.isCosted = true
      return
    }
    case 'declaration.made':
      if (event.topic === 'cost') cause().isCosted = true
      return
    case 'offer.certified':
      cause().isMeasured = true
      return
    default:
  }
}

async function tellDue(venue: Venue, board: Board): Promise<void> {
  const { due } = board
  board.due = undefined
  if (due === undefined) return
  const prints = due.fixings.map((record) => fixingPrint(venue, record))
  if (due.isHour) prints.push(...(await hourPrints(venue)))
  if (due.isHour || due.isMeasured) prints.push(intelligencePrint(venue))
  if (due.isCosted) prints.push(await efficiencyPrint(venue))
  for (const print of prints) if (isLast(print)) board.last.set(keyOf(print), print)
  const { seq, at } = due
  const frame = { type: 'print', channel: 'index', prev_seq: board.seq, seq, at: rfc3339(at), data: prints }
  tellAll(board, { prevSeq: board.seq, seq, at, bytes: Buffer.from(JSON.stringify(frame)) })
}

function wholeOf({ seq, last }: Board, since?: number): Buffer {
  const conflated = since === undefined ? {} : { conflated: true }
  return Buffer.from(
    JSON.stringify({ type: 'snapshot', channel: 'index', seq, ...conflated, data: [...last.values()] }),
  )
}
