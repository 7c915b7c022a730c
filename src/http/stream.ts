import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { later, rfc3339 } from '../base/time.ts'
import { addressOf } from './body.ts'
import type { Metrics } from './metrics.ts'
import type { Hub, Line } from './stream-connection.ts'
import { CLOSED, hangUp, newLine, say } from './stream-connection.ts'
import { beat, dropSilent, endLine, isWelcome, take } from './stream-line.ts'

const PATH = '/v1/ws'
const FRAME_MOST = 64 * 1024
const CONNECTIONS_MOST = 2_000
const HEARTBEAT_MS = 5_000
const PULSE_MS = 100
/** Pings of one connection between two heartbeats. */
const PINGS_MOST = 5_000
const RECONNECT_MICROS = 30_000_000

/** Serves `/v1/ws` on a server. Returns the function that closes every connection. */
export function serveStream(server: Server, hub: Hub, metrics: Metrics): () => void {
  const options = { noServer: true, maxPayload: FRAME_MOST, maxFragments: 64, perMessageDeflate: false }
  const wss = new WebSocketServer(options)
  const lines = new Set<Line>()
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const refusal = refuseUpgrade(request, lines.size)
    if (refusal === undefined)
      wss.handleUpgrade(request, socket, head, (ws) => open(hub, lines, metrics, ws, socket, request))
    else socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  const heartbeat = setInterval(() => beatAll(lines), HEARTBEAT_MS)
  const pulse = setInterval(() => {
    hub.feed.pulse()
    hub.index.pulse()
    hub.scorecards.pulse()
    hub.qualifications.pulse()
    for (const line of lines) if (!isWelcome(line)) hangUp(line, CLOSED.revoked, 'the key has ended')
  }, PULSE_MS)
  return () => {
    clearInterval(heartbeat)
    clearInterval(pulse)
    const by = rfc3339(later(hub.venue.clock(), RECONNECT_MICROS))
    for (const line of lines) {
      say(line, { type: 'shutdown', reconnect_by: by })
      hangUp(line, 1001, 'the venue is closing')
      endLine(line)
    }
    wss.close()
  }
}

function open(
  hub: Hub,
  lines: Set<Line>,
  metrics: Metrics,
  socket: WebSocket,
  tcp: Socket,
  request: IncomingMessage,
): void {
  const { host = '', url = PATH } = { host: request.headers.host, url: request.url }
  const line = newLine(hub, socket, tcp, { host, pathAndQuery: url, ip: addressOf(request) })
  tcp.setNoDelay(true)
  lines.add(line)
  metrics.streaming('market_data', 1)
  socket.on('pong', () => {
    line.isAlive = true
  })
  socket.on('ping', () => {
    if (++line.pings > PINGS_MOST) socket.terminate()
  })
  socket.on('message', (data, isBinary) => take(line, data as Buffer, isBinary))
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    lines.delete(line)
    metrics.streaming('market_data', -1)
    endLine(line)
  })
  const { market, settings, clock } = hub.venue
  say(line, {
    type: 'hello',
    protocol: 1,
    venue: 'busbar',
    version: settings.version,
    session: `ses_${randomBytes(8).toString('hex')}`,
    server_time: rfc3339(clock()),
    seq: market.seq,
    heartbeat_ms: HEARTBEAT_MS,
  })
}

/** Tells every reader how far the exchange is, and drops those that no longer answer. */
function beatAll(lines: ReadonlySet<Line>): void {
  for (const line of lines) {
    if (!line.isAlive) dropSilent(line)
    line.isAlive = false
    line.socket.ping()
    beat(line)
  }
}

/** Why a connection is not opened, as an HTTP status line, or nothing. */
function refuseUpgrade(request: IncomingMessage, open: number): string | undefined {
  if ((request.url ?? '').split('?')[0] !== PATH) return '404 Not Found'
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return '403 Forbidden'
  if (open >= CONNECTIONS_MOST) return '503 Service Unavailable'
  return undefined
}
