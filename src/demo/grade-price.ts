import type { InstrumentOut } from '../wire/instrument.ts'
import type { Arrival } from './demand-trace.ts'
import { coding, conversation } from './demand-trace.ts'
import type { PostedModel } from './posted-price.ts'
import { postedPrices } from './posted-price.ts'
import type { Supplier } from './suppliers.ts'
import { modelsFor } from './suppliers.ts'

/** The demand that a grade's buyers bring: agents write code and talk. */
export const demandOf = (task: InstrumentOut['spec']['task']): readonly Arrival[] =>
  ({ text: conversation, code: coding, agent: [...coding, ...conversation] })[task]

const MICROS_PER_DOLLAR = 1_000_000

/**
 * What a unit of a grade costs, in dollars, at the low posted price of a model, over the mix of the demand
 * trace.
 */
export function postedUnitPrice(model: PostedModel, { spec }: InstrumentOut): number {
  const { inputLow, outputLow } = postedPrices[model]
  let paid = 0
  let weighted = 0
  for (const { inputTokens, outputTokens } of demandOf(spec.task)) {
    paid += inputTokens * inputLow + outputTokens * outputLow
    weighted += inputTokens * Number(spec.weights.input) + outputTokens * Number(spec.weights.output)
  }
  return paid / weighted / MICROS_PER_DOLLAR
}

/**
 * Where the price of a grade is drawn to: the mean over the models that its suppliers run. In dollars per
 * unit.
 */
export function anchorPrice(suppliers: readonly Supplier[], instrument: InstrumentOut): number {
  const prices = suppliers.flatMap((supplier) =>
    modelsFor(supplier, instrument).map((model) => postedUnitPrice(model.priced, instrument)),
  )
  return prices.reduce((sum, price) => sum + price, 0) / prices.length
}
