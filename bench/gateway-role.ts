// The processes of the gateway's benches: a stub of a supplier, a bare proxy, and a whole exchange. Each prints
// `URL of its service, URL of its gauge, key`. `gateway-role.ts supplier|proxy|venue [supplier's URL]`
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import type { OfferId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots, ticks, wt } from '../src/base/money.ts'
import type { Instant } from '../src/base/time.ts'
import { later, MICROS_PER_DAY } from '../src/base/time.ts'
import type { Exchange } from '../src/exchange.ts'
import { openExchange } from '../src/exchange.ts'
import { createJudge } from '../src/delivery/judge.ts'
import { Answer } from '../src/dialect/answer.ts'
import { initJournal, openJournal } from '../src/journal/sqlite-journal.ts'
import { createMeter } from '../src/meter/meter.ts'
import { openHistoryDatabase } from '../src/store/history-table.ts'
import { startHistoryWriter } from '../src/store/history-writer.ts'
import type { ChatRequest } from '../src/wire/openai.ts'
import type { Command } from '../src/state/command.ts'
import { findInstrument } from '../src/api/instrument-name.ts'

const FIRST_TOKEN_MS = 100
const TOKEN_MS = 20
const STREAM_TOKENS = 64
const WORDS =
  'The exchange sells graded tokens of inference and settles what its own meter has counted now'.split(' ')
const SAMPLE = { role: 'assistant', content: WORDS.join(' ') }

const eventOf = (choice: object): string =>
  `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'stub', choices: [{ index: 0, finish_reason: null, ...choice }] })}\n\n`
const TOKENS = WORDS.map((word, i) => eventOf({ delta: { content: i === 0 ? word : ` ${word}` } }))
const STOP = `${eventOf({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`
const AT_ONCE = TOKENS.join('') + STOP
const WHOLE = JSON.stringify({ id: 'x', choices: [{ index: 0, message: SAMPLE, finish_reason: 'stop' }] })

/** Microseconds on the machine's monotonic clock, the same for every process on it. */
const now = (): number => Number(process.hrtime.bigint() / 1_000n)

function bodyOf(request: IncomingMessage, then: (bytes: Buffer) => void): void {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => then(Buffer.concat(parts)))
}

type Asked = { stream?: boolean; seed?: number; max_tokens?: number }

/**
 * Answers at once, as a stream or whole. With `seed` 1 each token comes at its time and says when it was
 * sent; with `seed` 2 there are `max_tokens` of them, as fast as the reader takes them.
 */
function supplier(request: IncomingMessage, response: ServerResponse): void {
  bodyOf(request, (bytes) => {
    const { stream, seed, max_tokens: most = STREAM_TOKENS } = JSON.parse(bytes.toString()) as Asked
    if (!stream) return void response.writeHead(200, { 'content-type': 'application/json' }).end(WHOLE)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (seed === 1) pace(response)
    else if (seed === 2) pour(response, most)
    else response.end(AT_ONCE)
  })
}

function pace(response: ServerResponse): void {
  let sent = 0
  const next = () => {
    if (response.destroyed) return
    if (sent++ === STREAM_TOKENS) return void response.end(STOP)
    response.write(eventOf({ delta: { content: ` ${now()}` } }))
    setTimeout(next, TOKEN_MS)
  }
  setTimeout(next, FIRST_TOKEN_MS)
}

/** Tokens of one letter each, some at a time: as many as were asked for, to the token. */
function pour(response: ServerResponse, tokens: number): void {
  let left = tokens
  const next = () => {
    if (response.destroyed) return
    const some = Math.min(left, 64)
    left -= some
    if (some === 0) return void response.end(STOP)
    response.write(eventOf({ delta: { content: ' a'.repeat(some) } }))
    setImmediate(next)
  }
  next()
}

/** The least that a gateway does: reads and parses the body, replaces the model, and pipes the answer through. */
function proxyTo(url: string): RequestListener {
  const pool = new Pool(new URL(url).origin, { pipelining: 1 })
  return (request, response) =>
    bodyOf(request, (bytes) => {
      const body = JSON.stringify({ ...(JSON.parse(bytes.toString()) as object), model: 'stub' })
      const headers = { 'content-type': 'application/json' }
      const options = {
        path: '/v1/chat/completions',
        method: 'POST' as const,
        headers,
        body,
        opaque: response,
      }
      pool
        .stream(options, ({ statusCode, headers: answered }) => {
          response.writeHead(statusCode, { 'content-type': String(answered['content-type']) })
          return response
        })
        // A buyer that hangs up ends the pipe.
        .catch(() => response.destroy())
    })
}

/**
 * What the worker threads of a venue take, in bytes, each started and put to work once before the venue is:
 * the counting one with its vocabulary, the one that checks schemas, the writers of history and journal.
 */
async function workerBytes(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-threads-'))
  const file = join(folder, 'history.db')
  // What both threads need of a library is counted to the first one.
  await (await openHistoryDatabase(file)).destroy()
  await initJournal(join(folder, 'journal'))
  const before = process.memoryUsage.rss()
  const meter = createMeter()
  await meter.count(['warm'])
  const judge = createJudge()
  await judge.judge(SCHEMA_REQUEST, Object.assign(new Answer(), { content: '{}', finish: 'stop' }))
  const history = startHistoryWriter(file)
  await history.run({ kind: 'forget', accounts: [], before: 0 as Instant, limit: 1 })
  const onFatal = (error: unknown) => {
    throw error
  }
  const journal = await openJournal({ folder: join(folder, 'journal'), onFatal })
  const taken = process.memoryUsage.rss() - before
  await Promise.all([meter.close(), judge.close(), history.close(), journal.close()])
  rmSync(folder, { recursive: true, force: true })
  return taken
}

