// `busbar scorecard`, `intelligence`, `efficiency`, `gdp` and `statement`: tables, and the answer itself as JSON.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { intelligence } from '../../src/bulletin/intelligence.ts'
import { statement } from '../../src/wire/account.ts'
import { scorecards } from '../../src/wire/conduct.ts'
import { runLine, standIn } from './command-line.ts'

const AT = '2026-11-25T09:00:00.000000Z'
const INTELLIGENCE = intelligence.parse({
  at: AT,
  pool: 'pool-1',
  source: 'assigned',
  method: '/docs/methodology/intelligence.md',
  market: '101.20',
  frontier: '109.00',
  gap_second: '1.00',
  gap_tenth: null,
  data: [
    {
      supplier: 'Harbour AI',
      instrument: 'TEXT_MAX-USD',
      value: '109.00',
      low: '104.10',
      high: '113.90',
      at_least: '104.90',
      probes: 52,
      delivered: '12.500000',
    },
  ],
})
const SCORECARDS = scorecards.parse({
  as_of: AT,
  data: [
    {
      supplier: 'acc_4',
      name: 'Harbour AI',
      instrument: 'TEXT_PRIME-USD',
      score: 94.26,
      standing: 'A',
      effective_requests: 812.4,
      fulfilment: 0.991,
      latency: 0.97,
      throughput: 0.95,
      quality: null,
      meter: 1,
    },
  ],
})
const STATEMENT = statement.parse({
  account: 'acc_2',
  period: '2026-11',
  from: '2026-11-01T00:00:00.000000Z',
  to: '2026-12-01T00:00:00.000000Z',
  opening: '10.000000',
  closing: '3.994000',
  lines: [
    { kind: 'purchase', instrument: 'TEXT_PRIME-USD', amount: '-6.000000', units: '7.500000', count: 2 },
    { kind: 'trading_fee', instrument: 'TEXT_PRIME-USD', amount: '-0.006000', units: '0.000000', count: 2 },
  ],
  seq: 91,
})
const ANSWERS: Record<string, unknown> = {
  '/v1/indices/intelligence': INTELLIGENCE,
  '/v1/instruments/text-prime/scorecards': SCORECARDS,
  '/v1/instruments/text-max/scorecards': { as_of: AT, data: [] },
  '/v1/efficiency': { hour_seconds: 3600, pace: 1, data: [] },
  '/v1/statements?period=2026-11': STATEMENT,
  '/v1/statements': STATEMENT,
}

const url = await standIn({ after }, (request, response) => {
  const found = ANSWERS[request.url ?? '']
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found ?? { code: 'not_found', detail: request.url, outcome: 'rejected' }))
})

const busbar = (...line: string[]) => runLine(['--url', url, '--key', 'bb_x', ...line])

test('a scorecard shows the score, its standing and the bounds that make it', async () => {
  const { out } = await busbar('scorecard', 'text-prime')
  assert.match(
    out,
    /Harbour AI[^\n]* A [^\n]*94\.3[^\n]*0\.991[^\n]*0\.970[^\n]*0\.950[^\n]*-[^\n]*1\.000[^\n]*812/,
  )
  assert.deepEqual(JSON.parse((await busbar('scorecard', 'text-prime', '--json')).out).data, SCORECARDS.data)
  assert.match((await busbar('scorecard', 'text-max')).out, /no supplier has been measured/)
  assert.equal((await busbar('scorecard', 'text-none')).code, 1)
})

test('intelligence shows the market, the frontier and every supplier with its interval', async () => {
  const { out } = await busbar('intelligence')
  assert.match(out, /market 101\.20, frontier 109\.00, first to tenth -; pool pool-1/)
  assert.match(
    out,
    /Harbour AI[^\n]*TEXT_MAX-USD[^\n]*109\.00[^\n]*104\.10[^\n]*113\.90[^\n]*104\.90[^\n]*52/,
  )
})

test('efficiency says when nobody has declared anything', async () => {
  assert.match((await busbar('efficiency')).out, /nobody has declared/)
})

test('a statement goes from opening to closing; as CSV it is its lines', async () => {
  const { out } = await busbar('statement', '2026-11')
  assert.match(
    out,
    /opening[^\n]*10\.000000[^]*purchase[^\n]*-6\.000000[^]*trading fee[^]*closing[^\n]*3\.994000/,
  )
  const csv = (await busbar('statement', '--csv')).out
  assert.equal(csv.split('\r\n')[1], 'purchase,TEXT_PRIME-USD,-6.000000,7.500000,2')
  assert.deepEqual(JSON.parse((await busbar('statement', '--json')).out), STATEMENT)
})
