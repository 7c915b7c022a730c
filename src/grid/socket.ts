import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { printKeyId } from '../api/auth.ts'
import type { Caller } from '../api/operation.ts'
import { Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { addressOf } from '../http/body.ts'
import type { Frame } from './frame.ts'
import { push, readFrame, reply, TOPIC } from './frame.ts'
import { findNamed } from './name.ts'
import { signerOf } from './signature.ts'
import type { Listener, MarketStream } from './stream.ts'
import { firstFrame, MARKET_STREAMS, marketStream, tell, USER_STREAMS } from './stream.ts'

/** Every address under which clients of this dialect look for the socket, their older ones too. */
const PATHS = /^\/grid\/v1(\/|\/ws|\/trading_socket\/websocket)?$/
const FRAME_MOST = 64 * 1024
const CONNECTIONS_MOST = 1_000
const STREAMS_MOST = 200
const STREAMS_PER_FRAME = 100
/** Unsent bytes at which a reader is too slow to be served. */
const BUFFERED_MOST = 1_048_576
const FRAMES_PER_SECOND = 200
const PING_MS = 30_000

const CLOSED = { tooSlow: 4009, tooMany: 4008, going: 1001 } as const

type Connection = Listener & {
  socket: WebSocket
  ip: string
  joined: boolean
  alive: boolean
  second: number
  frames: number
}
type Hub = { venue: Venue; connections: Set<Connection> }

/**
 * Serves this dialect's socket on a server that has other sockets: those refuse every path but their own, so
 * this one stands before them. Returns the function that closes every connection.
 */
export function serveGridSocket(server: Server, venue: Venue): () => void {
  const wss = new WebSocketServer({ noServer: true, maxPayload: FRAME_MOST, perMessageDeflate: false })
  const hub: Hub = { venue, connections: new Set() }
  const others = server.listeners('upgrade')
  server.removeAllListeners('upgrade')
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!PATHS.test((request.url ?? '').split('?')[0] ?? '')) {
      for (const other of others) other.call(server, request, socket, head)
      return
    }
    socket.on('error', () => socket.destroy())
    const refusal = refusalOf(request, hub.connections.size)
    if (refusal === undefined)
      wss.handleUpgrade(request, socket, head, (ws) => open(hub, ws, addressOf(request)))
    else socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  const stop = venue.sequencer.onCommit((batch) => tell(venue, hub.connections, batch))
  const pings = setInterval(() => ping(hub), PING_MS)
  return () => {
    stop()
    clearInterval(pings)
    for (const { socket } of hub.connections) socket.close(CLOSED.going, 'the venue is closing')
    wss.close()
  }
}

/** A page of another site may not open a socket in a visitor's name. */
function refusalOf({ headers }: IncomingMessage, open: number): string | undefined {
  const { origin, host } = headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return '403 Forbidden'
  return open >= CONNECTIONS_MOST ? '503 Service Unavailable' : undefined
}

