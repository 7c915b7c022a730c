// Serves the built page with the exchange's own page table and policy, over a market that is only make-
// believe.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { chance } from '../../src/base/chance.ts'
import { loadPage } from '../../src/http/page.ts'
import type { OrderRequest } from '../../src/wire/order.ts'
import type { StubAccount } from './stub-account.ts'
import { balancesOf, holder, lots, placeOrder, previewOrder } from './stub-account.ts'
import { streamAnswer, stubReceipt } from './stub-completion.ts'
import { figureAnswer } from './stub-figures.ts'
import type { StubMarket } from './stub-market.ts'
import { bookOf, listing, move, now, openMarket, tickerOf } from './stub-market.ts'

const STEP_MS = 120
const built = join(fileURLToPath(new URL('../../dist/web', import.meta.url)))

export type StubVenue = { url: string; close(): Promise<void> }
type Venue = {
  markets: Map<string, StubMarket>
  account: StubAccount
  seq: number
  trades: number
  /** Tells those who follow the account what it has now. */
  tellOwn: () => void
}
type Reader = { socket: WebSocket; channels: Set<string>; isKnown: boolean }

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const problem = (status: number, code: string, detail: string) => ({
  type: `/v1/errors#${code}`,
  title: code,
  status,
  code,
  detail,
  outcome: 'rejected',
  retryable: false,
  request_id: 'req_stub',
})

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString('utf8'))
}

const page = <Row>(data: Row[]) => ({ data, next_cursor: null })

function publicAnswer(venue: Venue, url: URL): unknown {
  const all = [...venue.markets.values()]
  if (url.pathname === '/v1/status')
    return {
      status: 'open',
      seq: venue.seq,
      at: now(),
      instruments: 9,
      version: '0.1.0',
      receipt_public_key: stubReceipt.publicKey,
    }
  const figures = figureAnswer(url.pathname)
  if (figures !== undefined) return figures
  if (url.pathname === '/v1/instruments') return { data: all.map((market) => market.instrument) }
  if (url.pathname === '/v1/tickers') return { data: all.map((market) => tickerOf(market, venue.seq)) }
  const [, id = '', what] = /^\/v1\/instruments\/([^/]+)\/(\w+)$/.exec(url.pathname) ?? []
  const market = venue.markets.get(id)
  if (market === undefined) return undefined
  if (what === 'trades')
    return page(market.trades.slice(-Number(url.searchParams.get('limit') ?? 50)).reverse())
  if (what === 'candles')
    return {
      instrument: id,
      interval: url.searchParams.get('interval'),
      data: market.candles.slice(-Number(url.searchParams.get('limit'))),
    }
  return undefined
}

function ownAnswer(venue: Venue, method: string, url: URL, body: unknown): unknown {
  const { account } = venue
  const at = `${method} ${url.pathname}`
  const market = venue.markets.get((body as OrderRequest | undefined)?.instrument ?? '')
  if (at === 'GET /v1/account') return holder
  if (at === 'POST /v1/ws-tickets') return { ticket: 'wst_stub', expires_in: 60 }
  if (at === 'GET /v1/fills') return page([])
  if (at === 'GET /v1/deliveries') return page([...account.deliveries].reverse())
  if (at === 'POST /v1/orders' && market) return placeOrder(account, market, body as OrderRequest)
  if (at === 'POST /v1/orders/preview' && market) return previewOrder(market, body as OrderRequest)
  const receipt = /^GET \/v1\/receipts\/(\w+)$/.exec(at)?.[1]
  const delivery = account.deliveries.find((one) => one.id === receipt)
  if (delivery) return stubReceipt.of(delivery)
  const order = account.orders.find((one) => url.pathname === `/v1/orders/${one.id}`)
  if (order && method === 'DELETE') return Object.assign(order, { status: 'canceled', reason: 'requested' })
  if (order && method === 'PATCH') return Object.assign(order, body, { priority: 'lost' })
  return undefined
}

async function answer(venue: Venue, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stub')
  const method = request.method ?? 'GET'
  const open = method === 'GET' ? publicAnswer(venue, url) : undefined
  if (open !== undefined) return send(response, 200, open)
  const signedIn =
    request.headers.cookie?.includes('busbar_session=') && request.headers['x-busbar-web'] === '1'
  if (!signedIn) return send(response, 401, problem(401, 'unauthorized', 'sign in, or send an API key'))
  const body = await bodyOf(request)
  if (url.pathname === '/v1/chat/completions') return streamAnswer(venue.account, body as never, response)
  const own = await ownAnswer(venue, method, url, body)
  venue.tellOwn()
  if (own === undefined) return send(response, 404, problem(404, 'not_found', `${method} ${url.pathname}`))
  send(response, 200, own)
}

/** What each private channel tells. */
const ownRows = ({ account }: Venue): Record<string, readonly object[]> => ({
  orders: account.orders,
  balances: balancesOf(account),
  lots: lots(),
  fills: [],
  deliveries: [...account.deliveries].reverse(),
})

