import type { Chance } from '../base/chance.ts'
import { pick } from '../pool/item.ts'

const NOUNS =
  `river market harbour engine garden teacher forest bridge window letter station valley island mountain
  farmer kitchen village tower doctor library`.split(/\s+/)
const VERBS = `follows watches crosses remembers finds leaves opens carries meets holds`.split(/\s+/)
const KINDS = `old quiet bright narrow busy distant gentle wooden early open`.split(/\s+/)

/** Sentences of about ten tokens each: with what stands around them, about a thousand tokens of prompt. */
const SENTENCES = 95
/** One sentence of no meaning, about ten tokens long. */
export const sentence = (chance: Chance): string =>
  `The ${pick(chance, KINDS)} ${pick(chance, NOUNS)} ${pick(chance, VERBS)} the ` +
  `${pick(chance, NOUNS)} near the ${pick(chance, NOUNS)}.`

/** A prompt of about 1,000 tokens that no cache has seen and that asks for a long answer. */
export function pacePrompt(chance: Chance, words = 200): string {
  const notes = Array.from({ length: SENTENCES }, () => sentence(chance)).join(' ')
  return (
    `Notes, page ${chance.below(1_000_000_000)}. ${notes}\n\n` +
    `Continue these notes in plain prose, with at least ${words} words.`
  )
}
