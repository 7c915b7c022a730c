// `busbar assay` as a person and as a script meet it: what is asked, what is printed, and the exit code.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Assay, AssayOrder } from '../../src/assay/endpoint-assay.ts'
import type { VenueParts } from '../../src/cli/venue-commands.ts'
import { runLine } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-assay-'))
after(() => rmSync(folder, { recursive: true }))

const FOUND: Assay = {
  pool: '2026-11',
  seed: 7,
  plan: 'brief',
  requests: 70,
  failures: [],
  cut: null,
  firstTokenMs: { p50: 120, p95: 180 },
  tokensPerSecond: { p50: 88, p5: 71 },
  paced: { asked: 10, inputTokens: 980, outputTokens: 128 },
  capabilities: [
    { capability: 'tools', passed: 1, asked: 1, fault: null },
    { capability: 'vision', passed: 0, asked: 1, fault: 'did not name the colour of the picture' },
  ],
  items: [{ kind: 'number', template: 'arithmetic', passed: 4, asked: 5 }],
  scores: [{ task: 'text', value: 108.24, low: 102.1, high: 114.4, atLeast: 103.1, items: 100 }],
  grades: [
    { grade: 'text-standard', clears: false, missed: ['throughput'], measures: [measure('throughput')] },
    { grade: 'text-prime', clears: true, missed: [], measures: [] },
  ],
}

function measure(name: string) {
  return { name, measured: 'p5 71.0 tokens/s', required: '95 % at 100 tokens/s or more', passed: false }
}

async function busbar(line: string[], found: Assay = FOUND) {
  const orders: AssayOrder[] = []
  const assay: VenueParts['assay'] = async (order, onProgress) => {
    orders.push(order)
    onProgress(1, 2)
    return found
  }
  return { ...(await runLine(line, { assay })), order: orders[0] }
}

const LINE = ['assay', 'https://models.example.com/v1', '--model', 'm-1']

test('what was found is printed: speed, capabilities, items by kind, the score, and floors missed', async () => {
  const { out, code } = await busbar([...LINE, '--grade', 'all'])
  assert.equal(code, 0)
  for (const line of [
    /10 requests of 980 tokens, answered with 128/,
    /p50 120 ms, p95 180 ms/,
    /p50 88, p5 71/,
    /vision +failed +0 of 1: did not name the colour/,
    /arithmetic +number +4 of 5/,
    /text 108\.2 +102\.1 to 114\.4 from 100 items +103\.1/,
    /text-standard +misses 1 +throughput: p5 71\.0 tokens\/s; required: 95 % at 100/,
    /text-prime +clears/,
    /seed 7 asks the same questions again/,
  ])
    assert.match(out, line)
})

test('a script is told by the exit code: 2 where no grade is cleared, 1 where nothing was measured', async () => {
  const missed = await busbar([...LINE, '--grade', 'text-standard'], {
    ...FOUND,
    grades: FOUND.grades.slice(0, 1),
  })
  assert.deepEqual([missed.code, missed.err], [2, 'busbar: m-1 does not clear text-standard\n'])
  const failures = [{ code: 'unreachable', detail: 'ECONNREFUSED', count: 8 }]
  const silent = await busbar(LINE, { ...FOUND, requests: 8, failures })
  assert.equal(silent.code, 1)
  assert.match(silent.out, /^8 of 8 requests failed, unreachable: ECONNREFUSED\n/)
  assert.match(silent.err, /answered no request/)
})

test('with --json the whole finding is printed', async () => {
  const { out } = await busbar([...LINE, '--json'])
  assert.deepEqual(JSON.parse(out), FOUND)
})

test('everything that shapes the measurement can be said', async () => {
  const { order } = await busbar(
    [
      ...LINE,
      '--dialect',
      'anthropic',
      '--grade',
      'code-max',
      '--plan',
      'full',
      '--items',
      '80',
      '--seed',
      '9',
    ].concat(['--context', '200000', '--concurrency', '3']),
  )
  assert.deepEqual(order, {
    endpoint: {
      baseUrl: 'https://models.example.com/v1',
      dialect: 'anthropic',
      apiKey: null,
      model: 'm-1',
      headers: {},
    },
    grade: 'code-max',
    plan: 'full',
    items: 80,
    width: 3,
    contextTokens: 200_000,
    seed: 9,
  })
})

test('the key comes from a file or the environment, never from the command line, and is not printed', async (t) => {
  const file = join(folder, 'key')
  writeFileSync(file, 'sk-file\n')
  process.env.ASSAY_TEST_KEY = 'sk-env'
  t.after(() => delete process.env.ASSAY_TEST_KEY)
  const fromFile = await busbar([...LINE, '--key-file', file])
  assert.equal(fromFile.order?.endpoint.apiKey, 'sk-file')
  const fromEnv = await busbar([...LINE, '--key-env', 'ASSAY_TEST_KEY'])
  assert.equal(fromEnv.order?.endpoint.apiKey, 'sk-env')
  assert.doesNotMatch(fromFile.out + fromEnv.out, /sk-/)
  const named = await busbar(['--key', 'sk-argument', ...LINE])
  assert.deepEqual([named.code, named.order], [1, undefined])
  assert.match(named.err, /--key-env or --key-file/)
  assert.doesNotMatch(named.err, /sk-argument/)
  assert.match((await busbar([...LINE, '--key-env', 'ASSAY_NO_SUCH'])).err, /no ASSAY_NO_SUCH/)
})
