import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { buildCli } from '../../src/cli/cli.ts'
import type { VenueParts } from '../../src/cli/venue-commands.ts'
import { NO_VENUE, runLine, standIn } from './command-line.ts'

type Request = { method: string; path: string; key: string | undefined; body: { [name: string]: unknown } }
type Answer = { status?: number; body?: unknown; events?: unknown[] }

const requests: Request[] = []
let answers: Record<string, Answer | Answer[]> = {}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const part of request) text += String(part)
  const [path = ''] = (request.url ?? '').split('?')
  requests.push({
    method: request.method ?? '',
    path: request.url ?? '',
    key: request.headers.authorization?.replace('Bearer ', ''),
    body: text === '' ? {} : (JSON.parse(text) as Request['body']),
  })
  const found = answers[`${request.method} ${path}`]
  const answer = Array.isArray(found) ? found.shift() : found
  if (answer?.events) {
    response.writeHead(200, { 'x-busbar-supplier': 'Harbor Cloud', 'x-busbar-receipt': 'del_9' })
    for (const event of [...answer.events, '[DONE]'])
      response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
    response.end()
    return
  }
  response.writeHead(answer ? (answer.status ?? 200) : 404, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer?.body ?? { code: 'not_found', detail: path, outcome: 'rejected' }))
}

const url = await standIn({ after }, (request, response) => void respond(request, response))
const folder = mkdtempSync(join(tmpdir(), 'busbar-cli-'))
after(() => rmSync(folder, { recursive: true }))

beforeEach(() => {
  requests.length = 0
  answers = {}
})

const parts: Partial<VenueParts> = {
  verify: async () => ({ ok: true, facts: { commands: 12, digest: 'ab12' } }),
  verifyReceipt: async (receipt, publicKey) =>
    receipt.includes('good')
      ? { ok: true, facts: { delivery: 'del_9', key: publicKey } }
      : { ok: false, facts: {}, reason: 'the signature does not fit' },
}

const busbar = (line: string[], more: Partial<VenueParts> = {}) =>
  runLine(['--url', url, ...line], { ...parts, ...more })

const order = {
  id: 'ord_12',
  instrument: 'TEXT_PRIME-USD',
  side: 'buy',
  type: 'limit',
  price: '0.8100',
  quantity: '1.50',
  filled_quantity: '0.00',
  average_price: null,
  status: 'open',
  reason: null,
}

test('start passes its switches on', async () => {
  const started: unknown[] = []
  const start = async (switches: unknown) => void started.push(switches)
  await busbar(['start'], { start })
  await busbar(['start', '--no-demo', '--allow-private-suppliers'], { start })
  assert.deepEqual(started, [
    { demo: true, allowPrivateSuppliers: false },
    { demo: false, allowPrivateSuppliers: true },
  ])
})

test('a start that fails is one line and a non-zero exit', async () => {
  const start = async () => {
    throw new Error('port 8700 is in use')
  }
  assert.deepEqual(await busbar(['start'], { start }), {
    out: '',
    err: 'busbar: port 8700 is in use\n',
    code: 1,
  })
})

test('verify prints what it found, as a table or as JSON', async () => {
  const table = await busbar(['verify'])
  assert.match(table.out, /commands\s+12[^]*verified/)
  const json = await busbar(['verify', '--json'])
  assert.deepEqual(JSON.parse(json.out), { ok: true, facts: { commands: 12, digest: 'ab12' } })
})

test('a receipt is checked against a given key without the exchange, and a bad one fails', async () => {
  const good = join(folder, 'good.json')
  const bad = join(folder, 'bad.json')
  writeFileSync(good, '{"it":"is good"}')
  writeFileSync(bad, '{}')
  const fine = await busbar(['receipt', 'verify', good, '--public-key', 'abc='])
  assert.match(fine.out, /del_9[^]*abc=[^]*verified/)
  assert.equal(requests.length, 0)
  const wrong = await busbar(['receipt', 'verify', bad, '--public-key', 'abc='])
  assert.deepEqual([wrong.err, wrong.code], ['busbar: the signature does not fit\n', 1])
  const absent = await busbar(['receipt', 'verify', join(folder, 'absent.json'), '--public-key', 'abc='])
  assert.match(absent.err, /cannot read/)
})

