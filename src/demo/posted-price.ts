/**
 * Posted prices of open-weight models over all providers that list them, in µ$ per million tokens: the lower
 * quartile and the median of the offers.
 *
 * Source: anomalyco/models.dev at commit f3fc6922, `providers/**.toml`, as of 2026-07-02; copied 2026-11-22.
 * Licence: MIT. The demo's suppliers are invented; only these prices are facts.
 */
export type PostedPrice = {
  model: string
  offers: number
  inputLow: number
  input: number
  outputLow: number
  output: number
}

/** One line per model, cheapest first. */
export const postedPrices = {
  'gpt-oss-120b': {
    model: 'openai/gpt-oss-120b',
    offers: 30,
    inputLow: 72_000,
    input: 150_000,
    outputLow: 300_000,
    output: 575_000,
  },
  'gemma-4-31b': {
    model: 'google/gemma-4-31b-it',
    offers: 19,
    inputLow: 120_000,
    input: 130_000,
    outputLow: 360_000,
    output: 380_000,
  },
  'minimax-m3': {
    model: 'minimax/MiniMax-M3',
    offers: 15,
    inputLow: 300_000,
    input: 300_000,
    outputLow: 1_200_000,
    output: 1_200_000,
  },
  'deepseek-v4-pro': {
    model: 'deepseek/deepseek-v4-pro',
    offers: 33,
    inputLow: 435_000,
    input: 1_300_000,
    outputLow: 870_000,
    output: 2_600_000,
  },
  'kimi-k2.6': {
    model: 'moonshotai/kimi-k2.6',
    offers: 48,
    inputLow: 700_000,
    input: 950_000,
    outputLow: 3_500_000,
    output: 4_000_000,
  },
  'glm-5.2': {
    model: 'zhipuai/glm-5.2',
    offers: 33,
    inputLow: 1_260_000,
    input: 1_400_000,
    outputLow: 4_200_000,
    output: 4_400_000,
  },
} as const satisfies Record<string, PostedPrice>

/** A model with posted prices. */
export type PostedModel = keyof typeof postedPrices
