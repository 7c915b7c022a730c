import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import type { Operation } from '../../src/api/operation.ts'
import { OPERATIONS } from '../../src/operations/operations.ts'
import type { Chance } from '../../src/base/chance.ts'
import { chance } from '../../src/base/chance.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_HOUR, nextOnGrid } from '../../src/base/time.ts'
import { audit } from '../../src/engine/audit.ts'
import { digestState } from '../../src/engine/snapshot.ts'
import { problem } from '../../src/wire/problem.ts'
import { NAUGHTY, VALUES } from './naughty.ts'
import type { Answer, Sent, TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

/** Requests per operation. More with FUZZ_RUNS, of another seed with FUZZ_SEED. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 300)
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_125)

type Schema = {
  type?: string
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: boolean | Schema
  propertyNames?: Schema
  examples?: unknown[]
  minimum?: number
  maximum?: number
  pattern?: string
}

let v: TestVenue
let callers: Trader[]

before(async () => {
  v = await openTestVenue()
  // Far from the next sweep: nothing comes due by itself while the test compares states.
  v.pass(nextOnGrid(v.venue.clock(), 4 * MICROS_PER_HOUR) - v.venue.clock() + 60_000_000)
  await v.ask({ kind: 'time.tick' })
  const alice = await v.join('Alice', { cash: 1_000_000 })
  const sol = await v.supply('Sol', 'text-prime', '1000.00')
  callers = [alice, sol, v.operator]
  const order = { instrument: 'text-prime', quantity: '5.00' }
  await v.send('POST', '/v1/orders', { key: sol.key, body: { ...order, side: 'sell', price: '0.8200' } })
  await v.send('POST', '/v1/orders', { key: alice.key, body: { ...order, side: 'buy', price: '0.7800' } })
  await v.send('POST', '/v1/orders', {
    key: sol.key,
    body: { ...order, side: 'sell', price: '0.8000', quantity: '500.00' },
  })
  await v.send('POST', '/v1/orders', {
    key: alice.key,
    body: { ...order, side: 'buy', price: '0.8000', quantity: '300.00' },
  })
  await v.send('POST', '/v1/mandates', { key: alice.key, body: { name: 'Purse', budget: { day: '10' } } })
})
after(async () => {
  audit(v.venue.sequencer.state)
  await v.close()
})

/** What came before may have made keys up to the limit, or revoked the caller's own. */
async function renewKey(caller: Trader): Promise<void> {
  const { keys, clock } = v.venue
  for (const { id, revokedAt } of await keys.list(caller.id))
    if (revokedAt === null) await keys.revoke(caller.id, id, clock())
  caller.key = await v.keyFor(caller.id)
}

const pick = <One>(dice: Chance, from: readonly One[]): One => from[dice.below(from.length)] as One

/** Text that may well be meant: ids that exist, amounts on the grid. */
const MEANT = [
  '1.00',
  '0.8000',
  '0.7900',
  '5',
  '0.01',
  '100.00',
  'text-prime',
  'CODE_MAX-USD',
  'Desk',
  '127.0.0.1',
  'mdt_1',
  'acc_2',
  'off_1',
  'mem_1',
  'http://127.0.0.1:9/v1',
]

/** A value that fits a schema, or nearly. */
function valueOf(dice: Chance, schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return pick(dice, schema.enum)
  switch (schema.type) {
    case 'object':
      return objectOf(dice, schema)
    case 'array':
      return Array.from({ length: dice.below(3) + 1 }, () => valueOf(dice, schema.items ?? {}))
    case 'boolean':
      return dice.below(2) === 0
    case 'integer':
    case 'number':
      return (
        (schema.minimum ?? 0) +
        dice.below(Math.min(1_000, (schema.maximum ?? 1_000) - (schema.minimum ?? 0)) + 1)
      )
    default:
      return textOf(dice, schema)
  }
}

function textOf(dice: Chance, { examples, pattern }: Schema): string {
  if (examples !== undefined && dice.below(4) > 0) return String(pick(dice, examples))
  const fitting = pattern === undefined ? MEANT : MEANT.filter((text) => new RegExp(pattern).test(text))
  return fitting.length > 0 ? pick(dice, fitting) : pick(dice, MEANT)
}

function objectOf(dice: Chance, schema: Schema): Record<string, unknown> {
  const built: Record<string, unknown> = {}
  for (const [name, of] of Object.entries(schema.properties ?? {}))
    if (schema.required?.includes(name) || dice.below(2) === 0) built[name] = valueOf(dice, of)
  const { additionalProperties: more, propertyNames } = schema
  if (typeof more === 'object')
    for (const name of propertyNames?.enum ?? ['x-team'])
      if (dice.below(3) === 0) built[String(name)] = valueOf(dice, more)
  return built
}

/** The same value with something wrong in one place of it. */
function spoil(dice: Chance, value: unknown): unknown {
  const evil = () => (dice.below(2) === 0 ? pick(dice, VALUES) : pick(dice, NAUGHTY))
  if (typeof value !== 'object' || value === null) return evil()
  if (Array.isArray(value))
    return value.length === 0 ? evil() : value.map((one, i) => (i === 0 ? spoil(dice, one) : one))
  const names = Object.keys(value)
  const copy: Record<string, unknown> = { ...value }
  const name = pick(dice, names.length === 0 ? ['x'] : names)
  switch (dice.below(4)) {
    case 0:
      delete copy[name]
      return copy
    case 1:
      copy[pick(dice, NAUGHTY) || 'unknown'] = evil()
      return copy
    default:
      copy[name] = spoil(dice, copy[name])
      return copy
  }
}

/** Bytes that are no good JSON, or that hide something in it. */
function spoilBytes(dice: Chance, text: string): Uint8Array {
  const half = text.length >> 1
  const spoiled = [
    text.slice(0, half),
    `${text}x`,
    `\ufeff${text}`,
    `{"a":${text},"a":1}`,
    text.replace(/^\{/, '{"__proto__":{"admin":true},'),
    text.replace(/^\{/, '{"\\u0063onstructor":1,'),
    text.replace(/"([a-z_]+)":/, '"$1":1,"$1":'),
    text.replace(/:"[^"]*"/, ':NaN'),
    text.replace(/:"[^"]*"/, ':1e309'),
    text.replace(/:"[^"]*"/, ':-1e3'),
    text.replace(/:"[^"]*"/, ':"\\ud800"'),
    text.replace(/:"[^"]*"/, `:${'['.repeat(100)}${']'.repeat(100)}`),
    '['.repeat(50_000),
    '{"a":'.repeat(5_000),
    `{${Array.from({ length: 12_000 }, (_, i) => `"k${i}":0`).join(',')}}`,
    `"${'x'.repeat(60_000)}"`,
    '',
    'null',
    '[]',
    '""',
    '0',
    `[${text}]`,
  ]
  const bytes = Buffer.from(pick(dice, spoiled))
  if (dice.below(4) === 0 && bytes.length > 0)
    bytes[dice.below(bytes.length)] = pick(dice, [0xff, 0xc0, 0x00, 0xed, 0x80])
  return bytes
}

const printed = (schema: z.ZodType | undefined): Schema =>
  schema === undefined ? {} : (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema)

type Shapes = { path: Schema; query: Schema; body: Schema }
type Attempt = { path: string; sent: Sent }

function attempt(dice: Chance, operation: Operation, shapes: Shapes): Attempt {
  const wild = dice.below(3)
  const params = valueOf(dice, { type: 'object', ...shapes.path }) as Record<string, unknown>
  const path = operation.path.replace(/\{([a-z_]+)\}/g, (_, name: string) =>
    encodeURIComponent(wild === 0 && dice.below(2) === 0 ? pick(dice, NAUGHTY) : String(params[name])),
  )
  const query = Object.entries(valueOf(dice, { type: 'object', ...shapes.query }) as Record<string, unknown>)
  if (dice.below(6) === 0) query.push([pick(dice, NAUGHTY), pick(dice, NAUGHTY)])
  if (wild === 0 && query[0]) query[0][1] = pick(dice, NAUGHTY)
  const words = query.map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  )
  const sent: Sent = { key: pick(dice, callers).key }
  if (dice.below(15) === 0) sent.key = pick(dice, NAUGHTY)
  if (dice.below(12) === 0) sent.headers = { 'idempotency-key': pick(dice, NAUGHTY) }
  if (operation.body !== undefined) {
    const body = dice.below(4) === 0 ? operation.example : valueOf(dice, shapes.body)
    const spoiled = dice.below(3) === 0 ? body : spoil(dice, body)
    if (dice.below(5) === 0) sent.bytes = spoilBytes(dice, JSON.stringify(body))
    else if (dice.below(40) > 0) sent.body = spoiled
  } else if (dice.below(20) === 0) sent.body = {}
  return { path: words.length === 0 ? path : `${path}?${words.join('&')}`, sent }
}

const INSIDE =
  /\bat .+:\d+:\d+|node_modules|\/src\/|TypeError|RangeError|BrokenPromise|SQLITE|undefined is not/

/** The state but for the number and the time of the last command, which a refusal takes too. */
function essence(): string {
  const { state } = v.venue.sequencer
  if (state.seq !== seen.seq)
    seen = { seq: state.seq, digest: digestState({ ...state, seq: 0, at: 0 as Instant }) }
  return seen.digest
}
let seen = { seq: -1, digest: '' }

function check(operation: Operation, { path, sent }: Attempt, answer: Answer): void {
  const told = `${operation.method} ${path} ${
    JSON.stringify(sent.body) ??
    Buffer.from(sent.bytes ?? [])
      .toString('latin1')
      .slice(0, 200)
  } -> ${answer.status} ${answer.text.slice(0, 300)}`
  assert.ok(answer.status < 500, `${told} ${String(v.errors.at(-1)?.facts.error)}`)
  if (answer.status < 300) {
    const parsed = operation.answer.safeParse(answer.json)
    assert.ok(parsed.success, `${told} ${parsed.error?.message}`)
    return
  }
  assert.ok(answer.status >= 400, told)
  const parsed = problem.safeParse(answer.json)
  assert.ok(parsed.success && parsed.data.outcome === 'rejected', told)
  assert.doesNotMatch(answer.text, INSIDE, told)
  if (answer.status === 400 && answer.json.code !== 'invalid_cursor')
    assert.ok((parsed.data.errors?.length ?? 0) > 0, told)
}

for (const operation of OPERATIONS)
  test(`${operation.id} survives whatever is sent`, async () => {
    const dice = chance(
      SEED ^ operation.id.split('').reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7),
    )
    const shapes = {
      path: printed(operation.params),
      query: printed(operation.query),
      body: printed(operation.body),
    }
    for (const caller of callers) await renewKey(caller)
    let good = 0
    for (let run = 0; run < RUNS; run++) {
      const one = attempt(dice, operation, shapes)
      const before = essence()
      const { nextDue } = v.venue.sequencer.state
      const answer = await v.send(operation.method, one.path, one.sent)
      check(operation, one, answer)
      if (answer.status < 300) good++
      // A timer or a phase that ended just then changes something by itself.
      else if (v.venue.sequencer.state.at < nextDue)
        assert.equal(
          essence(),
          before,
          `a refusal changed something: ${operation.method} ${one.path} ${answer.text}`,
        )
    }
    assert.deepEqual(v.errors, [])
    audit(v.venue.sequencer.state)
    if (operation.params === undefined) assert.ok(good > 0, 'some of it was done')
  })
