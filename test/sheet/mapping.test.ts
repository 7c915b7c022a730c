// Posted models against instruments: by what sheets say, or by the operator's word.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launchSpecs } from '../../src/state/grade.ts'
import { gapsOf } from '../../src/sheet/gap.ts'
import { matchesOf, unitPrice } from '../../src/sheet/mapping.ts'
import type { PostedModel } from '../../src/sheet/posted-model.ts'

const SPECS = launchSpecs('0'.repeat(64))
const spec = (symbol: string) => {
  const found = SPECS.find((one) => one.symbol === symbol)
  assert.ok(found)
  return found
}

const model = (id: string, of: Partial<PostedModel> = {}): PostedModel => ({
  id,
  provider: id.split('/')[0] ?? '',
  key: id.split('/').at(-1) ?? id,
  input: 400_000,
  cachedInput: null,
  output: 1_200_000,
  contextTokens: 1_048_576,
  outputTokens: 131_072,
  abilities: ['tools', 'json_schema'],
  scores: { text: null, code: null, agent: null },
  ...of,
})
const scored = (at: number) =>
  model(`lab/scored-${at}`, { scores: { text: 10 * at, code: null, agent: null }, output: 2_000_000 + at })
const SCORED = [1, 2, 3, 4, 5, 6, 7, 8].map(scored)
const shelf = (models: PostedModel[], overrides: Parameters<typeof matchesOf>[0]['overrides'] = []) => ({
  sheets: [{ id: 1, models }],
  overrides,
})

test('a unit costs the same in every mix where prices are in the ratio of the weights', () => {
  const even = model('lab/even', { input: 250_000, output: 1_000_000 })
  for (const task of ['text-prime', 'code-prime', 'agent-prime'])
    assert.equal(unitPrice(even, spec(task)), 1_000_000)
  assert.equal(unitPrice(even, spec('text-prime'), { input: 1, output: 0 }), 1_000_000)
})

test('every lack is named: capability, context, output, score', () => {
  const weak = model('lab/weak', { abilities: ['tools'], contextTokens: 8_192, outputTokens: 4_096 })
  const [match] = matchesOf(shelf([weak]), 0, spec('text-prime'))
  assert.deepEqual(match?.misses, [
    'json_schema is not posted',
    'context 8192 of 131072',
    'output 4096 of 65536',
    'no published score',
  ])
  assert.equal(match?.included, false)
})

test('a score counts for the same model of another provider, and is placed among all that are published', () => {
  const copy = model('cheap/scored-7', { output: 600_000 })
  const matches = matchesOf(shelf([...SCORED, copy]), 0, spec('text-prime'))
  const counted = matches.filter(({ included }) => included).map((one) => one.model.id)
  assert.deepEqual(counted, [
    'cheap/scored-7',
    'lab/scored-5',
    'lab/scored-6',
    'lab/scored-7',
    'lab/scored-8',
  ])
  assert.equal(matches[0]?.place?.toFixed(2), '116.37')
})

test('fewer than eight scored models place nobody', () => {
  const matches = matchesOf(shelf(SCORED.slice(0, 7)), 0, spec('text-prime'))
  assert.ok(matches.every(({ place, included }) => place === null && !included))
})

test("the operator's word stands above the sheet, for that instrument alone", () => {
  const decided = [{ key: 'plain', instrument: 3, include: true, reason: 'our probes' }]
  const plain = [model('lab/plain')]
  assert.equal(matchesOf(shelf(plain, decided), 3, spec('text-prime'))[0]?.included, true)
  assert.equal(matchesOf(shelf(plain, decided), 4, spec('text-prime'))[0]?.included, false)
})

test('gaps are told between sheet and book, between grades, and between providers, widest first', () => {
  const met = matchesOf(
    shelf([...SCORED, model('cheap/scored-7', { output: 600_000 })]),
    0,
    spec('text-prime'),
  ).filter(({ included }) => included)
  const floor = met[0]?.unitPrice ?? 0
  const found = gapsOf([
    { name: 'TEXT_STANDARD-USD', task: 'text', floor: 85, bid: 3 * floor, ask: null, met: [] },
    { name: 'TEXT_PRIME-USD', task: 'text', floor: 100, bid: floor + 10, ask: 2 * floor, met },
    { name: 'CODE_PRIME-USD', task: 'code', floor: 115, bid: null, ask: 1, met: [] },
  ])
  const kinds = found.map(({ kind }) => kind)
  assert.deepEqual([...new Set(kinds)].sort(), [
    'better_grade_cheaper',
    'providers_differ',
    'sheet_below_bid',
  ])
  for (const { buyPrice, sellPrice } of found) assert.ok(buyPrice < sellPrice)
  const shares = found.map(({ buyPrice, sellPrice }) => sellPrice / buyPrice)
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => b - a),
  )
})
