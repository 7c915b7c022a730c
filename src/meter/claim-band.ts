/** Replies after which a supplier's usual claim is known well. */
const LEARNED_AFTER = 200
/** Half the width of the band, as a share of our count: at first, and at least. */
const WIDTH_FIRST = 0.15
const WIDTH_LEAST = 0.03
/** So many mean deviations are still ordinary. */
const DEVIATIONS = 4
/** Tokens that a chat template adds to a prompt, and a final mark to an answer. */
const SLACK_TOKENS = { input: 32, output: 5 } as const
/**
 * How far vocabularies differ on the same text: a claim outside is no vocabulary, and teaches nothing. Other
 * published vocabularies make from 2 % fewer to 22 % more tokens of a text than ours.
 */
const [LEAST, MOST] = [0.85, 1.35]
/** Fewer tokens than these say nothing about a ratio. */
const TELLING_TOKENS = 16

/**
 * What one supplier claims for a text that we count, learned from its own claims: its vocabulary may be
 * another than ours, but it is always the same one. Nothing is paid by it.
 */
export class ClaimBand {
  private seen = 0
  /** What it claims for one token of ours, on average, and how far from that it usually is. */
  private usual = 1
  private deviation = 0
  private readonly slack: number

  constructor(of: 'input' | 'output') {
    this.slack = SLACK_TOKENS[of]
  }

  /** Whether a claim fits the band. A claim that is plausible moves it. */
  fits(counted: number, claimed: number): boolean {
    const ratio = claimed / Math.max(1, counted)
    const isPlausible = counted >= TELLING_TOKENS && ratio >= LEAST && ratio <= MOST
    if (isPlausible) this.learn(ratio)
    return Math.abs(claimed - counted * this.usual) <= counted * this.width + this.slack
  }

  /** Half the width, as a share of our count. */
  get width(): number {
    if (this.seen < LEARNED_AFTER) return WIDTH_FIRST
    return Math.min(WIDTH_FIRST, Math.max(WIDTH_LEAST, DEVIATIONS * this.deviation))
  }

  private learn(ratio: number): void {
    this.seen = Math.min(LEARNED_AFTER, this.seen + 1)
    this.usual += (ratio - this.usual) / this.seen
    this.deviation += (Math.abs(ratio - this.usual) - this.deviation) / this.seen
  }
}

/** What was counted of a delivery, and what its supplier claims; null where it claims nothing. */
export type Claimed = { counted: number; claimed: number | null }

/** The bands of all suppliers: one for what they read and one for what they write, for each offer. */
export class ClaimBands {
  private readonly bands = new Map<number, { input: ClaimBand; output: ClaimBand }>()

  /** Whether everything that is claimed fits; nothing where nothing is. Null: not to be compared. */
  fit(offer: number, input: Claimed | null, output: Claimed): boolean | undefined {
    const bands = this.of(offer)
    const verdicts: boolean[] = []
    if (input !== null && input.claimed !== null)
      verdicts.push(bands.input.fits(input.counted, input.claimed))
    if (output.claimed !== null) verdicts.push(bands.output.fits(output.counted, output.claimed))
    return verdicts.length === 0 ? undefined : verdicts.every((fits) => fits)
  }

  private of(offer: number): { input: ClaimBand; output: ClaimBand } {
    const existing = this.bands.get(offer)
    if (existing !== undefined) return existing
    const fresh = { input: new ClaimBand('input'), output: new ClaimBand('output') }
    this.bands.set(offer, fresh)
    return fresh
  }
}
