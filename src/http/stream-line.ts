import type { AccountId } from '../base/ids.ts'
import type { AccountReader } from '../feed/account-feed.ts'
import type { Following, Reader } from '../feed/group.ts'
import { authenticate, parseKeyId } from '../api/auth.ts'
import { findInstrument, marketName } from '../api/instrument-name.ts'
import type { Caller } from '../api/caller.ts'
import { Problem, problem, tooMany } from '../api/problem.ts'
import { RateLimiter } from '../api/rate.ts'
import { rfc3339 } from '../base/time.ts'
import type { Scope } from '../wire/key.ts'
import { readJson } from '../wire/json.ts'
import type { AuthFrame, ChannelRequest, PrivateChannel, StreamRequest } from '../wire/stream.ts'
import { streamRequest } from '../wire/stream.ts'
import type { Line, Place } from './stream-connection.ts'
import { CLOSED, cursorOf, hangUp, LOST_BYTES, say, sayProblem, sendBytes } from './stream-connection.ts'
import { cancelOnLoss, takeOrder } from './stream-orders.ts'

const SUBSCRIPTIONS_MOST = 200
const NOBODY = 0 as AccountId
const DEFAULT_DEPTH = 50
/** Unsent bytes from which public channels are conflated. */
const SLOW_BYTES = 256 * 1024
const FAULTS_MOST = 1_000
const ROOM_MS = 20
const ROOM_TRIES = 1_500

/** Does what one frame asks. */
export function take(line: Line, data: Buffer, isBinary: boolean): void {
  const request = isBinary ? problem('invalid_request', 'Frames are JSON text.') : read(data)
  if (request instanceof Problem) {
    if (++line.faults > FAULTS_MOST) hangUp(line, CLOSED.policy, 'too many frames that are none')
    sayProblem(line, null, request)
    return
  }
  const id = request.id ?? null
  switch (request.op) {
    case 'ping':
      say(line, { type: 'pong', id, seq: line.hub.venue.market.seq })
      return
    case 'subscribe':
      subscribe(line, id, request.channels)
      return
    case 'unsubscribe':
      for (const channel of request.channels) unsubscribe(line, id, channel)
      return
    case 'auth':
      void logIn(line, id, request)
      return
    case 'logout':
      line.desk.scope = null
      say(line, { type: 'logged_out', id })
      hangUp(line, 1000, 'logged out')
      return
    case 'cancel_on_disconnect':
      armCancel(line, id, request)
      return
    default:
      takeOrder(line, request)
  }
}

