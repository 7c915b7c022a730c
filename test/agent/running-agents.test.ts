// Agents on a whole exchange over HTTP: a buyer on real deliveries, and the shell's `agent run`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createAgent } from '../../src/agent/agents.ts'
import type { Task } from '../../src/agent/buyer.ts'
import { freshMemory } from '../../src/agent/buyer.ts'
import type { ModelProcess } from '../../src/demo/model-process.ts'
import { startModelProcess } from '../../src/demo/model-process.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runLine } from '../cli/command-line.ts'
import { runExchange } from '../running-exchange.ts'
import { deskOn, turnsOf } from './door.ts'

let exchange: RunningExchange
let models: ModelProcess

/** A supplier whose model clears a grade, with units on sale. */
async function supply(model: string, grade: string, price: string): Promise<void> {
  const { client } = await exchange.join(model, '10000', [
    'account:read',
    'trade:place',
    'trade:cancel',
    'supply:manage',
  ])
  const { id: offer } = await client.offers.register({
    name: model,
    endpoint: { base_url: models.baseUrl, model },
    rate: '10',
    concurrency: 16,
    capabilities: ['tools', 'json_schema'],
    context_tokens: 131_072,
  })
  const begun = await client.qualifications.start({ offer, instrument: grade, plan: 'brief' })
  const { status, reason } = await client.qualifications.finished(begun.id)
  assert.equal(status, 'passed', reason ?? '')
  await client.issue({ offer, instrument: grade, quantity: '5' })
  await client.orders.place({ instrument: grade, side: 'sell', price, quantity: '5.00' })
}

before(async () => {
  const quick = { seed: 7, firstTokenMs: 5, tokensPerSecond: 3_000, jitter: 0, errorRate: 0 }
  models = await startModelProcess({
    models: { plain: { ...quick, ability: 0.3 }, bright: { ...quick, ability: 4 } },
  })
  exchange = await runExchange()
  await Promise.all([supply('plain', 'text-standard', '0.3000'), supply('bright', 'text-prime', '0.9000')])
})
after(async () => {
  await exchange.end()
  await models.stop()
})

/** Sums that a weak model gets wrong now and then. */
const sums = (count: number): Task[] =>
  Array.from({ length: count }, (_, at) => {
    const [a, b, c] = [1_234 + 7 * at, 5_678 - 11 * at, 91 + at]
    return {
      id: `sum-${at}`,
      request: {
        messages: [{ role: 'user', content: `What is ${a} * ${c} - ${b} * 3? Reply with only the number.` }],
        max_tokens: 64,
      },
      isDone: (text) => text.replaceAll(',', '').includes(String(a * c - b * 3)),
    }
  })

test('a buyer does its work on measured outcomes, within its limit, and goes on after a restart', async (t) => {
  const { client } = await exchange.join('workshop', '100')
  const settings = { grades: 'text-standard,text-prime', max_price: 1, required: 0.6, explore: 0.5 }
  const tasks = sums(12)
  const memory = freshMemory()
  const answers: boolean[] = []
  const work = { tasks, memory, onAnswer: (_: Task, __: string, isDone: boolean) => answers.push(isDone) }
  const desk = await deskOn(client, 'work', '0.05')
  const told = await turnsOf(desk, createAgent('buyer', desk, settings, work), 7)
  assert.ok(
    told.every(({ outcome }) => outcome?.refused === undefined),
    JSON.stringify(told.map(({ outcome }) => outcome?.refused)),
  )
  const before = memory.finished.length
  assert.ok(before >= 5 && before < 12, `${before}`)
  assert.match(
    told.find(({ step }) => step.act === 'ask')?.step.why ?? '',
    /text-standard is tried: 0 of 0|text-prime: none has proved/,
  )

  const again = await deskOn(client, 'work', '0.05')
  assert.equal(again.outlay.toFixed(6), desk.outlay.toFixed(6))
  const remembered = JSON.parse(JSON.stringify(memory)) as typeof memory
  const rest = await turnsOf(
    again,
    createAgent('buyer', again, settings, { ...work, memory: remembered }),
    60,
  )
  assert.equal(rest.at(-1)?.step.act, 'finish')
  assert.equal(remembered.finished.length, 12)
  const { grades } = remembered
  t.diagnostic(JSON.stringify(grades))
  assert.ok((grades['text-prime']?.done ?? 0) >= 0.9 * (grades['text-prime']?.tried ?? 0))
  assert.ok((grades['text-standard']?.tried ?? 0) > 5, 'the cheaper grade has proved itself, and does most')
  assert.ok(again.outlay <= 0.05 && again.outlay > 0, `${again.outlay}`)
  const { data } = await client.deliveries.list({ limit: 100 })
  const tried = Object.values(grades).reduce((sum, one) => sum + one.tried, 0)
  assert.equal(data.length, tried, 'every answer was delivered once')
})

test('a program may add to the work of a buyer that runs', async () => {
  const { client } = await exchange.join('studio', '100')
  const desk = await deskOn(client, 'studio', '0.10')
  const tasks: Task[] = []
  const memory = freshMemory()
  const settings = { grades: 'text-prime', max_price: 1 }
  const buyer = createAgent('buyer', desk, settings, { tasks, memory, isOpen: true })
  const [idle] = await turnsOf(desk, buyer, 1)
  assert.equal(idle?.step.why, 'it has no task')
  tasks.push(...sums(1))
  await turnsOf(desk, buyer, 2)
  assert.deepEqual(memory.finished, ['sum-0'])
})

const busbar = (key: string, ...line: string[]) => runLine(['--url', exchange.baseUrl, '--key', key, ...line])

