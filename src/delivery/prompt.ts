import type { Demand } from './demand.ts'
import type { Meter } from '../meter/meter.ts'

/** A prompt so short that its byte bound holds little too much: it is counted at the end, with the answer. */
const SHORT_BYTES = 4_096

/**
 * The count of one prompt. A long one is counted at once, beside the call, so that the units its bound holds
 * too much become room for the answer; a short one with the answer, in one question to the meter.
 */
export class Prompt {
  /** Tokens that must fit the context at once; 0 until they are counted. */
  context = 0
  private tokens: Promise<number> | null = null
  private readonly meter: Meter
  private readonly demand: Demand

  constructor(meter: Meter, demand: Demand) {
    this.meter = meter
    this.demand = demand
  }

  /** Starts to count a long prompt, and tells of its tokens when they are known. */
  begin(counted: (tokens: number) => void): void {
    if (this.demand.inputBound < SHORT_BYTES && this.tokens === null) return
    // Whoever needs the count hears of its failure.
    this.count().then(counted, () => {})
  }

  count(): Promise<number> {
    this.tokens ??= this.meter.count(this.demand.texts, true).then((counts) => this.sum(counts))
    return this.tokens
  }

  /** The prompt's tokens, and those of each text of the answer. */
  async countWith(texts: readonly string[]): Promise<{ input: number; output: number[] }> {
    if (this.tokens !== null) {
      const output = texts.length === 0 ? [] : await this.meter.count(texts)
      return { input: await this.tokens, output }
    }
    const counts = await this.meter.count([...texts, ...this.demand.texts])
    return { input: this.sum(counts.slice(texts.length)), output: counts.slice(0, texts.length) }
  }

  private sum(counts: readonly number[]): number {
    const { separate, imageTokens } = this.demand
    const all = counts.reduce((total, tokens) => total + tokens, imageTokens)
    this.context = separate ? counts.reduce((most, tokens) => Math.max(most, tokens), 0) : all
    return all
  }
}
