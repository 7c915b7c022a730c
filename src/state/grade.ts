import { lots, micros, ppm, ticks, wt } from '../base/money.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'
import type { Spec, WrittenTask } from './instrument.ts'

type Grade = 'standard' | 'prime' | 'max'

const TASKS: readonly WrittenTask[] = ['text', 'code', 'agent']
const GRADES: readonly Grade[] = ['standard', 'prime', 'max']
const K = 1_024

/** Floors on the Intelligence Index, and the speed that every task of a grade shares. */
const FLOOR = {
  standard: { intelligence: 85, tokensPerSecond: 100, context: 128 * K, output: 16 * K },
  prime: { intelligence: 100, tokensPerSecond: 40, context: 128 * K, output: 64 * K },
  max: { intelligence: 115, tokensPerSecond: 30, context: 1_024 * K, output: 128 * K },
} as const

/** Milliseconds to the first content token, before 1 ms per input token. */
const FIRST_TOKEN_MS: Record<WrittenTask, Record<Grade, number>> = {
  text: { standard: 1_300, prime: 4_600, max: 3_500 },
  code: { standard: 1_500, prime: 4_000, max: 5_000 },
  agent: { standard: 2_000, prime: 5_000, max: 6_000 },
}

/** Where trading starts, in ticks of 100 µ$ per unit. The market moves it from there. */
const LISTING_TICKS: Record<WrittenTask, Record<Grade, number>> = {
  text: { standard: 3_000, prime: 8_000, max: 40_000 },
  code: { standard: 4_000, prime: 10_000, max: 50_000 },
  agent: { standard: 5_000, prime: 12_000, max: 60_000 },
}

function contextOf(task: WrittenTask, grade: Grade): number {
  if (task === 'agent' && grade === 'prime') return 256 * K
  if (task === 'agent' && grade === 'max') return 512 * K
  return FLOOR[grade].context
}

const title = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

function launchSpec(task: WrittenTask, grade: Grade, tokenizerSha256: string): Spec {
  const floor = FLOOR[grade]
  return {
    symbol: `${task}-${grade}`,
    name: `${title(task)} ${title(grade)}`,
    task,
    intelligenceFloor: floor.intelligence,
    latencyBaseMs: FIRST_TOKEN_MS[task][grade],
    latencyPerTokenUs: 1_000,
    throughputFloor: floor.tokensPerSecond,
    contextTokens: contextOf(task, grade),
    outputTokensMax: floor.output,
    capabilities: ['tools', 'json_schema'],
    reliability: ppm(990_000),
    tokenizer: { name: 'o200k_base', sha256: tokenizerSha256 },
    weights: { input: ppm(250_000), cachedInput: ppm(62_500), output: ppm(1_000_000) },
    lot: wt(10_000),
    tick: micros(100),
    window: 4 * MICROS_PER_HOUR,
    listingPrice: ticks(LISTING_TICKS[task][grade]),
    priceMax: ticks(4_000_000),
    orderMax: lots(1_000_000),
  }
}

/** The nine grades a new venue lists: text, code and agent, each standard, prime and max. */
export const launchSpecs = (tokenizerSha256: string): Spec[] =>
  TASKS.flatMap((task) => GRADES.map((grade) => launchSpec(task, grade, tokenizerSha256)))
