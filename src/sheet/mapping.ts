import type { Spec } from '../state/instrument.ts'
import type { PostedModel } from './posted-model.ts'

/** How many tokens go in for those that come out, by task. */
export type Mix = { input: number; output: number }

/**
 * Mean tokens of a request in the two Azure LLM inference traces of 2023 (AzurePublicDataset, CC-BY 4.0):
 * conversations and code; an agent's are both together.
 */
export const MIX: Record<Spec['task'], Mix> = {
  text: { input: 1_155, output: 211 },
  code: { input: 2_048, output: 28 },
  agent: { input: 3_203, output: 239 },
  embeddings: { input: 1_155, output: 0 },
}

/**
 * What a unit of the instrument costs at a model's posted prices over a mix, in µ$ and rounded up: tokens
 * paid at the sheet's prices, over tokens weighted by the spec.
 */
export function unitPrice(model: PostedModel, { task, weights }: Spec, mix: Mix = MIX[task]): number {
  const paid = mix.input * model.input + mix.output * model.output
  const weighted = mix.input * weights.input + mix.output * weights.output
  return Math.ceil((paid * 1_000_000) / weighted)
}

/** Where published scores lie: the frozen mean and spread of the scored models of one sheet. */
export type ScoreScale = { mean: number; deviation: number; models: number }

/** Fewer scored models than this place nobody. */
const SCORED_MIN = 8

/** A published score, or null where none is; of embeddings sheets publish none. */
const scoreIn = ({ scores }: PostedModel, task: Spec['task']): number | null =>
  task === 'embeddings' ? null : scores[task]

/** The scale of a task's scores over the models that have one, each once; null where there are too few. */
export function scaleOf(models: readonly PostedModel[], task: Spec['task']): ScoreScale | null {
  const scores = new Map<string, number>()
  for (const model of models) {
    const score = scoreIn(model, task)
    if (score !== null) scores.set(model.key, score)
  }
  if (scores.size < SCORED_MIN) return null
  const all = [...scores.values()]
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length
  const deviation = Math.sqrt(all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / all.length)
  return deviation === 0 ? null : { mean, deviation, models: scores.size }
}

/** A published score as a place on a scale like the Intelligence Index: 100 at the mean, 15 a deviation. */
export const placeOf = (score: number, { mean, deviation }: ScoreScale): number =>
  100 + (15 * (score - mean)) / deviation

/** Why a posted model would not meet a spec, as far as a sheet can say; nothing: it would. */
export function misses(model: PostedModel, spec: Spec, place: number | null): string[] {
  const faults = spec.capabilities
    .filter((one) => !model.abilities.includes(one))
    .map((one) => `${one} is not posted`)
  if (model.contextTokens === null) faults.push('its context is not posted')
  else if (model.contextTokens < spec.contextTokens)
    faults.push(`context ${model.contextTokens} of ${spec.contextTokens}`)
  if (model.outputTokens !== null && model.outputTokens < spec.outputTokensMax)
    faults.push(`output ${model.outputTokens} of ${spec.outputTokensMax}`)
  if (place === null) faults.push('no published score')
  else if (place < spec.intelligenceFloor)
    faults.push(`published score at ${place.toFixed(1)} of ${spec.intelligenceFloor}`)
  return faults
}

/** Someone's word on a model and an instrument, which stands above what the sheet says. */
export type Override = { key: string; instrument: number; include: boolean; reason: string }

/** One posted model held against one instrument. */
export type Match = {
  model: PostedModel
  sheet: number
  /** On the scale of published scores; null: none is published. */
  place: number | null
  misses: string[]
  override: Override | null
  included: boolean
  /** µ$ per unit. */
  unitPrice: number
}

/** Sheets with their models, and what was decided by hand. */
export type Shelf = {
  sheets: readonly { id: number; models: readonly PostedModel[] }[]
  overrides: readonly Override[]
}

/**
 * Every posted model against an instrument, cheapest first. A model's score counts wherever it is posted.
 */
export function matchesOf({ sheets, overrides }: Shelf, instrument: number, spec: Spec): Match[] {
  const models = sheets.flatMap((sheet) => sheet.models)
  const scale = scaleOf(models, spec.task)
  const scoreByKey = new Map<string, number>()
  for (const model of models) {
    const score = scoreIn(model, spec.task)
    if (score !== null) scoreByKey.set(model.key, score)
  }
  return sheets
    .flatMap((sheet) => sheet.models.map((model) => ({ sheet: sheet.id, model })))
    .map(({ sheet, model }): Match => {
      const score = scoreByKey.get(model.key)
      const place = score === undefined || scale === null ? null : placeOf(score, scale)
      const faults = misses(model, spec, place)
      const override = overrides.find((one) => one.key === model.key && one.instrument === instrument) ?? null
      const included = override === null ? faults.length === 0 : override.include
      return { model, sheet, place, misses: faults, override, included, unitPrice: unitPrice(model, spec) }
    })
    .sort((a, b) => a.unitPrice - b.unitPrice || (a.model.id < b.model.id ? -1 : 1))
}
