// What somebody sees who clones the repository and types `npm start`: one running sample market, used by everyone whom
// it is for, then stopped, started again, and killed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import type { Browser } from 'playwright-core'
import { WebSocket } from 'ws'
import type { Client } from '../../src/client/client.ts'
import { createClient } from '../../src/client/client.ts'
import type { SocketClass } from '../../src/client/line.ts'
import { openStream } from '../../src/client/stream.ts'
import type { DemoKeys, DemoState } from '../../src/demo/demo-file.ts'
import type { ModelProcess } from '../../src/demo/model-process.ts'
import { startModelProcess } from '../../src/demo/model-process.ts'
import { DOCUMENTS, runDocument } from '../docs/commands.ts'
import { launchChromium } from '../web/chromium.ts'
import type { Tour } from '../web/page-tour.ts'
import { chat, fitWidth, openTour, placeAndCancel, seeBoard, seeMarket } from '../web/page-tour.ts'
import type { VenueProcess } from './venue-process.ts'
import { clone, isListening, isRunning, program, startVenue } from './venue-process.ts'

const GRADES = 9
const folder = mkdtempSync(join(tmpdir(), 'busbar-living-'))
const data = join(folder, 'data')
/** Screenshots are kept where `SCREENSHOTS` says, to be looked at. */
const screenshots = process.env.SCREENSHOTS ?? join(folder, 'screenshots')

let venue: VenueProcess
let browser: Browser | undefined
let model: ModelProcess | undefined

before(async () => {
  mkdirSync(screenshots, { recursive: true })
  venue = await startVenue({ data })
})

