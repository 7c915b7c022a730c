// The processes of bench/gateway.ts: a stub of a supplier, a bare proxy, and a venue with everything on.
// `node --import tsx bench/gateway-role.ts supplier|proxy|venue [supplier's URL]` prints its own URL.
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { mkdtempSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { chance } from '../src/base/chance.ts'
import type { AccountId, InstrumentId, OfferId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots, micros, ticks, wt } from '../src/base/money.ts'
import type { Instant } from '../src/base/time.ts'
import { createGateway } from '../src/delivery/gateway.ts'
import { createJudge } from '../src/delivery/judge.ts'
import { createMeter, TOKENIZER } from '../src/meter/meter.ts'
import { systemTimer } from '../src/delivery/timer.ts'
import { createUpstream } from '../src/delivery/upstream.ts'
import { initJournal, openJournal } from '../src/journal/sqlite-journal.ts'
import { openSequencer } from '../src/sequencer/sequencer.ts'
import type { Command } from '../src/state/command.ts'
import type { Event } from '../src/state/event.ts'
import { launchSpecs } from '../src/state/grade.ts'
import type { Spec } from '../src/state/instrument.ts'
import { CHAT } from '../src/surface/question.ts'

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

function bodyOf(request: IncomingMessage, then: (bytes: Buffer) => void): void {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => then(Buffer.concat(parts)))
}

/** Answers at once, as a stream or whole; or, asked for `pace`, at so many tokens a second after a first wait. */
function supplier(request: IncomingMessage, response: ServerResponse): void {
  bodyOf(request, (bytes) => {
    const body = JSON.parse(bytes.toString()) as { stream?: boolean; seed?: number }
    if (!body.stream) return void response.writeHead(200, { 'content-type': 'application/json' }).end(WHOLE)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (body.seed !== 1) return void response.end(AT_ONCE)
    let sent = 0
    const next = () => {
      if (sent === STREAM_TOKENS) return void response.end(STOP)
      response.write(TOKENS[sent++ % TOKENS.length])
      setTimeout(next, TOKEN_MS)
    }
    setTimeout(next, FIRST_TOKEN_MS)
  })
}

/** The least that a gateway does: reads and parses the body, replaces the model, and pipes the answer through. */
function proxyTo(url: string) {
  const pool = new Pool(new URL(url).origin, { pipelining: 1 })
  return (request: IncomingMessage, response: ServerResponse): void =>
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
      void pool.stream(options, ({ statusCode, headers: answered }) => {
        response.writeHead(statusCode, { 'content-type': String(answered['content-type']) })
        return response
      })
    })
}

/** A supplier that owes, a buyer with units, and the gateway over an embedded journal on disk. */
async function venueOver(url: string) {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  await initJournal(folder)
  const onFatal = (error: unknown) => {
    throw error
  }
  const sequencer = await openSequencer({ journal: await openJournal({ folder, onFatal }), onFatal })
  const act = async (command: Command): Promise<Event> => {
    const [event] = (await sequencer.ask(command)).events
    if (event === undefined || event.kind === 'command.rejected') throw new Error(JSON.stringify(event))
    return event
  }
  const market = 0 as InstrumentId
  await act({ kind: 'instrument.list', spec: launchSpecs(TOKENIZER.sha256)[1] as Spec })
  const open = async (name: string): Promise<AccountId> => {
    const member = await act({ kind: 'member.admit', name })
    if (member.kind !== 'member.admitted') throw new Error('no member')
    const opened = await act({
      kind: 'account.open',
      member: member.member,
      name,
      roles: ['supplier', 'consumer', 'trader'],
    })
    if (opened.kind !== 'account.opened') throw new Error('no account')
    const { account } = opened
    await act({ kind: 'cash.deposit', account, amount: micros(1_000_000_000_000), reference: 'bench' })
    return account
  }
  const seller = await open('stub')
  const account = await open('buyer')
  await act({
    kind: 'offer.register',
    account: seller,
    name: 'stub',
    rate: wt(1_000_000_000_000),
    concurrency: 10_000,
    capabilities: [],
    contextTokens: 131_072,
    disclosed: true,
  })
  const offer = 1 as OfferId
  const expiresAt = ((Date.now() + 86_400_000) * 1_000) as Instant
  const evidence = { requests: 0, ttftMsP95: 0, tokensPerSecondP5: 0, items: 0, passed: 0, sha256: '' }
  await act({ kind: 'offer.certify', offer, instrument: market, expiresAt, evidence })
  await act({ kind: 'units.issue', account: seller, offer, instrument: market, lots: lots(1_000_000) })
  const rules = { timeInForce: 'gtc', postOnly: 'none', selfTrade: 'cancel_newest' } as const
  const order = { type: 'limit', price: ticks(8_000), lots: lots(1_000_000), clientOrderId: null } as const
  for (const [side, who] of [
    ['sell', seller],
    ['buy', account],
  ] as const)
    await act({
      kind: 'order.place',
      account: who,
      instrument: market,
      side,
      ...rules,
      ...order,
      mandate: NO_MANDATE,
    })
  await act({ kind: 'units.transfer', account, instrument: market, wt: wt(10_000_000_000) })

  const quiet = () => undefined
  const gateway = createGateway({
    exchange: sequencer,
    endpointOf: () => ({ baseUrl: `${url}/v1`, dialect: 'openai', apiKey: null, model: 'stub', headers: {} }),
    meter: createMeter(),
    judge: createJudge(),
    upstream: createUpstream({ allowPrivate: true, ports: [] }, systemTimer),
    timer: systemTimer,
    clock: () => (Date.now() * 1_000) as Instant,
    log: { info: quiet, warn: console.error, error: console.error },
    chance: chance(1),
  })
  const caller = { account, mandate: NO_MANDATE, buyLimit: null }
  let requests = 0
  return (request: IncomingMessage, response: ServerResponse): void =>
    bodyOf(request, (rawBody) => {
      const asked = CHAT.read(JSON.parse(rawBody.toString()))
      if ('message' in asked) throw new Error(asked.message)
      const requestId = `req_${++requests}`
      void gateway.complete({ caller, instrument: market, ...asked, rawBody, requestId }, response)
    })
}

/** Seconds of CPU of the whole process, and of its first thread alone. */
function cpu(): { all: number; main: number } {
  const { user, system } = process.cpuUsage()
  const [, fields = ''] = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')
  const ticksUsed = fields.split(' ').slice(11, 13).map(Number)
  return { all: (user + system) / 1e6, main: ticksUsed.reduce((sum, used) => sum + used, 0) / 100 }
}

const [, , role, url = ''] = process.argv
const serve = role === 'supplier' ? supplier : role === 'proxy' ? proxyTo(url) : await venueOver(url)
const server = createServer((request, response) => {
  if (request.url === '/cpu') response.end(JSON.stringify(cpu()))
  else serve(request, response)
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
