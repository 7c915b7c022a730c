// Price sheets: what is taken from each format, and what is refused by name of the field.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { readSheet } from '../../src/sheet/format.ts'
import type { ReadSheet, SheetFormat } from '../../src/sheet/posted-model.ts'

function sheetOf(format: SheetFormat, document: unknown): ReadSheet {
  const reading = readSheet(format, document)
  assert.ok('sheet' in reading, JSON.stringify(reading))
  return reading.sheet
}
const faultOf = (format: SheetFormat, document: unknown): string => {
  const reading = readSheet(format, document)
  return 'fault' in reading ? reading.fault : 'taken'
}

const GOOD = { pricing: { prompt: '0.0000004', completion: '0.0000012' } }
const openRouter = (...rows: object[]) => ({ data: [{ id: 'lab/good', ...GOOD }, ...rows] })
const refusedOf = (pricing: unknown) =>
  sheetOf('openrouter', openRouter({ id: 'lab/bad', pricing })).refused.map(({ field, reason }) => [
    field,
    reason,
  ])

test('the three formats say the same of one model', () => {
  const fromRouter = sheetOf('openrouter', {
    data: [
      {
        id: 'lab/one',
        context_length: 131_072,
        architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
        pricing: { prompt: '0.0000004', completion: '0.0000012', input_cache_read: '0.0000001' },
        top_provider: { max_completion_tokens: 16_384 },
        supported_parameters: ['tools', 'structured_outputs'],
        benchmarks: { artificial_analysis: { intelligence_index: 40 } },
      },
    ],
  }).models[0]
  const fromLite = sheetOf('litellm', {
    sample_spec: { mode: 'one of: chat' },
    'lab/one': {
      litellm_provider: 'openrouter',
      mode: 'chat',
      input_cost_per_token: 4e-7,
      output_cost_per_token: 1.2e-6,
      cache_read_input_token_cost: 1e-7,
      max_input_tokens: 131_072,
      max_output_tokens: 16_384,
      supports_function_calling: true,
      supports_response_schema: true,
      supports_vision: true,
    },
  }).models[0]
  const fromDev = sheetOf('models_dev', {
    openrouter: {
      models: {
        'lab/one': {
          cost: { input: 0.4, output: 1.2, cache_read: 0.1 },
          limit: { context: 131_072, output: 16_384 },
          modalities: { input: ['text', 'image'], output: ['text'] },
          tool_call: true,
          structured_output: true,
        },
      },
    },
  }).models[0]
  assert.equal(fromRouter?.scores.text, 40)
  for (const one of [fromLite, fromDev])
    assert.deepEqual({ ...one, id: '', scores: null }, { ...fromRouter, id: '', scores: null })
  assert.deepEqual(
    [fromRouter?.input, fromRouter?.cachedInput, fromRouter?.output, fromRouter?.key],
    [400_000, 100_000, 1_200_000, 'one'],
  )
})

test('a price that is missing, negative, zero, absurd or no number is refused by its field', () => {
  const { prompt, completion } = GOOD.pricing
  assert.deepEqual(refusedOf({ completion }), [['pricing.prompt', 'missing']])
  assert.deepEqual(refusedOf({ prompt, completion: null }), [['pricing.completion', 'missing']])
  assert.deepEqual(refusedOf({ prompt: '-1', completion }), [['pricing.prompt', 'negative']])
  assert.deepEqual(refusedOf({ prompt, completion: '0' }), [
    ['pricing.completion', 'zero: a free offer is not a price'],
  ])
  assert.deepEqual(refusedOf({ prompt: '0.4', completion }), [
    ['pricing.prompt', 'above $10,000 per million tokens'],
  ])
  assert.deepEqual(refusedOf({ prompt: 'cheap', completion }), [['pricing.prompt', 'not a number']])
  assert.deepEqual(refusedOf({ prompt: Number.NaN, completion }), [['pricing.prompt', 'not a number']])
  assert.deepEqual(refusedOf({ prompt, completion, input_cache_read: '0.000001' }), [
    ['cached input', 'dearer than input that is not cached'],
  ])
})

test('a row in another currency is refused, and the others are not converted by guess', () => {
  const { refused, models } = sheetOf(
    'openrouter',
    openRouter({ id: 'lab/euro', pricing: { ...GOOD.pricing, currency: 'EUR' } }),
  )
  assert.deepEqual(refused, [
    { id: 'lab/euro', field: 'pricing.currency', reason: 'prices in US dollars only' },
  ])
  assert.equal(models.length, 1)
  assert.deepEqual(refusedOf({ ...GOOD.pricing, currency: 'usd' }), [])
})

test('a document of another shape, or without one good price, is refused whole and says why', () => {
  assert.match(faultOf('openrouter', { models: [] }), /not OpenRouter's/)
  assert.match(faultOf('models_dev', { data: [] }), /not models\.dev's/)
  assert.match(faultOf('litellm', { one: { price: 1 } }), /not LiteLLM's/)
  assert.match(faultOf('litellm', [1, 2]), /not a JSON object/)
  assert.match(faultOf('openrouter', { data: [] }), /no row has a price/)
  assert.match(
    faultOf('openrouter', { data: [{ id: 'x', pricing: { prompt: '-1' } }] }),
    /x: pricing\.prompt is negative/,
  )
})

test('what posts no text is skipped and is no fault', () => {
  const image = { litellm_provider: 'x', mode: 'image_generation', output_cost_per_image: 0.04 }
  const chat = {
    litellm_provider: 'x',
    mode: 'chat',
    input_cost_per_token: 1e-6,
    output_cost_per_token: 1e-6,
  }
  const { models, skipped, refused } = sheetOf('litellm', { image, chat })
  assert.deepEqual([models.length, skipped, refused.length], [1, 1, 0])
})

test('whatever a document holds, reading it gives good prices or a reason, and never throws', () => {
  const json = fc.jsonValue()
  fc.assert(
    fc.property(
      fc.constantFrom<SheetFormat>('models_dev', 'litellm', 'openrouter'),
      json,
      (format, value) => {
        for (const document of [value, { data: [value] }, { p: { models: { m: value } } }]) {
          const reading = readSheet(format, document)
          if ('fault' in reading) assert.ok(reading.fault.length > 0)
          else
            for (const { input, output } of reading.sheet.models)
              assert.ok(
                Number.isSafeInteger(input) && input > 0 && Number.isSafeInteger(output) && output > 0,
              )
        }
      },
    ),
  )
})

test('the sample sheet is taken whole', () => {
  const here = dirname(fileURLToPath(import.meta.url))
  const sample = readFileSync(join(here, '..', '..', 'docs', 'samples', 'models-dev-2026-07-02.json'), 'utf8')
  const { models, refused } = sheetOf('models_dev', JSON.parse(sample))
  assert.deepEqual([models.length, refused], [24, []])
})

const REAL = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'shared', 'data', 'prices')
const real: [SheetFormat, string, number][] = [
  ['models_dev', 'models.dev_providers.2026-07-02.json', 3_000],
  ['litellm', 'litellm_model_prices_and_context_window.2026-07-24.json', 1_500],
  ['openrouter', 'openrouter_models.2026-08-01.json', 250],
]
for (const [format, file, least] of real) {
  const path = join(REAL, file)
  if (existsSync(path))
    test(`a whole sheet of ${format}, where there is one`, () => {
      const { models, refused } = sheetOf(format, JSON.parse(readFileSync(path, 'utf8')))
      assert.ok(models.length > least, `${models.length} models`)
      for (const { field, reason } of refused) assert.ok(field !== '' && reason !== '')
    })
}
