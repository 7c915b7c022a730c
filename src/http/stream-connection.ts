import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { frameOf, framesOf } from './text-frame.ts'
import type { AccountFeed } from '../feed/account-feed.ts'
import type { Feed } from '../feed/feed.ts'
import type { Following } from '../feed/group.ts'
import type { VenueFeeds } from '../feed/venue-feed.ts'
import type { Caller } from '../api/caller.ts'
import type { Problem } from '../api/problem.ts'
import type { RateLimiter } from '../api/rate.ts'
import type { Venue } from '../api/venue.ts'

/** The orders of one connection. */
export type OrderDesk = {
  /** What is cancelled when the connection is lost; null: nothing. */
  scope: 'session' | 'account' | null
  /** Orders placed here that were open when they were last heard of. */
  placed: Set<string>
  /** Requests that are not answered yet. */
  inFlight: number
  isLost: boolean
}

/** Everything that all connections share. */
export type Hub = VenueFeeds & {
  venue: Venue
  feed: Feed
  accounts: AccountFeed
  nextId: () => string
}

/** Where a connection came from, as far as signatures and allowlists look at it. */
export type Origin = { host: string; pathAndQuery: string; ip: string }

/**
 * How far private channels that began together were told: the last command, and the one before it. A command
 * is told in several frames, one per channel.
 */
export type Place = { last: number; before: number }

/** The command up to which all private channels were told; null: there are none. */
export const cursorOf = ({ places }: Line): number | null =>
  places.size === 0 ? null : Math.min(...[...places].map(({ last }) => last))

/** One connection to the stream. */
export type Line = {
  readonly hub: Hub
  readonly socket: WebSocket
  readonly tcp: Socket
  readonly origin: Origin
  caller: Caller | null
  /** What it may ask for before an account is known. */
  rates: RateLimiter | null
  /** How each subscription ends, by its name in the heartbeat. */
  readonly ends: Map<string, () => void>
  readonly following: Map<string, Following>
  /** How far each group of private channels was told. */
  readonly places: Set<Place>
  readonly desk: OrderDesk
  isAlive: boolean
  isCorked: boolean
  /** Answers of this turn that are not written yet. */
  answers: string[]
  /** Frames refused and pings received since the last heartbeat. */
  faults: number
  pings: number
}

/** Unsent bytes at which a reader is let go. */
export const LOST_BYTES = 4 * 1024 * 1024

/** Why connections are closed, beside the protocol's own codes. */
export const CLOSED = { policy: 1008, revoked: 4001, tooSlow: 4009 } as const

export const newLine = (hub: Hub, socket: WebSocket, tcp: Socket, origin: Origin): Line => ({
  hub,
  socket,
  tcp,
  origin,
  caller: null,
  rates: null,
  ends: new Map(),
  following: new Map(),
  places: new Set(),
  desk: { scope: null, placed: new Set(), inFlight: 0, isLost: false },
  isAlive: true,
  isCorked: false,
  answers: [],
  faults: 0,
  pings: 0,
})

/** Sends a frame, in one write with whatever else is sent in this turn. */
export function sendBytes(line: Line, bytes: Uint8Array): void {
  if (!isOpen(line)) return
  cork(line)
  // What was said before it leaves before it.
  writeAnswers(line)
  line.tcp.write(frameOf(bytes))
}

const isOpen = ({ socket }: Line): boolean => socket.readyState === socket.OPEN

function cork(line: Line): void {
  if (line.isCorked) return
  line.isCorked = true
  line.tcp.cork()
  process.nextTick(uncork, line)
}

function uncork(line: Line): void {
  line.isCorked = false
  writeAnswers(line)
  line.tcp.uncork()
}

/** The answers of one turn are one piece: each piece costs the system more than its bytes. */
function writeAnswers(line: Line): void {
  const { answers } = line
  if (answers.length === 0) return
  line.answers = []
  if (isOpen(line)) line.tcp.write(framesOf(answers))
}

/** Answers a frame. Who asks and never reads the answers is let go. */
export function say(line: Line, frame: object | string): void {
  if (line.socket.bufferedAmount > LOST_BYTES) return hangUp(line, CLOSED.tooSlow, 'reading too slowly')
  if (!isOpen(line)) return
  cork(line)
  line.answers.push(typeof frame === 'string' ? frame : JSON.stringify(frame))
}

/** Closes a connection, behind what was said on it. */
export function hangUp(line: Line, code: number, why: string): void {
  writeAnswers(line)
  line.socket.close(code, why)
}

/** Says what could not be done, in the shape that REST gives it. */
export function sayProblem(line: Line, id: number | null, refused: Problem): void {
  say(line, { type: 'problem', id, problem: refused.body(line.hub.nextId()) })
}