const SCHEMA_REQUEST: ChatRequest = {
  model: 'text-prime',
  messages: [],
  response_format: { type: 'json_schema', json_schema: { name: 'any', schema: { type: 'object' } } },
}

/** A whole exchange over a journal on disk, with a supplier that owes and a buyer with units and a key. */
async function venueOver(url: string): Promise<{ exchange: Exchange; key: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  const quiet = () => undefined
  const exchange = await openExchange({
    config: {
      host: '127.0.0.1',
      port: 0,
      data: join(folder, 'data'),
      databaseUrl: null,
      keyFile: join(folder, 'data.key'),
      logLevel: 'warn',
      demo: false,
      allowPrivateSuppliers: true,
      briefQualifications: true,
      pace: 1,
      probesPerDay: 0,
      orderRate: 0,
      meterThreads: 1,
      otlp: null,
      publicHosts: [],
      reopening: { cancelOnly: 0, postOnly: 0, auction: 0 },
    },
    log: { info: quiet, warn: quiet, error: console.error },
    pageFolder: join(folder, 'no-page'),
    docsFolder: 'docs',
    onFatal: (error) => {
      throw error
    },
  })
  exchange.setReady()
  return { exchange, key: await furnish(exchange, url) }
}

/** Lists the supplier, sells its units to the buyer, and returns the buyer's key. */
async function furnish({ venue }: Exchange, url: string): Promise<string> {
  const { sequencer, endpoints, keys, clock } = venue
  const act = async (command: Command) => {
    const [event] = (await sequencer.ask(command)).events
    if (event === undefined || event.kind === 'command.rejected') throw new Error(JSON.stringify(event))
    return event
  }
  const market = findInstrument(sequencer.state, 'text-prime')?.id
  if (market === undefined) throw new Error('text-prime is listed')
  const open = async (name: string) => {
    const member = await act({ kind: 'member.admit', name })
    if (member.kind !== 'member.admitted') throw new Error('no member')
    const roles = ['supplier', 'consumer', 'trader'] as const
    const opened = await act({ kind: 'account.open', member: member.member, name, roles })
    if (opened.kind !== 'account.opened') throw new Error('no account')
    const { account } = opened
    await act({ kind: 'cash.deposit', account, amount: 1e12 as never, reference: 'bench' })
    return account
  }
  const seller = await open('stub')
  const buyer = await open('buyer')
  const terms = {
    rate: wt(1e12),
    concurrency: 10_000,
    capabilities: [],
    contextTokens: 131_072,
    disclosed: true,
  }
  await act({ kind: 'offer.register', account: seller, name: 'stub', ...terms })
  const offer = 1 as OfferId
  await endpoints.put(
    offer,
    { baseUrl: `${url}/v1`, apiKey: null, model: 'stub', headers: {}, dialect: 'openai' },
    clock(),
  )
  const evidence = { requests: 0, ttftMsP95: 0, tokensPerSecondP5: 0, items: 0, passed: 0, sha256: '' }
  const expiresAt = later(clock(), MICROS_PER_DAY)
  await act({ kind: 'offer.certify', offer, instrument: market, expiresAt, evidence })
  const rules = { timeInForce: 'gtc', postOnly: 'none', selfTrade: 'cancel_newest' } as const
  for (let part = 0; part < 10; part++) {
    await act({ kind: 'units.issue', account: seller, offer, instrument: market, lots: lots(100_000) })
    for (const [side, account] of [
      ['sell', seller],
      ['buy', buyer],
    ] as const) {
      const order = { type: 'limit', price: ticks(8_000), lots: lots(100_000), clientOrderId: null } as const
      const who = { account, instrument: market, side, mandate: NO_MANDATE }
      await act({ kind: 'order.place', ...who, ...rules, ...order })
    }
  }
  await act({ kind: 'units.transfer', account: buyer, instrument: market, wt: wt(1e10) })
  const kind = { kind: 'bearer', scopes: ['inference:consume', 'account:read'], addresses: [] } as const
  const wanted = { account: buyer, mandate: NO_MANDATE, label: 'bench', ...kind }
  const made = await keys.create({ ...wanted, expiresAt: null, createdBy: null, publicKey: null }, clock())
  if (made === 'too_many_keys' || made.secret === null) throw new Error('no key')
  return made.secret
}

/** Seconds of CPU of the whole process and of its first thread, and its memory. */
function gauge(): { all: number; main: number; rss: number } {
  const { user, system } = process.cpuUsage()
  const [, fields = ''] = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')
  const ticksUsed = fields.split(' ').slice(11, 13).map(Number)
  const main = ticksUsed.reduce((sum, used) => sum + used, 0) / 100
  return { all: (user + system) / 1e6, main, rss: process.memoryUsage.rss() }
}

const listen = (handler: RequestListener): Promise<string> => {
  const server = createServer(handler)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
}

const [, , role, url = ''] = process.argv
let service = ''
let key = 'none'
let workers = 0
let books = (): object => ({})
if (role === 'venue') {
  workers = await workerBytes()
  const { exchange, key: secret } = await venueOver(url)
  service = exchange.baseUrl
  key = secret
  const { state } = exchange.venue.sequencer
  books = () => {
    let reserved = 0
    for (const { positions } of state.accounts) for (const one of positions) reserved += one?.reserved ?? 0
    return { draws: state.draws.size, reserved }
  }
} else service = await listen(role === 'supplier' ? supplier : proxyTo(url))
const gauges = await listen((_, response) => {
  response.end(JSON.stringify({ ...gauge(), workers, ...books() }))
})
process.stdout.write(`${service} ${gauges} ${key}\n`)