test('a dry run explains each decision with its numbers, and sends nothing', async () => {
  const { client, key } = await exchange.join('thinker', '100')
  const config = join(exchange.folder, 'maker.json')
  writeFileSync(
    config,
    JSON.stringify({ instrument: 'text-prime', half_spread: 0.01, spend_limit: '5.00', levels: 1 }),
  )
  const dry = await busbar(key, 'agent', 'run', 'maker', '--config', config, '--once', '--dry-run')
  // Nobody bids: the last trade is what a unit is worth.
  assert.match(
    dry.out,
    /^buy 1\.00 TEXT_PRIME-USD at \$0\.89\d\d resting\n {2}because a unit is worth \$0\.9000; /,
  )
  assert.match(dry.out, /level 1 stands 1\.0 % away, leaning up as it holds 0\.00 units/)
  assert.match(dry.out, /dry run: not sent/)
  assert.equal((await client.orders.list()).data.length, 0)
  const json = await busbar(key, 'agent', 'run', 'maker', '--config', config, '--once', '--dry-run', '--json')
  const [line = ''] = json.out.trim().split('\n')
  const told = JSON.parse(line) as Record<string, unknown>
  assert.deepEqual([told.agent, told.act, told.sent], ['maker', 'place', false])
  assert.equal((told.facts as Record<string, unknown>).fair, 0.9)
})

test('what cannot be used is refused in one line', async () => {
  const { key } = await exchange.join('careless', '100')
  const run = (...more: string[]) => busbar(key, 'agent', 'run', ...more, '--once')
  const limit = ['--spend-limit', '1']
  const bad = join(exchange.folder, 'bad.json')
  writeFileSync(bad, '[1]')
  for (const [line, said] of [
    [['maker', '--instrument', 'text-prime'], /an agent needs --spend-limit/],
    [['maker', ...limit], /instrument is missing: the grade/],
    [['maker', ...limit, '--instrument', 'no-such'], /the exchange lists no no-such/],
    [
      ['maker', ...limit, '--instrument', 'text-prime', '--set', 'levels=99'],
      /levels must be a number from 1 to 10, not "99"/,
    ],
    [['maker', ...limit, '--set', 'levels'], /--set must be name=value, not "levels"/],
    [['maker', ...limit, '--config', bad], /must hold one JSON object/],
    [['buyer', ...limit, '--set', 'grades=text-prime', '--set', 'max_price=1'], /a buyer needs --tasks/],
    [
      ['supplier', ...limit, '--instrument', 'text-prime', '--set', 'offer=off_1'],
      /give one of cost, model, and gpu_hour/,
    ],
  ] as const) {
    const { err, code } = await run(...line)
    assert.match(err, said)
    assert.equal(code, 1)
  }
})

test('a buyer in the shell does the tasks of a file and keeps what it learned', async () => {
  const { key } = await exchange.join('clerk', '100')
  const tasks = join(exchange.folder, 'tasks.jsonl')
  const state = join(exchange.folder, 'clerk.json')
  writeFileSync(
    tasks,
    `{"id":"a","prompt":"What is 12 * 12? Reply with only the number.","expect":"144"}\n{"id":"b","prompt":"What is 7 + 5? Reply with only the number.","expect":"\\\\b12\\\\b"}\n`,
  )
  const line = [
    'agent',
    'run',
    'buyer',
    '--spend-limit',
    '0.5',
    '--tasks',
    tasks,
    '--state',
    state,
    '--set',
    'grades=text-prime',
    '--set',
    'max_price=1',
    '--every',
    '1',
  ]
  const done = await busbar(key, ...line)
  assert.equal(done.err, '')
  assert.match(
    done.out,
    /buy 0\.01 TEXT_PRIME-USD at \$0\.9090 at once or not[^]*task a done: 144[^]*task b done: 12[^]*all 2 tasks are finished/,
  )
  assert.deepEqual((JSON.parse(readFileSync(state, 'utf8')) as { finished: string[] }).finished, ['a', 'b'])
  const again = await busbar(key, ...line)
  assert.match(again.out, /^finish\n {2}because all 2 tasks are finished\n$/)
  for (const [text, said] of [
    ['finished', /clerk\.json is not JSON/],
    ['{"grades":"text-prime","max_price":1}', /clerk\.json does not hold what a buyer has learned/],
  ] as const) {
    writeFileSync(state, text)
    assert.match((await busbar(key, ...line)).err, said)
    assert.equal(readFileSync(state, 'utf8'), text)
  }
  rmSync(state)
  writeFileSync(tasks, '{"id":"a"}\n')
  assert.match((await busbar(key, ...line)).err, /tasks\.jsonl:1: prompt must be what is asked/)
})

test('Ctrl-C ends an agent after its turn, and its orders with it', async () => {
  const { client, key } = await exchange.join('mortal', '100')
  const main = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'src', 'main.ts')
  const line = ['agent', 'run', 'maker', '--spend-limit', '5', '--instrument', 'text-prime', '--every', '1']
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...line], {
    env: { ...process.env, BUSBAR_URL: exchange.baseUrl, BUSBAR_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let asked = false
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString()
    if (asked || !/wait/.test(out)) return
    asked = true
    child.kill('SIGINT')
  })
  child.stderr.on('data', (text: Buffer) => (out += text.toString()))
  const code = await new Promise((resolve) => {
    child.once('close', resolve)
  })
  assert.equal(code, 0, out)
  assert.match(out, /open, 0\.00 of 1\.00 filled[^]*stopped: canceled ord_\d+ ord_\d+\n$/)
  assert.deepEqual((await client.orders.list({ status: 'open' })).data, [])
  assert.equal((await client.orders.list()).data.length >= 2, true)
})