function tellOwn(venue: Venue, { socket }: Reader, channel: string, type: string): void {
  const rows = ownRows(venue)[channel] ?? []
  const data = type === 'snapshot' ? rows.filter((row) => !('status' in row) || row.status === 'open') : rows
  socket.send(JSON.stringify({ type, channel, seq: venue.seq, data }))
}

function serveStream(server: Server, venue: Venue): () => void {
  const readers = new Set<Reader>()
  const wss = new WebSocketServer({ server, path: '/v1/ws' })
  const tell = (reader: Reader, channel: string, instrument: string, frame: object) => {
    if (reader.channels.has(`${channel} ${instrument}`))
      reader.socket.send(JSON.stringify({ channel, instrument, ...frame }))
  }
  wss.on('connection', (socket) => {
    const reader: Reader = { socket, channels: new Set(), isKnown: false }
    readers.add(reader)
    socket.on('close', () => readers.delete(reader))
    socket.on('message', (data) => {
      const { op, channels = [] } = JSON.parse((data as Buffer).toString('utf8')) as {
        op: string
        channels?: { channel: string; instrument: string }[]
      }
      if (op === 'auth') {
        reader.isKnown = true
        socket.send(JSON.stringify({ type: 'authenticated', id: null, account: holder.id, seq: venue.seq }))
      }
      for (const { channel, instrument } of channels) {
        if (reader.isKnown && channel in ownRows(venue)) tellOwn(venue, reader, channel, 'snapshot')
        const market = venue.markets.get(instrument)
        if (market === undefined) continue
        if (op === 'unsubscribe') reader.channels.delete(`${channel} ${instrument}`)
        else reader.channels.add(`${channel} ${instrument}`)
        if (op === 'subscribe' && channel === 'book')
          tell(reader, channel, instrument, { type: 'snapshot', seq: venue.seq, ...bookOf(market) })
      }
    })
  })
  venue.tellOwn = () => {
    venue.seq += 1
    for (const reader of readers)
      if (reader.isKnown)
        for (const channel of ['orders', 'balances']) tellOwn(venue, reader, channel, channel.slice(0, -1))
  }
  const random = chance(11)
  const held = new Map(
    [...venue.markets].map(([id, market]) => [id, { seq: venue.seq, book: bookOf(market) }]),
  )
  const timer = setInterval(() => {
    for (const [id, market] of venue.markets) {
      venue.seq += 1
      const trade = move(market, random, venue.seq, venue.trades + 1)
      if (trade) venue.trades += 1
      const before = held.get(id)
      const book = bookOf(market)
      const frame = {
        type: 'delta',
        prev_seq: before?.seq,
        seq: venue.seq,
        ...changes(before?.book ?? book, book),
        checksum: book.checksum,
      }
      held.set(id, { seq: venue.seq, book })
      for (const reader of readers) {
        tell(reader, 'book', id, frame)
        tell(reader, 'ticker', id, { type: 'ticker', data: tickerOf(market, venue.seq) })
        if (trade) tell(reader, 'trades', id, { type: 'trade', data: [trade] })
      }
    }
  }, STEP_MS)
  return () => {
    clearInterval(timer)
    for (const { socket } of readers) socket.terminate()
    wss.close()
  }
}

type Book = ReturnType<typeof bookOf>

function changes(before: Book, after: Book) {
  const side = (was: Book['bids'], is: Book['bids']) => {
    const known = new Map(was.map((level) => [level[0], level]))
    const moved = is.filter(
      (level) => known.get(level[0])?.[1] !== level[1] || known.get(level[0])?.[2] !== level[2],
    )
    const stays = new Set(is.map((level) => level[0]))
    return [...moved, ...was.filter((level) => !stays.has(level[0])).map((level) => [level[0], '0.00', 0])]
  }
  return { bids: side(before.bids, after.bids), asks: side(before.asks, after.asks) }
}

/** Starts the stub on a free port. The page must have been built. */
export async function openStubVenue(port = 0): Promise<StubVenue> {
  const random = chance(7)
  const venue: Venue = {
    markets: new Map(listing().map((instrument) => [instrument.id, openMarket(instrument, random)])),
    account: { orders: [], deliveries: [] },
    seq: 48_120,
    trades: 0,
    tellOwn: () => undefined,
  }
  for (const market of venue.markets.values())
    for (let i = 0; i < 120; i++) if (move(market, random, ++venue.seq, venue.trades + 1)) venue.trades += 1
  const files = loadPage(built)
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const file = files.file(path)
    if (path === '/') {
      const { html, policy } = files.index()
      response
        .writeHead(200, {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': policy,
          'set-cookie': 'busbar_session=stub; HttpOnly; SameSite=Strict; Path=/',
        })
        .end(html)
    } else if (file) response.writeHead(200, { 'content-type': file.type }).end(file.body)
    else void answer(venue, request, response)
  })
  const stopStream = serveStream(server, venue)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      stopStream()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