test('buy without a price is a market order, with one a limit order', async () => {
  answers['POST /v1/orders'] = { status: 201, body: order }
  await busbar(['buy', 'text-prime', '1.5', '--key', 'bb_mine', '--client-order-id', 'a'])
  await busbar(['sell', 'text-prime', '1.5', '--price', '0.81', '--time', 'ioc', '--client-order-id', 'b'])
  assert.deepEqual(requests[0]?.body, {
    client_order_id: 'a',
    instrument: 'text-prime',
    side: 'buy',
    quantity: '1.5',
    type: 'market',
  })
  assert.equal(requests[0]?.key, 'bb_mine')
  assert.deepEqual(requests[1]?.body, {
    client_order_id: 'b',
    instrument: 'text-prime',
    side: 'sell',
    quantity: '1.5',
    type: 'limit',
    price: '0.81',
    time_in_force: 'ioc',
  })
})

test('a refusal is one line with its code and place, and a non-zero exit', async () => {
  answers['POST /v1/orders'] = {
    status: 422,
    body: {
      code: 'price_outside_band',
      detail: 'The price is too far away.',
      outcome: 'rejected',
      retryable: false,
      errors: [{ pointer: '/price', detail: 'at most 0.96' }],
    },
  }
  const { out, err, code } = await busbar(['buy', 'text-prime', '1', '--price', '9'])
  assert.equal(err, 'busbar: price_outside_band: The price is too far away. (/price: at most 0.96)\n')
  assert.deepEqual([out, code], ['', 1])
  const told = await busbar(['buy', 'text-prime', '1', '--price', '9', '--json'])
  const facts = JSON.parse(told.err) as { code: string; outcome: string; errors: { pointer: string }[] }
  assert.deepEqual(
    [facts.code, facts.outcome, facts.errors[0]?.pointer],
    ['price_outside_band', 'rejected', '/price'],
  )
})

test('orders and the book are tables, or the answer itself as JSON', async () => {
  answers['GET /v1/orders'] = { body: { data: [order], next_cursor: null } }
  assert.match(
    (await busbar(['orders', '--status', 'open'])).out,
    /ord_12\s+TEXT_PRIME-USD\s+buy\s+limit\s+0\.8100\s+1\.50/,
  )
  assert.match(requests[0]?.path ?? '', /status=open/)
  assert.deepEqual(JSON.parse((await busbar(['--json', 'orders'])).out), { data: [order], next_cursor: null })
  answers['GET /v1/instruments/text-prime/book'] = {
    body: {
      instrument: 'TEXT_PRIME-USD',
      seq: 7,
      bids: [['0.8099', '2.00', 1]],
      asks: [['0.8101', '3.00', 1]],
      checksum: 1,
    },
  }
  assert.match((await busbar(['book', 'text-prime'])).out, /at seq 7[^]*2\.00\s+0\.8099\s+0\.8101\s+3\.00/)
})

test('chat writes the answer as it comes, then who delivered it and the receipt', async () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  answers['POST /v1/chat/completions'] = {
    events: [
      { choices: [{ delta: { content: 'two ' } }] },
      { choices: [{ delta: { content: 'words' }, finish_reason: 'stop' }] },
      { choices: [], usage },
    ],
  }
  const { out } = await busbar(['chat', 'text-prime', 'say', 'two', 'words', '--max-tokens', '9'])
  assert.equal(out, 'two words\nby Harbor Cloud, 3 + 2 tokens, receipt del_9\n')
  const body = requests[0]?.body
  assert.deepEqual([body?.messages, body?.max_tokens], [[{ role: 'user', content: 'say two words' }], 9])
})

