import { readFileSync } from 'node:fs'
import type { Client } from '../client/client.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { Arrival } from './demand-trace.ts'
import { coding, conversation } from './demand-trace.ts'
import type { PostedModel } from './posted-price.ts'
import { postedPrices } from './posted-price.ts'
import type { Supplier } from './suppliers.ts'
import { modelsFor } from './suppliers.ts'

/** The demand that a grade's buyers bring: agents write code and talk. */
export const demandOf = (task: InstrumentOut['spec']['task']): readonly Arrival[] =>
  ({ text: conversation, code: coding, agent: [...coding, ...conversation], embeddings: [] })[task]

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

const SAMPLE = new URL('../../docs/samples/models-dev-2026-07-02.json', import.meta.url)
const NAME = 'models.dev sample'

/** The last part of a model's name, by which its mapping knows it. */
const keyOf = (model: string): string => (model.split('/').at(-1) ?? model).toLowerCase()

/**
 * Takes in the sample price sheet, and says of each grade which posted models its suppliers' stand-ins play.
 * Once in the life of a data folder: what the operator decided later stays.
 */
export async function postPrices(
  operator: Client,
  suppliers: readonly Supplier[],
  instruments: readonly InstrumentOut[],
): Promise<void> {
  if ((await operator.sheets.list()).some(({ name }) => name === NAME)) return
  await operator.sheets.import({
    name: NAME,
    format: 'models_dev',
    source: 'anomalyco/models.dev at f3fc6922, 24 offers',
    licence: 'MIT',
    as_of: '2026-07-02',
    document: readFileSync(SAMPLE, 'utf8'),
  })
  const reason = 'A supplier of the sample market plays this model'
  for (const instrument of instruments) {
    const played = suppliers.flatMap((supplier) => modelsFor(supplier, instrument))
    const keys = new Set(played.map(({ priced }) => keyOf(postedPrices[priced].model)))
    for (const key of keys) await operator.sheets.decide(instrument.id, { key, include: true, reason })
  }
}

/** GPUs and goodput by tier of grade: invented, as the source says. */
const RACKS = {
  standard: { hardware: '1 × sample GPU', gpus: 1, goodput_per_second: 6_000 },
  prime: { hardware: '4 × sample GPU', gpus: 4, goodput_per_second: 8_000 },
  max: { hardware: '8 × sample GPU', gpus: 8, goodput_per_second: 6_000 },
} as const

/** Puts invented cost inputs on record, so that there are spreads to look at. */
export async function stateCosts(operator: Client, instruments: readonly InstrumentOut[]): Promise<void> {
  if ((await operator.efficiency.list()).length > 0) return
  for (const { id, model } of instruments) {
    const rack = RACKS[model.split('-').at(-1) as keyof typeof RACKS]
    if (rack === undefined) continue
    await operator.efficiency.declare(id, {
      ...rack,
      gpu_hour: '2.50',
      gpu_hour_tier: 'D',
      goodput_tier: 'D',
      capital_per_gpu_hour: '1.10',
      overhead_per_gpu_hour: '0.30',
      watts_per_gpu: 700,
      pue: '1.25',
      kwh: '0.08',
      own_tier: 'D',
      source: 'Sample market: invented inputs that show the form',
    })
  }
}