function read(data: Buffer): StreamRequest | Problem {
  const json = readJson(data)
  if (!json.ok) return problem('invalid_json', `${json.pointer || 'frame'}: ${json.detail}.`)
  const parsed = streamRequest.safeParse(json.value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const pointer = `/${issue?.path.join('/') ?? ''}`
  const detail = issue?.message ?? 'not a frame'
  return problem('invalid_request', `${pointer}: ${detail}.`, { errors: [{ pointer, detail }] })
}

function subscribe(line: Line, id: number | null, channels: readonly ChannelRequest[]): void {
  const wanted = new Map<number | undefined, PrivateChannel[]>()
  for (const channel of channels) {
    const refused =
      overRate(line) ?? (isPrivate(channel) ? checkAccount(line, channel) : followPublic(line, id, channel))
    if (refused !== undefined) sayProblem(line, id, refused)
    else if (channel.channel === 'qualifications') followQualifications(line, id)
    else if (isPrivate(channel)) {
      // Reserved at once, so that a second wish for it in this frame is refused.
      line.ends.set(channel.channel, () => undefined)
      const { from_seq: from } = channel
      wanted.set(from, [...(wanted.get(from) ?? []), channel.channel])
    }
  }
  for (const [from, names] of wanted) followAccount(line, id, names, from)
}

/** A subscription is a token of the account, or before one is known of the connection. */
function overRate(line: Line): Problem | undefined {
  const { venue } = line.hub
  line.rates ??= new RateLimiter(venue.rates.settings)
  const { account } = line.caller ?? {}
  const limiter = account === undefined ? line.rates : venue.rates
  const verdict = limiter.take(account ?? NOBODY, 'subscribe', venue.clock())
  return verdict.pass ? undefined : tooMany(verdict.waitSeconds)
}

type Instrument = ReturnType<typeof findInstrument>
type InstrumentRequest = Extract<ChannelRequest, { instrument: string }>
type PublicRequest = InstrumentRequest | Extract<ChannelRequest, { channel: 'index' }>
type AccountRequest = Exclude<ChannelRequest, PublicRequest>

const isPrivate = (request: ChannelRequest): request is AccountRequest =>
  !('instrument' in request) && request.channel !== 'index'

function followPublic(line: Line, id: number | null, request: PublicRequest): Problem | undefined {
  const { state } = line.hub.venue.sequencer
  const instrument = 'instrument' in request ? findInstrument(state, request.instrument) : undefined
  if ('instrument' in request && instrument === undefined) return unknownInstrument(request)
  const market = instrument && marketName(instrument)
  const name = nameOf(request, market)
  const refused = roomFor(line, name)
  if (refused !== undefined) return refused
  const following = follow(line, request, instrument)
  line.ends.set(name, () => following.end())
  line.following.set(name, following)
  const { channel } = request
  const { mode } = following
  const where = market === undefined ? {} : { instrument: market }
  say(line, { type: 'subscribed', id, channel, ...where, ...detailOf(request), mode })
  following.start()
  return undefined
}

function follow(line: Line, request: PublicRequest, instrument: Instrument): Following {
  const { hub } = line
  const reader = publicReader(line)
  const { from_seq: fromSeq } = request
  if (request.channel === 'index' || instrument === undefined) return hub.index.follow(fromSeq, reader)
  if (request.channel === 'scorecard') return hub.scorecards.follow(instrument, fromSeq, reader)
  const topic = {
    channel: request.channel,
    instrument,
    depth: ('depth' in request ? request.depth : undefined) ?? DEFAULT_DEPTH,
    interval: ('interval' in request ? request.interval : undefined) ?? '1m',
  }
  return hub.feed.follow(topic, fromSeq, reader)
}

const detailOf = (request: PublicRequest): object =>
  request.channel === 'candles' ? { interval: request.interval ?? '1m' } : {}

/** A subscription as the heartbeat names it. */
function nameOf(request: PublicRequest, market: string | undefined): string {
  if (market === undefined) return request.channel
  return request.channel === 'candles'
    ? `candles:${market}:${request.interval ?? '1m'}`
    : `${request.channel}:${market}`
}

function roomFor(line: Line, name: string): Problem | undefined {
  if (line.ends.has(name)) return problem('already_subscribed', `${name} is subscribed to already.`)
  if (line.ends.size < SUBSCRIPTIONS_MOST) return undefined
  return problem('too_many_subscriptions', `A connection has at most ${SUBSCRIPTIONS_MOST}.`)
}

function followQualifications(line: Line, id: number | null): void {
  const { caller, hub } = line
  if (caller === null) return
  const channel = 'qualifications'
  say(line, { type: 'subscribed', id, channel, mode: 'snapshot' })
  line.ends.set(channel, hub.qualifications.follow(caller.account, publicReader(line)))
}

const publicReader = (line: Line): Reader => ({
  send: (bytes) => sendBytes(line, bytes),
  isSlow: () => line.socket.bufferedAmount > SLOW_BYTES,
})

const SCOPES: Record<AccountRequest['channel'], Scope> = {
  orders: 'account:read',
  fills: 'account:read',
  balances: 'account:read',
  lots: 'account:read',
  deliveries: 'account:read',
  drop_copy: 'drop_copy',
  qualifications: 'supply:manage',
}

/** Why a private channel cannot be had, or nothing. */
function checkAccount(line: Line, request: AccountRequest): Problem | undefined {
  if (line.caller === null) return problem('unauthenticated', 'Send an "auth" frame first.')
  const { channel } = request
  const from = 'from_seq' in request ? request.from_seq : undefined
  const scope = SCOPES[channel]
  if (!line.caller.scopes.has(scope)) return problem('scope_missing', `The key needs the scope ${scope}.`)
  if (from !== undefined && from > line.hub.venue.history.live.seq())
    return problem('invalid_cursor', `The exchange has not come to ${from} yet.`)
  if (from !== undefined && line.hub.venue.history.standing().state !== 'current')
    return problem('history_away', 'What has been cannot be told again for now.')
  return roomFor(line, channel)
}

function followAccount(
  line: Line,
  id: number | null,
  channels: readonly PrivateChannel[],
  fromSeq: number | undefined,
): void {
  const { caller, hub } = line
  if (caller === null) return
  for (const channel of channels) {
    const isReplayed = fromSeq !== undefined && channel !== 'balances' && channel !== 'lots'
    say(line, { type: 'subscribed', id, channel, mode: isReplayed ? 'replay' : 'snapshot' })
  }
  const wanted = new Set(channels)
  const from = fromSeq ?? hub.venue.history.live.seq()
  const place: Place = { last: from, before: from }
  line.places.add(place)
  const end = hub.accounts.follow(caller.account, wanted, fromSeq, accountReader(line, place))
  for (const channel of channels)
    line.ends.set(channel, () => {
      wanted.delete(channel)
      if (wanted.size > 0) return
      line.places.delete(place)
      end()
    })
}

const accountReader = (line: Line, place: Place): AccountReader => ({
  send(bytes, seq) {
    const { socket } = line
    if (socket.bufferedAmount > LOST_BYTES) {
      // Of the command that is being told some frames may have gone out: it is told again.
      if (seq === place.last) place.last = place.before
      letGo(line)
    }
    if (socket.readyState !== socket.OPEN) return
    sendBytes(line, bytes)
    if (seq <= place.last) return
    place.before = place.last
    place.last = seq
  },
  async room() {
    for (let tries = 0; tries < ROOM_TRIES; tries++) {
      if (line.socket.readyState !== line.socket.OPEN) return false
      if (line.socket.bufferedAmount < SLOW_BYTES) return true
      await new Promise((resolve) => setTimeout(resolve, ROOM_MS))
    }
    letGo(line)
    return false
  },
})

/**
 * Ends a line whose other end has not answered a ping. One that has an account and much to read may only be
 * slow: it is told where to go on, behind what it has not read yet.
 */
export function dropSilent(line: Line): void {
  if (line.places.size > 0 && line.socket.bufferedAmount > 0) letGo(line)
  else line.socket.terminate()
}

/** Ends the line of a reader that is too slow, and says where it may go on. */
function letGo(line: Line): void {
  if (line.socket.readyState === line.socket.OPEN)
    hangUp(line, CLOSED.tooSlow, `resume from_seq ${cursorOf(line) ?? 0}`)
}

function unsubscribe(line: Line, id: number | null, request: ChannelRequest): void {
  const { channel } = request
  let name: string = channel
  let instrument: string | undefined
  if ('instrument' in request) {
    const found = findInstrument(line.hub.venue.sequencer.state, request.instrument)
    if (found === undefined) {
      sayProblem(line, id, unknownInstrument(request))
      return
    }
    instrument = marketName(found)
    name = nameOf(request, instrument)
  }
  const end = line.ends.get(name)
  if (end === undefined) {
    sayProblem(line, id, problem('not_subscribed', `${name} is not subscribed to.`))
    return
  }
  end()
  line.ends.delete(name)
  line.following.delete(name)
  say(line, { type: 'unsubscribed', id, channel, ...(instrument === undefined ? {} : { instrument }) })
}

const unknownInstrument = ({ instrument }: InstrumentRequest): Problem =>
  problem('not_found', `No instrument is called ${instrument}.`)

/** Finds out who is at the other end. A connection belongs to one caller for as long as it lasts. */
async function logIn(line: Line, id: number | null, frame: AuthFrame): Promise<void> {
  if (line.caller !== null) {
    sayProblem(line, id, problem('invalid_request', 'This connection is authenticated already.'))
    return
  }
  const caller = await callerOf(line, frame)
  if (caller instanceof Problem) {
    if (++line.faults > FAULTS_MOST) hangUp(line, CLOSED.policy, 'too many frames that are none')
    sayProblem(line, id, caller)
    return
  }
  line.caller ??= caller
  const scopes = [...line.caller.scopes]
  const account = `acc_${line.caller.account}`
  say(line, { type: 'authenticated', id, account, scopes, seq: line.hub.venue.history.live.seq() })
}

async function callerOf(line: Line, frame: AuthFrame): Promise<Caller | Problem> {
  const { venue } = line.hub
  const { key, ticket, key_id: keyId } = frame
  if ([key, ticket, keyId].filter((one) => one !== undefined).length !== 1)
    return problem('invalid_request', 'Send one of key, ticket and key_id.')
  if (ticket !== undefined)
    return venue.tickets.redeem(ticket) ?? problem('unauthenticated', 'The ticket is used, or too old.')
  const headers: Record<string, string> = {}
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined) headers[name] = value
  }
  if (key !== undefined) headers.authorization = `Bearer ${key}`
  put('x-api-key', keyId)
  put('x-timestamp', frame.timestamp)
  put('x-nonce', frame.nonce)
  put('x-recv-window', frame.recv_window)
  if (keyId !== undefined) headers['x-signature'] = frame.signature ?? ''
  return authenticate(venue, { method: 'GET', ...line.origin, headers, body: new Uint8Array() })
}

