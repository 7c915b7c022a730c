import { createHash, hash } from 'node:crypto'
import type { AccountId, OfferId } from '../base/ids.ts'
import { accountOf, offerOf } from '../state/account.ts'
import type { Reading } from '../state/command.ts'
import type { DrawSettled } from '../state/event.ts'
import type { State } from '../state/state.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { Answer } from '../dialect/answer.ts'
import type { ClaimBands } from '../meter/claim-band.ts'
import type { Outcome } from './attempt.ts'
import type { Draw } from './draw.ts'
import type { Prompt } from './prompt.ts'
import type { Disclosed } from './receipt.ts'
import { averagePrice } from './receipt.ts'
import type { Note, Usage } from '../surface/surface.ts'

/** The supplier's name, where its offer discloses it. */
export function disclosedName(state: State, offer: OfferId, supplier: AccountId): string {
  const isDisclosed = offerOf(state, offer)?.terms.disclosed === true
  return (isDisclosed ? accountOf(state, supplier)?.name : undefined) ?? 'undisclosed'
}

/** Who delivered, as receipts tell it. */
export const disclosed = (state: State, offer: OfferId, supplier: AccountId): Disclosed => ({
  supplier: disclosedName(state, offer, supplier),
  model: offerOf(state, offer)?.terms.traits?.model ?? null,
})

/** The supplier's name where its offer discloses it, in printable ASCII because it travels in a header. */
export function supplierName(state: State, offer: OfferId, supplier: AccountId): string {
  const name = disclosedName(state, offer, supplier)
  return /^[\x20-\x7e]+$/.test(name) ? name : encodeURIComponent(name)
}

export type Served = {
  outcome: Outcome
  draw: Draw
  /** The offer that was called last. */
  offer: OfferId
  prompt: Prompt
  outputMax: number
  attempts: number
  /** The supplier was asked for more than its committed rate. */
  aboveRate: boolean
  bands: ClaimBands
  /** The prompt is nothing but text. */
  isPlain: boolean
  rawBody: Uint8Array
}

/**
 * Counts what was delivered. Never more than what the draw covers: the buyer pays for no more than was held.
 */
export async function readUsage({ outcome, draw, prompt, outputMax }: Served): Promise<Usage> {
  const { input, output } = await prompt.countWith(outcome.answer.empty ? [] : outcome.answer.texts())
  draw.counted(input)
  const total = output.reduce((sum, tokens) => sum + tokens, 0)
  const most = Math.min(outputMax, draw.room)
  return { input, output: Math.min(total, most), reasoning: Math.min(output[0] ?? 0, most) }
}

/** What the exchange's own clock and meter say of the call, for it to judge. */
export function readingOf(served: Served, usage: Usage): Reading {
  const { outcome, attempts, aboveRate, rawBody } = served
  const { answer, ttft, blocked, kind } = outcome
  const reading: Reading = {
    inputTokens: usage.input,
    cachedTokens: 0,
    outputTokens: usage.output,
    finish: kind === 'aborted' ? 'aborted' : (answer.finish ?? 'stop'),
    ttft,
    generation: answer.lastAt - answer.firstAt,
    excused: kind === 'aborted' || blocked || aboveRate || answer.refusal !== '',
    attempts,
    claimedInput: answer.claim?.input ?? null,
    claimedOutput: answer.claim?.output ?? null,
    promptHash: hash('sha256', rawBody),
    outputHash: outputHash(answer),
  }
  const fits = claimFits(served, usage)
  if (fits !== undefined) reading.claimFits = fits
  return reading
}

/** Over the text of an answer, or over its vectors as 32-bit floats, lowest byte first. */
function outputHash(answer: Answer): string {
  if (answer.vectors.length === 0) return hash('sha256', answer.texts().join(''))
  const digest = createHash('sha256')
  for (const { buffer } of answer.vectors) digest.update(new Uint8Array(buffer))
  return digest.digest('hex')
}

/** Whether the supplier's claim fits what is usual of it. What was cut short is not compared. */
function claimFits({ outcome, offer, bands, isPlain }: Served, usage: Usage): boolean | undefined {
  const { claim } = outcome.answer
  if (claim === null || outcome.kind !== 'done' || outcome.cut !== null) return undefined
  const input = isPlain ? { counted: usage.input, claimed: claim.input } : null
  return bands.fit(offer, input, { counted: usage.output, claimed: claim.output })
}

/** What the buyer is told of a settlement. */
export function noteOf(settled: DrawSettled, supplier: string, { outcome }: Served): Note {
  return {
    receipt: printId('delivery', settled.draw),
    supplier,
    price: String(averagePrice(settled)),
    units: units(settled.used),
    cost: money(settled.cost - settled.refund),
    verdict: settled.verdict,
    truncated: outcome.cut,
  }
}
