// A whole venue around the gateway: real sequencer, real HTTP on both sides, suppliers that can misbehave.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chance } from '../../src/base/chance.ts'
import type { AccountId, InstrumentId, OfferId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { lots, micros, ticks, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { accountOf, freeCash } from '../../src/state/account.ts'
import { audit } from '../../src/engine/audit.ts'
import type { Command, OfferTraits } from '../../src/state/command.ts'
import type { Event, EventOf } from '../../src/state/event.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { Capability, Spec } from '../../src/state/instrument.ts'
import type { Patience } from '../../src/delivery/attempt.ts'
import type { Payer } from '../../src/delivery/draw.ts'
import type { Endpoint } from '../../src/delivery/endpoint.ts'
import type { Gateway } from '../../src/delivery/gateway.ts'
import { createGateway } from '../../src/delivery/gateway.ts'
import type { Reporter } from '../../src/delivery/report.ts'
import { createJudge } from '../../src/delivery/judge.ts'
import { createMeter, TOKENIZER } from '../../src/meter/meter.ts'
import type { Timer } from '../../src/delivery/timer.ts'
import { systemTimer } from '../../src/delivery/timer.ts'
import { createUpstream } from '../../src/delivery/upstream.ts'
import { newMemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts'
import type { Sequencer } from '../../src/sequencer/sequencer.ts'
import { openSequencer } from '../../src/sequencer/sequencer.ts'
import { readWishes } from '../../src/operations/wishes.ts'
import { COUNTERS } from '../../src/surface/counters.ts'
import { CHAT } from '../../src/surface/question.ts'
import type { BadSupplier, ModeName } from './bad-supplier.ts'
import { badSupplier } from './bad-supplier.ts'

const MARKET = 0 as InstrumentId
const YEAR = 365 * 24 * 3_600 * 1_000_000
const ALL: readonly Capability[] = ['tools', 'json_schema', 'logprobs']

/** text-prime with a latency ceiling that a test can wait for. */
export const QUICK: Spec = {
  ...(launchSpecs(TOKENIZER.sha256)[1] as Spec),
  latencyBaseMs: 150,
  latencyPerTokenUs: 100,
  throughputFloor: 1,
}
export const HASTE: Patience = { firstToken: 50, interToken: 300, headStart: 700, unread: 2_000 }

export type Rig = {
  sequencer: Sequencer
  gateway: Gateway
  url: string
  buyer: Payer
  suppliers: BadSupplier[]
  accounts: AccountId[]
  /** Every event so far, in order. */
  events: Event[]
  log: string[]
  all<Kind extends Event['kind']>(kind: Kind): EventOf<Kind>[]
  last<Kind extends Event['kind']>(kind: Kind): EventOf<Kind>
  do(command: Command): Promise<Event[]>
  ask(body: object, options?: RequestInit): Promise<Response>
  /** The same on another surface: the body is all that is said. */
  askAt(path: string, body: object, headers?: Record<string, string>): Promise<Response>
  cash(account: AccountId): number
  /** Waits until nothing runs, then checks every promise of the exchange. */
  quiet(): Promise<void>
  close(): Promise<void>
}

// The counting and judging threads take a while to start: one of each serves every rig of a test file.
const meter = createMeter()
const judge = createJudge()

export type RigOptions = {
  modes: ModeName[]
  spec?: Spec
  patience?: Patience
  buyerUnits?: number
  /** Lots that somebody else has bought, of the suppliers in their order. */
  sold?: number
  buyerDollars?: number
  buyLimit?: number | null
  capabilities?: readonly Capability[][]
  traits?: readonly (OfferTraits | null)[]
  report?: Reporter
  /** The gateway's own. */
  timer?: Timer
  /** What each offer commits itself to, in weighted tokens a minute. */
  rate?: number
  /** Where the offers really lie, instead of a supplier of the mode. */
  endpoint?: Pick<Endpoint, 'baseUrl' | 'dialect'>
}

export async function buildRig(options: RigOptions): Promise<Rig> {
  const {
    modes,
    spec = QUICK,
    patience = HASTE,
    buyerUnits = 2,
    sold = 500,
    buyerDollars = 100,
    buyLimit = 9_000,
  } = options
  const events: Event[] = []
  const log: string[] = []
  const sequencer = await openSequencer({
    journal: openMemoryJournal(newMemoryDisk()),
    onFatal: (error) => {
      throw error
    },
  })
  sequencer.onCommit((batch) => events.push(...batch.flatMap((applied) => applied.events)))
  const act = async (command: Command) => {
    const applied = await sequencer.ask(command)
    const rejected = applied.events.find((event) => event.kind === 'command.rejected')
    assert.equal(rejected, undefined, JSON.stringify(rejected))
    return [...applied.events]
  }
  const account = async (name: string, dollars: number) => {
    const [admitted] = await act({ kind: 'member.admit', name })
    assert.ok(admitted?.kind === 'member.admitted')
    const roles = ['consumer', 'supplier', 'trader'] as const
    const [opened] = await act({ kind: 'account.open', member: admitted.member, name, roles })
    assert.ok(opened?.kind === 'account.opened')
    const amount = micros(dollars * 1_000_000)
    if (dollars > 0) await act({ kind: 'cash.deposit', account: opened.account, amount, reference: 'test' })
    return opened.account
  }
  const order = (who: AccountId, side: 'buy' | 'sell', quantity: number): Command => ({
    kind: 'order.place',
    account: who,
    instrument: MARKET,
    side,
    type: 'limit',
    timeInForce: 'gtc',
    postOnly: 'none',
    selfTrade: 'cancel_newest',
    price: ticks(8_000),
    lots: lots(quantity),
    clientOrderId: null,
    mandate: NO_MANDATE,
  })

  await act({ kind: 'instrument.list', spec })
  const suppliers = await Promise.all(modes.map((mode) => badSupplier(mode)))
  const endpoints = new Map<OfferId, Endpoint>()
  const accounts: AccountId[] = []
  const perSupplier = Math.ceil((buyerUnits * 100 + 1_000) / modes.length)
  for (const [place, supplier] of suppliers.entries()) {
    const owner = await account(`supplier-${place}`, 1_000)
    accounts.push(owner)
    const [registered] = await act({
      kind: 'offer.register',
      account: owner,
      name: `offer-${place}`,
      rate: wt(options.rate ?? 100_000_000),
      concurrency: 64,
      capabilities: options.capabilities?.[place] ?? ALL,
      contextTokens: 128_000,
      disclosed: true,
      ...(options.traits?.[place] && { traits: options.traits[place] }),
    })
    assert.ok(registered?.kind === 'offer.registered')
    const { offer } = registered
    const evidence = { requests: 10, ttftMsP95: 1, tokensPerSecondP5: 99, items: 5, passed: 5, sha256: '' }
    const expiresAt = (Date.now() * 1_000 + YEAR) as Instant
    await act({ kind: 'offer.certify', offer, instrument: MARKET, expiresAt, evidence })
    await act({ kind: 'units.issue', account: owner, offer, instrument: MARKET, lots: lots(perSupplier) })
    await act(order(owner, 'sell', perSupplier))
    const headers = { 'x-supplier': `s${place}` }
    endpoints.set(offer, {
      baseUrl: supplier.baseUrl,
      dialect: 'openai',
      apiKey: `sk-supplier-${place}`,
      model: 'real-model',
      headers,
      ...options.endpoint,
    })
  }
  const payer = await account('buyer', buyerDollars)
  // Another trader buys what the suppliers must owe beyond the buyer's own units.
  const trader = await account('trader', 10_000)
  if (sold > 0) await act(order(trader, 'buy', sold))
  if (buyerUnits > 0) {
    await act(order(payer, 'buy', buyerUnits * 100))
    await act({ kind: 'units.transfer', account: payer, instrument: MARKET, wt: wt(buyerUnits * 1_000_000) })
  }
  const buyer: Payer = {
    account: payer,
    mandate: NO_MANDATE,
    buyLimit: buyLimit === null ? null : ticks(buyLimit),
  }

  const upstream = createUpstream({ allowPrivate: true, ports: [] }, systemTimer)
  const line = (facts: object, message: string) => void log.push(`${message} ${JSON.stringify(facts)}`)
  const gateway = createGateway({
    exchange: sequencer,
    endpointOf: (offer) => endpoints.get(offer),
    meter,
    judge,
    upstream,
    timer: options.timer ?? systemTimer,
    patience,
    clock: () => (Date.now() * 1_000) as Instant,
    log: { info: line, warn: line, error: line },
    chance: chance(7),
    ...(options.report && { report: options.report }),
  })

  let requests = 0
  const server = createServer((req, res) => {
    const parts: Buffer[] = []
    req.on('data', (bytes: Buffer) => parts.push(bytes))
    req.on('end', () => {
      const rawBody = Buffer.concat(parts)
      const counter = COUNTERS.find(({ path }) => path === req.url) ?? CHAT
      const asked = counter.read(JSON.parse(rawBody.toString()))
      if ('message' in asked) {
        res.writeHead(400).end(JSON.stringify({ error: asked }))
        return
      }
      const requestId = `req_${++requests}`
      const wishes = readWishes(req.headers, JSON.parse(rawBody.toString()))
      if ('status' in wishes) return void res.writeHead(wishes.status).end(JSON.stringify({ error: wishes }))
      void gateway.complete({ caller: buyer, instrument: MARKET, ...asked, rawBody, requestId, wishes }, res)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`

  const all = <Kind extends Event['kind']>(kind: Kind) =>
    events.filter((event): event is EventOf<Kind> => event.kind === kind)
  const quiet = async () => {
    for (let i = 0; gateway.inFlight > 0 && i < 300; i++)
      await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal(gateway.inFlight, 0, 'every request ends')
    await sequencer.read(() => null)
    assert.equal(sequencer.state.draws.size, 0, 'every draw ends')
    audit(sequencer.state)
  }
  return {
    sequencer,
    gateway,
    url,
    buyer,
    suppliers,
    accounts,
    events,
    log,
    all,
    last(kind) {
      const found = all(kind).at(-1)
      assert.ok(
        found !== undefined,
        `a ${kind} among ${events
          .slice(-8)
          .map((event) => event.kind)
          .join(', ')}`,
      )
      return found
    },
    do: act,
    askAt: (path, body, headers = {}) =>
      fetch(new URL(path, url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    ask: (body, init = {}) =>
      fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: 'Bearer bb_secret_buyer_key',
          cookie: 'sid=1',
        },
        ...init,
        body: JSON.stringify({
          model: 'text-prime',
          messages: [{ role: 'user', content: 'Hello there' }],
          ...body,
        }),
      }),
    cash(who) {
      const found = accountOf(sequencer.state, who)
      assert.ok(found !== undefined)
      return freeCash(sequencer.state, found)
    },
    quiet,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await gateway.drain(0)
      await Promise.all(suppliers.map((supplier) => supplier.close()))
      await upstream.close()
      await sequencer.close()
    },
  }
}

export type Streamed = {
  status: number
  headers: Headers
  text: string
  reasoning: string
  events: Record<string, unknown>[]
  finish: string | null
  done: boolean
  error: { code: string; message: string } | null
  usage: { prompt_tokens: number; completion_tokens: number } | null
  busbar: Record<string, unknown> | null
}

type Event0 = {
  choices?: { delta?: { content?: string; reasoning_content?: string }; finish_reason?: string | null }[]
  error?: { code: string; message: string }
  usage?: Streamed['usage']
  busbar?: Record<string, unknown>
}

/** Reads a streamed answer to its end, as strictly as a client would: every line is `data:` or a comment. */
export async function readStream(response: Response): Promise<Streamed> {
  const body = await response.text()
  const read: Streamed = {
    status: response.status,
    headers: response.headers,
    text: '',
    reasoning: '',
    events: [],
    finish: null,
    done: false,
    error: null,
    usage: null,
    busbar: null,
  }
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    read.error = (JSON.parse(body) as Event0).error ?? null
    return read
  }
  for (const block of body.split('\n\n')) {
    if (block === '' || block.startsWith(':')) continue
    assert.ok(block.startsWith('data: ') && !block.includes('\n'), `one data line: ${block}`)
    assert.equal(read.done, false, 'nothing follows [DONE]')
    const data = block.slice(6)
    if (data === '[DONE]') {
      read.done = true
      continue
    }
    const event = JSON.parse(data) as Event0
    read.events.push(event as Record<string, unknown>)
    read.text += event.choices?.[0]?.delta?.content ?? ''
    read.reasoning += event.choices?.[0]?.delta?.reasoning_content ?? ''
    read.finish = event.choices?.[0]?.finish_reason ?? read.finish
    read.error = event.error ?? read.error
    read.usage = event.usage ?? read.usage
    read.busbar = event.busbar ?? read.busbar
  }
  return read
}