function open(hub: Hub, socket: WebSocket, ip: string): void {
  const connection: Connection = {
    socket,
    ip,
    joined: false,
    alive: true,
    second: 0,
    frames: 0,
    caller: undefined,
    streams: new Set(),
    tail: Promise.resolve(),
    close: (code, reason) => socket.close(code, reason),
    send(frame) {
      if (socket.bufferedAmount > BUFFERED_MOST) socket.close(CLOSED.tooSlow, 'reading too slowly')
      else if (socket.readyState === socket.OPEN) socket.send(frame)
    },
  }
  hub.connections.add(connection)
  socket.on('pong', () => {
    connection.alive = true
  })
  socket.on('message', (bytes, isBinary) => {
    connection.alive = true
    if (isTooMany(hub, connection)) socket.close(CLOSED.tooMany, 'too many frames')
    else if (isBinary) connection.send(push('error', { reason: 'invalid_payload' }))
    else take(hub, connection, bytes as Buffer)
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => hub.connections.delete(connection))
}

function isTooMany({ venue }: Hub, connection: Connection): boolean {
  const second = Math.floor(venue.clock() / 1_000_000)
  if (second !== connection.second) {
    connection.second = second
    connection.frames = 0
  }
  return ++connection.frames > FRAMES_PER_SECOND
}

function ping({ connections }: Hub): void {
  for (const connection of connections) {
    if (!connection.alive) connection.socket.terminate()
    connection.alive = false
    connection.socket.ping()
  }
}

/** Does what one frame asks. */
function take(hub: Hub, connection: Connection, bytes: Uint8Array): void {
  const frame = readFrame(bytes)
  if (typeof frame === 'string') {
    connection.send(push('error', { reason: 'invalid_payload', detail: frame }))
    return
  }
  if (frame.event === 'heartbeat') {
    connection.send(reply(frame, 'ok'))
    return
  }
  if (frame.topic !== TOPIC) {
    connection.send(reply(frame, 'error', { reason: 'unmatched topic' }))
    return
  }
  if (frame.event === 'phx_join') {
    connection.joined = true
    connection.send(reply(frame, 'ok'))
    return
  }
  if (!connection.joined) {
    connection.send(reply(frame, 'error', { reason: 'not joined' }))
    return
  }
  takeJoined(hub, connection, frame)
}

function takeJoined(hub: Hub, connection: Connection, frame: Frame): void {
  switch (frame.event) {
    case 'phx_leave':
      connection.joined = false
      connection.streams.clear()
      connection.send(reply(frame, 'ok'))
      connection.send(push('phx_close', {}))
      return
    case 'authenticate':
      authenticate(hub, connection, frame)
      return
    case 'subscribe':
    case 'unsubscribe':
      change(hub, connection, frame, frame.event)
      return
    default:
      connection.send(reply(frame, 'error', { reason: 'unknown event' }))
  }
}

/** Says who is there: by a signature of timestamp and fingerprint, or by a key. */
function authenticate({ venue }: Hub, connection: Connection, frame: Frame): void {
  const { timestamp, fingerprint, signature, token } = frame.payload
  const caller =
    typeof token === 'string'
      ? bearer(venue, token, connection.ip)
      : typeof timestamp === 'string' && typeof fingerprint === 'string' && typeof signature === 'string'
        ? signed(venue, { timestamp, fingerprint, signature }, connection.ip)
        : 'invalid_payload'
  if (typeof caller === 'string') {
    connection.send(reply(frame, 'error', { reason: caller }))
    return
  }
  connection.caller = caller
  connection.send(reply(frame, 'ok', { authenticated: true, user_id: `acc_${caller.account}` }))
}

function signed(
  venue: Venue,
  parts: { timestamp: string; fingerprint: string; signature: string },
  ip: string,
): Caller | string {
  const found = signerOf(venue, parts, [`${parts.timestamp}${parts.fingerprint}`], ip)
  if (!(found instanceof Problem)) return found.caller
  return found.code === 'clock_skew' ? 'expired_timestamp' : found.code
}

function bearer({ keys, clock }: Venue, token: string, ip: string): Caller | string {
  const key = keys.find(token, ip, clock())
  if (typeof key === 'string') return 'unauthorized'
  const { id, account, mandate, scopes } = key
  return { keyId: printKeyId(id), account, mandate, scopes: new Set(scopes), ip }
}

type Result = { name: string; market?: string; status: 'ok' | 'error'; reason?: string }

/** Adds or ends streams, each for itself, and acknowledges them together. */
function change(hub: Hub, connection: Connection, frame: Frame, action: 'subscribe' | 'unsubscribe'): void {
  const { streams, request_id: requestId } = frame.payload
  if (!Array.isArray(streams) || streams.length === 0 || streams.length > STREAMS_PER_FRAME) {
    connection.send(reply(frame, 'error', { reason: 'invalid_payload' }))
    return
  }
  const firsts: string[] = []
  const results = streams.map((one) => changeOne(hub, connection, action, one, firsts))
  const good = results.filter(({ status }) => status === 'ok').length
  const status = good === results.length ? 'ok' : good > 0 ? 'partial' : 'error'
  const mark = typeof requestId === 'string' ? requestId.slice(0, 128) : null
  connection.send(push('ack', { type: 'ack', action, request_id: mark, status, streams: results }))
  for (const first of firsts) connection.send(first)
}

function changeOne(
  { venue }: Hub,
  { caller, streams }: Connection,
  action: 'subscribe' | 'unsubscribe',
  wanted: unknown,
  firsts: string[],
): Result {
  const { name, market } = (typeof wanted === 'object' && wanted !== null ? wanted : {}) as Record<
    string,
    unknown
  >
  const shown = {
    name: typeof name === 'string' ? name.slice(0, 64) : '',
    ...(typeof market === 'string' ? { market: market.slice(0, 64) } : {}),
  }
  const refused = (reason: string): Result => ({ ...shown, status: 'error', reason })
  const isUser = USER_STREAMS.some((one) => one === shown.name)
  const public_ = MARKET_STREAMS.find((one) => one === shown.name)
  if (!isUser && public_ === undefined) return refused('unknown_stream')
  if (isUser && caller?.scopes.has('account:read') !== true) return refused('unauthorized')
  const instrument = public_ && findNamed(venue.sequencer.state, shown.market ?? '')
  if (public_ !== undefined && instrument === undefined) return refused('market_not_found')
  const key = instrument ? marketStream(shown.name, instrument.spec.symbol) : shown.name
  if (action === 'unsubscribe')
    return streams.delete(key) ? { ...shown, status: 'ok' } : refused('not_subscribed')
  if (streams.size >= STREAMS_MOST && !streams.has(key)) return refused('too_many_streams')
  streams.add(key)
  const first = instrument && firstFrame(venue, shown.name as MarketStream, instrument)
  if (first !== undefined) firsts.push(first)
  return { ...shown, status: 'ok' }
}
