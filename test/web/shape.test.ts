import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeOf } from '../../src/web/route.ts'
import { countdown, duration, period } from '../../src/web/shape/clock.ts'
import {
  cents,
  changeOf,
  compact,
  dollars,
  grouped,
  percent,
  spreadOf,
  tokenSize,
  trimmed,
} from '../../src/web/shape/number.ts'
import { gradeParts, specSentences } from '../../src/web/shape/spec.ts'
import { listing } from './stub-market.ts'

test('an amount keeps every digit while it is grouped', () => {
  assert.equal(grouped('1234567.8900'), '1,234,567.8900')
  assert.equal(grouped('9007199254740993.000001'), '9,007,199,254,740,993.000001')
  assert.equal(grouped('-12.50'), '−12.50')
  assert.equal(trimmed('12.500000'), '12.5')
  assert.equal(trimmed('12.000000'), '12')
})

test('dollars show two places, and more where the amount is smaller than that', () => {
  assert.equal(dollars('1000000.000000'), '$1,000,000.00')
  assert.equal(dollars('0.000111'), '$0.000111')
  assert.equal(dollars('-3.100000'), '−$3.10')
  assert.equal(cents('999.999999'), '$999.99', 'never more than there is')
})

test('volumes shrink to a few figures', () => {
  assert.deepEqual(['0', '7.921', '94.2', '638.9', '1234', '471000.5', '7400000', '2e9'].map(compact), [
    '0',
    '7.92',
    '94.2',
    '639',
    '1.2K',
    '471K',
    '7.4M',
    '2.0B',
  ])
})

test('a change is signed, and is nothing without a price to compare', () => {
  assert.deepEqual(changeOf('1.01', '1.00'), { text: '+1.00%', direction: 'up' })
  assert.deepEqual(changeOf('0.99', '1.00'), { text: '−1.00%', direction: 'down' })
  assert.deepEqual(changeOf('1.000001', '1.00'), { text: '0.00%', direction: 'flat' })
  assert.equal(changeOf('1.01', null), null)
  assert.equal(changeOf(null, '1.00'), null)
})

test('a spread is exact, and is nothing while a side is empty', () => {
  assert.deepEqual(spreadOf('0.7992', '0.8036', 4), { width: '0.0044', basisPoints: '55' })
  assert.equal(spreadOf(null, '0.8036', 4), null)
})

test('times and sizes read as people say them', () => {
  assert.equal(countdown(3 * 3_600_000 + 7 * 60_000 + 42_000), '3:07:42')
  assert.equal(countdown(61_000), '01:01')
  assert.equal(countdown(-5), '00:00')
  assert.equal(duration(850), '850 ms')
  assert.equal(duration(4_600), '4.6 s')
  assert.equal(period(14_400), '4 h')
  assert.equal(tokenSize(131_072), '128K')
  assert.equal(tokenSize(1_048_576), '1M')
  assert.equal(percent('0.002000'), '0.2%')
})

test('a grade is told in plain words', () => {
  const prime = listing().find((one) => one.model === 'text-prime')
  assert.ok(prime)
  const said = new Map(specSentences(prime))
  assert.equal(said.get('First token'), 'Within 4.6 s, plus 1 ms for each input token.')
  assert.equal(said.get('Size'), 'Reads up to 128K tokens, writes up to 64K.')
  assert.match(
    said.get('One unit') ?? '',
    /^1M output tokens, or 4M input tokens, or 16M cached input tokens/,
  )
})

test('a grade of embeddings is told by its vectors, and promises no words', () => {
  const prime = listing().find((one) => one.model === 'text-prime')
  assert.ok(prime)
  const vectors = { dimensions: 768, signs: '0'.repeat(256) }
  const spec = { ...prime.spec, task: 'embeddings' as const, vectors, output_tokens_max: 0 }
  const said = new Map(specSentences({ ...prime, spec }))
  assert.match(said.get('Vectors') ?? '', /^768 numbers and length 1/)
  assert.equal(said.get('One unit'), '4M input tokens, counted with o200k_base.')
  for (const label of ['Intelligence', 'Speed', 'Skills']) assert.equal(said.get(label), undefined)
  assert.deepEqual(gradeParts(spec), { floor: '–', latency: '4.6 s', throughput: '–' })
})

test('an address leads to the board, a market or the playground, and a wrong one is said to be wrong', () => {
  assert.deepEqual(routeOf(''), { view: 'board' })
  assert.deepEqual(routeOf('#/'), { view: 'board' })
  assert.deepEqual(routeOf('#/text_prime-usd'), { view: 'market', instrument: 'TEXT_PRIME-USD' })
  assert.deepEqual(routeOf('#/playground/code-max'), { view: 'playground', model: 'code-max' })
  assert.deepEqual(routeOf('#/device/WDJB-MJHT'), { view: 'device', code: 'WDJB-MJHT' })
  assert.deepEqual(routeOf('#/indices'), { view: 'indices' })
  assert.deepEqual(routeOf('#/sheets'), { view: 'sheets' })
  assert.deepEqual(routeOf('#/nowhere'), { view: 'unknown', path: 'nowhere' })
})