after(async () => {
  await browser?.close()
  await model?.stop()
  await venue?.stop('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const readJson = <Value>(name: string) => JSON.parse(readFileSync(join(data, name), 'utf8')) as Value
const keys = (): DemoKeys => readJson<DemoKeys>('demo-keys.json')
const clientOf = (key: string): Client => createClient({ baseUrl: venue.url, key })
const openai = (): OpenAI => new OpenAI({ baseURL: `${venue.url}/v1`, apiKey: keys().buyer, maxRetries: 0 })
const ask = (content: string): OpenAI.ChatCompletionMessageParam[] => [{ role: 'user', content }]
const dollars = async (client: Client): Promise<number> =>
  Number((await client.balances()).data.find(({ asset }) => asset === 'USD')?.available)

/** Base URLs of the model servers, as the suppliers registered them. */
async function modelServers(): Promise<string[]> {
  const { accounts } = readJson<DemoState>('demo.json')
  const suppliers = Object.entries(accounts).filter(([id]) => id.startsWith('supplier'))
  const offers = await Promise.all(suppliers.map(([, { key }]) => clientOf(key).offers.list()))
  const urls = new Set(offers.flat().map(({ endpoint }) => endpoint.base_url))
  // What the documents' reader offered is the test's own.
  urls.delete(model?.baseUrl ?? '')
  return [...urls]
}

/** Fails unless all of them are gone within a few seconds. */
async function assertGone(servers: readonly string[], pids: readonly number[]): Promise<void> {
  const end = Date.now() + 5_000
  for (;;) {
    const listening = await Promise.all(servers.map(isListening))
    const left = [...servers.filter((_, at) => listening[at]), ...pids.filter(isRunning)]
    if (left.length === 0) return
    assert.ok(Date.now() < end, `still there: ${left.join(' ')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('it says within a minute where it is ready, on loopback and on one line', (t) => {
  t.diagnostic(`ready after ${(venue.readyMs / 1_000).toFixed(1)} s`)
  assert.match(venue.out(), /^busbar ready http:\/\/127\.0\.0\.1:\d+$/m)
  assert.ok(venue.readyMs < 60_000, `${venue.readyMs} ms`)
})

test('the keys of four people are written, for their owner only', () => {
  const path = join(data, 'demo-keys.json')
  assert.deepEqual(Object.keys(keys()), ['buyer', 'trader', 'supplier', 'operator'])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('the buyer has $1,000 and buys by itself; the trader has $1,000,000 and no limit', async () => {
  const [buyer, trader] = [clientOf(keys().buyer), clientOf(keys().trader)]
  assert.deepEqual([await dollars(buyer), await dollars(trader)], [1_000, 1_000_000])
  const { mandate } = await buyer.account()
  assert.equal((await buyer.mandates.get(mandate ?? '')).auto_buy, true)
  assert.equal((await trader.account()).mandate, null)
})

test('the printed curl command works exactly as it is printed', async () => {
  const [command] = /^ {2}curl [^]*?[^\\]$/m.exec(venue.out()) ?? []
  const ran = spawnSync('sh', ['-c', command ?? 'false'], { encoding: 'utf8', timeout: 30_000 })
  assert.equal(ran.status, 0, ran.stderr)
  const answer = JSON.parse(ran.stdout) as OpenAI.ChatCompletion
  assert.equal(answer.model, 'text-prime')
  assert.match(answer.choices[0]?.message.content ?? '', /busbar/)
  assert.ok((await dollars(clientOf(keys().buyer))) < 1_000, 'and has been paid for')
})

test('every grade has a certified supplier, and a book with two sides', async () => {
  type Model = { id: string; suppliers: number; best_bid: string | null; best_ask: string | null }
  const { data: models } = await openai().models.list()
  assert.equal(models.length, GRADES)
  for (const { id, suppliers, best_bid: bid, best_ask: asked } of models as unknown as Model[]) {
    assert.ok(suppliers >= 1, `${id} has ${suppliers} suppliers`)
    assert.ok(bid !== null && asked !== null && Number(bid) < Number(asked), `${id}: ${bid} ${asked}`)
  }
})

test('the books move at least once a second', async (t) => {
  const instruments = await clientOf(keys().trader).instruments.list()
  const faults: string[] = []
  const stream = openStream({
    baseUrl: venue.url,
    webSocket: WebSocket as unknown as SocketClass,
    onFault: (fault) => faults.push(fault),
  })
  const moves = new Map(instruments.map(({ id }) => [id, -1]))
  for (const instrument of instruments)
    stream.book(instrument, () => moves.set(instrument.id, (moves.get(instrument.id) ?? 0) + 1))
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  stream.close()
  for (const [id, count] of moves) {
    t.diagnostic(`${id} moved ${(count / 10).toFixed(1)} times a second`)
    assert.ok(count >= 3, `${id} moved ${count} times in 10 s`)
  }
  const all = [...moves.values()].reduce((sum, count) => sum + count)
  assert.ok(all >= 10 * GRADES, `${all} moves of ${GRADES} books in 10 s`)
  assert.deepEqual(faults, [])
})

test('the official client streams from any grade', async () => {
  for (const grade of ['text-standard', 'code-prime', 'agent-max']) {
    const stream = await openai().chat.completions.create({
      model: grade,
      messages: ask('How do tides work?'),
      max_tokens: 80,
      stream: true,
    })
    let [text, chunks] = ['', 0]
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      chunks++
    }
    assert.match(text, /tides/, grade)
    assert.ok(chunks > 5, `${grade} came in ${chunks} chunks`)
  }
})

test('the official client calls a tool and is answered to a schema', async () => {
  const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const called = await openai().chat.completions.create({
    model: 'agent-prime',
    messages: ask('What is the weather in Lisbon?'),
    tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
  })
  const [call] = called.choices[0]?.message.tool_calls ?? []
  assert.equal(called.choices[0]?.finish_reason, 'tool_calls')
  assert.ok(call?.type === 'function' && call.function.name === 'weather')
  assert.equal(typeof JSON.parse(call.function.arguments).city, 'string')
  const shaped = await openai().chat.completions.create({
    model: 'text-prime',
    messages: ask('Where is it sunny?'),
    response_format: { type: 'json_schema', json_schema: { name: 'place', schema: city } },
  })
  assert.equal(typeof JSON.parse(shaped.choices[0]?.message.content ?? '{}').city, 'string')
})

/** Walks a window of the page, and keeps a picture of where it ended. */
async function walk(
  size: readonly [number, number],
  ...steps: (readonly [string, (tour: Tour) => Promise<void>])[]
): Promise<void> {
  browser ??= await launchChromium()
  const tour = await openTour(browser, venue.url, ...size)
  for (const [name, step] of steps) {
    await step(tour)
    const picture = await tour.page.screenshot({ path: join(screenshots, `${name}-${size[0]}.png`) })
    assert.ok(picture.length > 10_000, `the picture of ${name} is empty`)
  }
  assert.deepEqual(tour.faults, [])
  await tour.page.context().close()
}

test('the page shows the board, a market and an order, and chats', () =>
  walk(
    [1440, 900],
    ['board', seeBoard],
    ['market', seeMarket],
    ['order', placeAndCancel],
    ['playground', chat],
  ))

test('the page does so on a phone', () =>
  walk([390, 844], ['board', seeBoard], ['playground', chat], ['width', fitWidth], ['market', openMarket]))

async function openMarket({ page, url }: Tour): Promise<void> {
  await page.goto(new URL('/#/TEXT_PRIME-USD', url).href)
  await page.getByTestId('price-chart').locator('canvas').first().waitFor()
  await page.getByTestId('book-seq').waitFor({ state: 'attached' })
  await page.waitForTimeout(1_000)
}

for (const name of DOCUMENTS)
  test(`every command of ${name} does what it says`, async () => {
    const tireless = { seed: 5, firstTokenMs: 5, tokensPerSecond: 2_000, jitter: 0, errorRate: 0, ability: 4 }
    model ??= await startModelProcess({ models: { 'my-model': tireless } })
    const reader = { clone, url: venue.url, data, modelUrl: model.baseUrl, folder }
    const { code, out, err } = await runDocument(name, reader)
    assert.equal(code, 0, `${err}\n${out}`.slice(-4_000))
    assert.ok(out.length > 0)
  })

test('npx finds the program inside the clone', () => {
  const env = { ...process.env, BUSBAR_URL: venue.url, BUSBAR_DATA: data }
  const ran = spawnSync('npx', ['--no-install', 'busbar', 'balance', '--json'], {
    cwd: clone,
    env,
    encoding: 'utf8',
  })
  assert.equal(ran.status, 0, ran.stderr)
  assert.ok(Array.isArray((JSON.parse(ran.stdout) as { balances: unknown }).balances))
})

test('Ctrl-C lets an open stream end in order, and everything with it', async () => {
  const servers = await modelServers()
  const pids = venue.children()
  assert.ok(servers.length >= 4, `${servers.length} model servers`)
  const response = await fetch(`${venue.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys().buyer}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'text-max',
      messages: ask('Tell me a story about the sea in at least 900 words.'),
      max_tokens: 2_000,
      stream: true,
    }),
  })
  const events: string[] = []
  let stopped: Promise<{ code: number | null; ms: number }> | undefined
  const decoder = new TextDecoder()
  for await (const part of response.body ?? []) {
    events.push(decoder.decode(part as Uint8Array, { stream: true }))
    stopped ??= venue.stop('SIGINT')
  }
  const text = events.join('')
  assert.match(text, /data: \[DONE\]\s*$|data: \{"error":\{[^\n]*\}\s*$/)
  const { code, ms } = (await stopped) ?? { code: null, ms: 0 }
  assert.equal(code, 0)
  assert.ok(ms < 10_000, `${ms} ms`)
  await assertGone(servers, pids)
})

test('what it leaves on disk is whole', () => {
  const verified = spawnSync(process.execPath, [program, 'verify', data], { encoding: 'utf8' })
  assert.equal(verified.status, 0, verified.stderr)
  assert.match(verified.stdout, /^verified$/m)
})

test('every file that it leaves is explained to operators', () => {
  const page = readFileSync(join(clone, 'docs', 'operators.md'), 'utf8')
  // What a database keeps beside itself is the database's own.
  const names = readdirSync(data).filter((name) => !/-(wal|shm|journal)$/.test(name))
  for (const name of names) assert.ok(page.includes(`\`${name}`), name)
})

test('started again on the same folder it is the same market, sooner', async (t) => {
  const before = keys()
  venue = await startVenue({ data })
  t.diagnostic(`ready after ${(venue.readyMs / 1_000).toFixed(1)} s`)
  assert.ok(venue.readyMs < 60_000, `${venue.readyMs} ms`)
  assert.deepEqual(keys(), before)
  const answer = await openai().chat.completions.create({ model: 'text-prime', messages: ask('Is it noon?') })
  assert.match(answer.choices[0]?.message.content ?? '', /\w+ \w+/)
})

test('its model servers die with it, even when it is killed', async () => {
  const servers = await modelServers()
  const pids = venue.children()
  await venue.stop('SIGKILL')
  await assertGone(servers, pids)
})