test('qualifying waits for the measurement, and fails when it does', async () => {
  const running = {
    id: 'qlf_1',
    offer: 'off_1',
    instrument: 'TEXT_PRIME-USD',
    status: 'running',
    done: 1,
    total: 3,
  }
  const measures = [{ name: 'throughput', measured: '12 tok/s', required: '40 tok/s', passed: false }]
  const failed = { ...running, status: 'failed', done: 3, measures, reason: 'throughput below the floor' }
  answers['POST /v1/qualifications'] = { status: 202, body: running }
  answers['GET /v1/qualifications/qlf_1'] = [{ body: running }, { body: failed }]
  const { out, err, code } = await busbar(['offer', 'qualify', 'off_1', 'text-prime', '--plan', 'brief'])
  assert.match(out, /throughput\s+failed\s+12 tok\/s\s+40 tok\/s/)
  assert.equal(err, 'busbar: off_1 does not clear TEXT_PRIME-USD: throughput below the floor\n')
  assert.equal(code, 1)
})

const nothing = {
  available: '0.00',
  held: '0.00',
  consumption: '0.00',
  drawn: '0.00',
  obligation: '0.00',
  escrow: '0.00',
  bond: '0.00',
  withheld: '0.00',
}

test('balance shows only what there is, and its lots', async () => {
  const data = [
    { ...nothing, asset: 'USD', available: '12.500000', held: '1.230000' },
    { ...nothing, asset: 'TEXT_PRIME', consumption: '1.500000' },
    { ...nothing, asset: 'CODE_MAX' },
  ]
  const lot = {
    id: 'lot_3',
    instrument: 'TEXT_PRIME-USD',
    quantity: '1.500000',
    drawn: '0.000000',
    cost: '1.200000',
    expires_at: '2026-11-25T08:00:00.000000Z',
  }
  answers['GET /v1/balances'] = { body: { data, seq: 9 } }
  answers['GET /v1/lots'] = { body: { data: [lot], seq: 9 } }
  const { out } = await busbar(['balance'])
  assert.deepEqual(
    out.split('\n').map((line) => line.split(/ {2,}/)),
    [
      ['asset', 'available', 'in orders', 'to consume'],
      ['USD', '12.50', '1.23', '-'],
      ['TEXT_PRIME', '0.00', '-', '1.50'],
      [''],
      ['lot', 'instrument', 'units', 'being drawn', 'cost', 'to be used by'],
      ['lot_3', 'TEXT_PRIME-USD', '1.50', '-', '$1.20', '2026-11-25 08:00 UTC'],
      [''],
    ],
  )
})

test('receipts are told of either side, whatever account the shell acts as', async () => {
  const none = { data: [], next_cursor: null, seq: 9 }
  for (const party of ['buyer', 'supplier']) {
    answers['GET /v1/receipts'] = { body: none }
    const { code, err } = await busbar(['--key', 'bb_x', 'receipt', 'list', '--party', party])
    assert.equal(code, 0, err)
    assert.match(requests.at(-1)?.path ?? '', new RegExp(`[?&]as=${party}(&|$)`))
  }
})

test('one order is canceled, or all of them, but never all by leaving out a word', async () => {
  answers['DELETE /v1/orders/ord_12'] = { body: { ...order, status: 'canceled', reason: 'by_owner' } }
  assert.match((await busbar(['cancel', 'ord_12'])).out, /ord_12.*canceled\s+by_owner/)
  answers['POST /v1/orders/cancel'] = { body: { canceled: ['ord_12', 'ord_13'], seq: 4 } }
  assert.equal((await busbar(['cancel', '--all'])).out, 'canceled ord_12 ord_13\n')
  const { err, code } = await busbar(['cancel'])
  assert.deepEqual([err, code], ['busbar: name an order, or cancel every one of yours with --all\n', 1])
})

const offer = {
  id: 'off_4',
  name: 'Harbour 31B',
  endpoint: { base_url: 'https://models.example.com/v1', model: 'm' },
  rate: '40.00',
  outstanding: '0.00',
  status: 'active',
  maintenance: null,
  certificates: [],
}

test('an offer is drained for a time, and resumed', async () => {
  const maintenance = { starts_at: '2026-11-25T22:00:00.000000Z', ends_at: null }
  answers['PUT /v1/offers/off_4/maintenance'] = { body: { ...offer, maintenance } }
  answers['DELETE /v1/offers/off_4/maintenance'] = { body: offer }
  const { out } = await busbar(['offer', 'drain', 'off_4', '--from', '2026-11-25T22:00:00Z'])
  assert.match(out, /drained from 2026-11-25 22:00/)
  assert.deepEqual(requests[0]?.body, { starts_at: '2026-11-25T22:00:00Z' })
  assert.match((await busbar(['offer', 'resume', 'off_4'])).out, /active/)
})