/** Whether the key that a connection was opened with still works. */
export function isWelcome({ caller, hub }: Line): boolean {
  const id = caller === null ? undefined : parseKeyId(caller.keyId)
  if (id === undefined) return true
  const key = hub.venue.keys.get(id)
  return key !== undefined && (key.expiresAt === null || key.expiresAt > hub.venue.clock())
}

function armCancel(
  line: Line,
  id: number | null,
  { enabled, scope }: Extract<StreamRequest, { op: 'cancel_on_disconnect' }>,
): void {
  if (line.caller === null) {
    sayProblem(line, id, problem('unauthenticated', 'Send an "auth" frame first.'))
    return
  }
  if (!line.caller.scopes.has('trade:cancel')) {
    sayProblem(line, id, problem('scope_missing', 'The key needs the scope trade:cancel.'))
    return
  }
  line.desk.scope = enabled ? scope : null
  say(line, { type: 'cancel_on_disconnect', id, enabled, scope })
}

/** Tells how far the exchange is, and each of the connection's streams. */
export function beat(line: Line): void {
  const { seq, at } = line.hub.venue.market
  const streams: Record<string, number> = {}
  for (const [name, following] of line.following) streams[name] = following.seq()
  const cursor = cursorOf(line)
  if (cursor !== null) streams.account = cursor
  line.faults = 0
  line.pings = 0
  say(line, { type: 'heartbeat', seq, time: rfc3339(at), streams })
}

/**
 * Lets go of what a connection held. What was lost without a logout has its orders cancelled, if so agreed.
 */
export function endLine(line: Line): void {
  for (const end of line.ends.values()) end()
  line.ends.clear()
  cancelOnLoss(line)
}
