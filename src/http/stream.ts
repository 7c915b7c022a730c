import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Feed, Send } from '../api/feed.ts'
import { DEFAULT_DEPTH } from '../api/feed.ts'
import { findInstrument, marketName } from '../api/instrument-name.ts'
import type { Venue } from '../api/venue.ts'
import { rfc3339 } from '../base/time.ts'
import type { ChannelRequest } from '../wire/stream.ts'
import { streamRequest } from '../wire/stream.ts'
import { readJson } from '../wire/json.ts'
import type { Metrics } from './metrics.ts'

const PATH = '/v1/ws'
const FRAME_MOST = 64 * 1024
const SUBSCRIPTIONS_MOST = 200
const CONNECTIONS_MOST = 1_000
/** Unsent bytes at which a reader is too slow to be served. */
const BUFFERED_MOST = 1_048_576
const HEARTBEAT_MS = 5_000

/** Closed: the reader is too slow. It resumes by subscribing again. */
const TOO_SLOW = 4009

type Connection = { socket: WebSocket; ends: Map<string, () => void>; alive: boolean }
type Hub = { venue: Venue; feed: Feed; metrics: Metrics; connections: Set<Connection> }

/** Serves public market data on `/v1/ws` of a server. Returns the function that closes every connection. */
export function serveStream(server: Server, venue: Venue, feed: Feed, metrics: Metrics): () => void {
  const wss = new WebSocketServer({ noServer: true, maxPayload: FRAME_MOST, perMessageDeflate: false })
  const hub: Hub = { venue, feed, metrics, connections: new Set() }
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const refusal = refuseUpgrade(request, hub.connections.size)
    if (refusal === undefined) wss.handleUpgrade(request, socket, head, (ws) => open(hub, ws))
    else socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  const heartbeat = setInterval(() => beat(hub), HEARTBEAT_MS)
  return () => {
    clearInterval(heartbeat)
    for (const { socket } of hub.connections) socket.close(1001, 'the venue is closing')
    wss.close()
  }
}

function open(hub: Hub, socket: WebSocket): void {
  const connection: Connection = { socket, ends: new Map(), alive: true }
  hub.connections.add(connection)
  hub.metrics.streaming('market_data', 1)
  socket.on('pong', () => {
    connection.alive = true
  })
  socket.on('message', (data, isBinary) => {
    if (isBinary) socket.send(fault(null, 'binary_frame', 'frames are JSON text'))
    else for (const answer of take(hub, connection, data as Buffer)) socket.send(answer)
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    for (const end of connection.ends.values()) end()
    hub.connections.delete(connection)
    hub.metrics.streaming('market_data', -1)
  })
  const { seq } = hub.venue.market
  const { version } = hub.venue.settings
  socket.send(JSON.stringify({ type: 'hello', venue: 'busbar', version, seq, heartbeat_ms: HEARTBEAT_MS }))
}

/** Does what one frame asks, and returns what to answer. */
function take(hub: Hub, connection: Connection, data: Buffer): string[] {
  const read = readJson(data)
  if (!read.ok) return [fault(null, 'malformed_json', read.detail)]
  const parsed = streamRequest.safeParse(read.value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const place = `/${issue?.path.join('/') ?? ''}`
    return [fault(null, 'invalid_frame', `${place}: ${issue?.message ?? 'not a frame'}`)]
  }
  const request = parsed.data
  const id = request.id ?? null
  if (request.op === 'ping') return [JSON.stringify({ type: 'pong', id, seq: hub.venue.market.seq })]
  const change = request.op === 'subscribe' ? subscribe : unsubscribe
  return request.channels
    .map((channel) => change(hub, connection, id, channel))
    .filter((answer) => answer !== undefined)
}

function subscribe(
  { venue, feed }: Hub,
  { socket, ends }: Connection,
  id: number | null,
  request: ChannelRequest,
): string | undefined {
  const { channel, depth = DEFAULT_DEPTH } = request
  const instrument = findInstrument(venue.sequencer.state, request.instrument)
  if (instrument === undefined) return unknownInstrument(id, request)
  const name = marketName(instrument)
  const key = `${channel} ${instrument.id}`
  if (ends.has(key)) return fault(id, 'already_subscribed', `${channel} of ${name}`)
  if (ends.size >= SUBSCRIPTIONS_MOST)
    return fault(id, 'too_many_subscriptions', `at most ${SUBSCRIPTIONS_MOST} on one connection`)
  const send: Send = (frame) => {
    if (socket.bufferedAmount > BUFFERED_MOST) socket.close(TOO_SLOW, 'reading too slowly; subscribe again')
    else socket.send(frame)
  }
  send(JSON.stringify({ type: 'subscribed', id, channel, instrument: name, mode: 'snapshot' }))
  ends.set(key, feed.subscribe(channel, instrument, depth, send))
  return undefined
}

function unsubscribe(
  { venue }: Hub,
  { ends }: Connection,
  id: number | null,
  request: ChannelRequest,
): string {
  const { channel } = request
  const instrument = findInstrument(venue.sequencer.state, request.instrument)
  if (instrument === undefined) return unknownInstrument(id, request)
  const name = marketName(instrument)
  const key = `${channel} ${instrument.id}`
  const end = ends.get(key)
  if (end === undefined) return fault(id, 'not_subscribed', `${channel} of ${name}`)
  end()
  ends.delete(key)
  return JSON.stringify({ type: 'unsubscribed', id, channel, instrument: name })
}

/** Tells every reader how far the exchange is, and drops those that no longer answer. */
function beat({ venue, connections }: Hub): void {
  const { seq, at } = venue.market
  const frame = JSON.stringify({ type: 'heartbeat', seq, at: rfc3339(at) })
  for (const connection of connections) {
    if (!connection.alive) connection.socket.terminate()
    connection.alive = false
    connection.socket.ping()
    connection.socket.send(frame)
  }
}

const unknownInstrument = (id: number | null, { instrument }: ChannelRequest): string =>
  fault(id, 'instrument_not_found', `no instrument is called ${instrument}`)

/** Why a connection is not opened, as an HTTP status line, or nothing. */
function refuseUpgrade(request: IncomingMessage, open: number): string | undefined {
  if ((request.url ?? '').split('?')[0] !== PATH) return '404 Not Found'
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return '403 Forbidden'
  if (open >= CONNECTIONS_MOST) return '503 Service Unavailable'
  return undefined
}

const fault = (id: number | null, code: string, detail: string): string =>
  JSON.stringify({ type: 'error', id, code, detail })