test('the operator suspends an offer and lifts the suspension, each with a reason', async () => {
  const suspended = { ...offer, status: 'suspended' }
  answers['POST /v1/admin/offers/off_4/suspend'] = { body: suspended }
  answers['POST /v1/admin/offers/off_4/lift'] = { body: offer }
  answers['GET /v1/admin/offers'] = { body: { data: [suspended] } }
  assert.match((await busbar(['offer', 'suspend', 'off_4', '--reason', 'under review'])).out, /suspended/)
  assert.deepEqual(requests[0]?.body, { reason: 'under review' })
  assert.match((await busbar(['offer', 'lift', 'off_4', '--reason', 'mended'])).out, /active/)
  assert.match((await busbar(['offer', 'list', '--everyone'])).out, /off_4.*suspended/)
})

test('an offer is added with its headers and the key of its file, and what comes next is said', async () => {
  const file = join(folder, 'endpoint-key')
  writeFileSync(file, 'sk-endpoint\n')
  answers['POST /v1/offers'] = { status: 201, body: offer }
  const place = ['--base-url', 'https://models.example.com/v1', '--model', 'm', '--api-key-file', file]
  const { out } = await busbar([
    'offer',
    'add',
    'Harbour 31B',
    ...place,
    '--rate',
    '40',
    '--header',
    'x-team: a:b',
  ])
  assert.match(out, /next: busbar offer qualify off_4/)
  const [request] = requests
  assert.ok(request)
  assert.deepEqual((request.body as { endpoint: unknown }).endpoint, {
    base_url: 'https://models.example.com/v1',
    model: 'm',
    headers: { 'x-team': 'a:b' },
    api_key: 'sk-endpoint',
  })
  const absent = await busbar([
    'offer',
    'add',
    'x',
    ...place.slice(0, 5),
    join(folder, 'absent'),
    '--rate',
    '1',
  ])
  assert.match(absent.err, /^busbar: cannot read .*absent/)
})

test('without a key, the sample market lends its own', async () => {
  const keys = { buyer: 'bb_buyer', trader: 'bb_trader', supplier: 'bb_supplier', operator: 'bb_operator' }
  writeFileSync(join(folder, 'demo-keys.json'), JSON.stringify(keys))
  const before = process.env.BUSBAR_DATA
  process.env.BUSBAR_DATA = folder
  answers['GET /v1/orders'] = { body: { data: [], next_cursor: null } }
  answers['GET /v1/offers'] = { body: { data: [] } }
  await busbar(['orders'])
  await busbar(['offer', 'list'])
  await busbar(['orders', '--as', 'buyer'])
  await busbar(['orders', '--as', 'buyer', '--key', 'bb_mine'])
  process.env.BUSBAR_DATA = join(folder, 'elsewhere')
  const nobody = await busbar(['orders', '--as', 'buyer'])
  if (before === undefined) delete process.env.BUSBAR_DATA
  else process.env.BUSBAR_DATA = before
  assert.deepEqual(
    requests.map(({ key }) => key),
    ['bb_trader', 'bb_supplier', 'bb_buyer', 'bb_mine'],
  )
  assert.match(nobody.err, /^busbar: --as buyer needs the keys of the sample market/)
})

test('an exchange that is not there is one line', async () => {
  const { err, code } = await busbar(['--url', 'http://127.0.0.1:9', 'orders'])
  assert.match(err, /^busbar: unreachable: the exchange cannot be reached: .*\n$/)
  assert.equal(code, 1)
})

test('it says its version', async () => {
  const out: string[] = []
  const terminal = {
    out: (text: string) => void out.push(text),
    err: assert.fail,
    isLive: false,
    columns: 80,
  }
  const program = buildCli(NO_VENUE, terminal).exitOverride()
  await assert.rejects(program.parseAsync(['--version'], { from: 'user' }), { exitCode: 0 })
  assert.match(out.join(''), /^\d+\.\d+\.\d+\n$/)
})
