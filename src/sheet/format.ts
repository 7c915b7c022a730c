import type { Ability, PostedModel, ReadSheet, SheetFormat } from './posted-model.ts'
import { dollarsOnly, keyOf, optionalPrice, priceIn, readRows, RowFault, tokensIn } from './posted-model.ts'

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectAt = (row: Fields, name: string): Fields => {
  const value = row[name]
  return isObject(value) ? value : {}
}
const abilitiesOf = (stated: Partial<Record<Ability, unknown>>): Ability[] =>
  (['tools', 'json_schema', 'vision', 'logprobs'] as const).filter((one) => stated[one] === true)

const MILLION = 1_000_000
const UNSCORED = { text: null, code: null, agent: null }

/** What is wrong with a document as a whole, in words, or its rows. */
export type Reading = { fault: string } | { sheet: ReadSheet }

/** models.dev: `api.json`, providers with their models; dollars per million tokens. */
function readModelsDev(document: Fields): Reading {
  const rows: [string, { provider: string; name: string; model: Fields }][] = []
  for (const [provider, value] of Object.entries(document)) {
    if (!isObject(value) || !isObject(value['models']))
      return { fault: `${provider} has no models: this is not models.dev's api.json` }
    for (const [name, model] of Object.entries(value['models']))
      rows.push([`${provider}/${name}`, { provider, name, model: isObject(model) ? model : {} }])
  }
  return { sheet: readRows(rows, (id, { provider, name, model }) => modelsDevRow(id, provider, name, model)) }
}

function modelsDevRow(id: string, provider: string, name: string, model: Fields): PostedModel | null {
  const { output = ['text'], input = [] } = objectAt(model, 'modalities') as Record<string, unknown>
  if (!Array.isArray(output) || !output.includes('text')) return null
  const cost = objectAt(model, 'cost')
  dollarsOnly(cost['currency'], 'cost.currency')
  const limit = objectAt(model, 'limit')
  return {
    id,
    provider,
    key: keyOf(typeof model['base_model'] === 'string' ? model['base_model'] : name),
    input: priceIn(cost['input'], MILLION, 'cost.input'),
    cachedInput: optionalPrice(cost['cache_read'], MILLION, 'cost.cache_read'),
    output: priceIn(cost['output'], MILLION, 'cost.output'),
    contextTokens: tokensIn(limit['context'], 'limit.context'),
    outputTokens: tokensIn(limit['output'], 'limit.output'),
    abilities: abilitiesOf({
      tools: model['tool_call'],
      json_schema: model['structured_output'],
      vision: Array.isArray(input) && input.includes('image'),
    }),
    scores: UNSCORED,
  }
}

/** LiteLLM: `model_prices_and_context_window.json`; dollars per token. */
function readLiteLlm(document: Fields): Reading {
  const rows = Object.entries(document).filter(
    (entry): entry is [string, Fields] => entry[0] !== 'sample_spec' && isObject(entry[1]),
  )
  if (!rows.some(([, row]) => 'litellm_provider' in row))
    return { fault: "no row names a litellm_provider: this is not LiteLLM's price file" }
  return { sheet: readRows(rows, liteLlmRow) }
}

function liteLlmRow(id: string, row: Fields): PostedModel | null {
  if (row['mode'] !== 'chat' && row['mode'] !== 'completion' && row['mode'] !== 'responses') return null
  dollarsOnly(row['currency'], 'currency')
  return {
    id,
    provider: typeof row['litellm_provider'] === 'string' ? row['litellm_provider'] : '',
    key: keyOf(id),
    input: priceIn(row['input_cost_per_token'], 1, 'input_cost_per_token'),
    cachedInput: optionalPrice(row['cache_read_input_token_cost'], 1, 'cache_read_input_token_cost'),
    output: priceIn(row['output_cost_per_token'], 1, 'output_cost_per_token'),
    contextTokens: tokensIn(row['max_input_tokens'] ?? row['max_tokens'], 'max_input_tokens'),
    outputTokens: tokensIn(row['max_output_tokens'] ?? row['max_tokens'], 'max_output_tokens'),
    abilities: abilitiesOf({
      tools: row['supports_function_calling'],
      json_schema: row['supports_response_schema'],
      vision: row['supports_vision'],
    }),
    scores: UNSCORED,
  }
}

/** OpenRouter: `GET /api/v1/models`; dollars per token as text. */
function readOpenRouter(document: Fields): Reading {
  const { data } = document
  if (!Array.isArray(data))
    return { fault: "there is no list in data: this is not OpenRouter's list of models" }
  const rows = data.map((row: unknown, at): [string, Fields] => {
    const fields = isObject(row) ? row : {}
    return [typeof fields['id'] === 'string' ? fields['id'] : `row ${at + 1}`, fields]
  })
  return { sheet: readRows(rows, openRouterRow) }
}

function openRouterRow(id: string, row: Fields): PostedModel | null {
  if (typeof row['id'] !== 'string') throw new RowFault('id', 'missing')
  const architecture = objectAt(row, 'architecture')
  const output = architecture['output_modalities']
  if (Array.isArray(output) && !output.includes('text')) return null
  const pricing = objectAt(row, 'pricing')
  dollarsOnly(pricing['currency'], 'pricing.currency')
  const able = new Set(Array.isArray(row['supported_parameters']) ? row['supported_parameters'] : [])
  const input = architecture['input_modalities']
  const provider = objectAt(row, 'top_provider')
  const scores = objectAt(objectAt(row, 'benchmarks'), 'artificial_analysis')
  const score = (name: string) => (typeof scores[name] === 'number' ? scores[name] : null)
  return {
    id,
    provider: 'openrouter',
    key: keyOf(id),
    input: priceIn(pricing['prompt'], 1, 'pricing.prompt'),
    cachedInput: optionalPrice(pricing['input_cache_read'], 1, 'pricing.input_cache_read'),
    output: priceIn(pricing['completion'], 1, 'pricing.completion'),
    contextTokens: tokensIn(row['context_length'], 'context_length'),
    outputTokens: tokensIn(provider['max_completion_tokens'], 'top_provider.max_completion_tokens'),
    abilities: abilitiesOf({
      tools: able.has('tools'),
      json_schema: able.has('structured_outputs'),
      vision: Array.isArray(input) && input.includes('image'),
      logprobs: able.has('logprobs'),
    }),
    scores: {
      text: score('intelligence_index'),
      code: score('coding_index'),
      agent: score('agentic_index'),
    },
  }
}

const READERS: Record<SheetFormat, (document: Fields) => Reading> = {
  models_dev: readModelsDev,
  litellm: readLiteLlm,
  openrouter: readOpenRouter,
}

/**
 * Reads a price sheet of a known format. A document of another shape, or without one good price, is refused.
 */
export function readSheet(format: SheetFormat, document: unknown): Reading {
  if (!isObject(document)) return { fault: 'the document is not a JSON object' }
  const reading = READERS[format](document)
  if ('fault' in reading || reading.sheet.models.length > 0) return reading
  const [first] = reading.sheet.refused
  const why = first === undefined ? '' : `; ${first.id}: ${first.field} is ${first.reason}`
  return { fault: `no row has a price that can be used${why}` }
}
