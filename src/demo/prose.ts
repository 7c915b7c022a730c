import type { Chance } from '../base/chance.ts'
import { countTokens } from './piece.ts'
import { ASIDES, CLOSINGS, OPENINGS, SENTENCES, TOPIC_WORDS } from './sentence.ts'

/** Words that carry no subject. */
const SMALL = new Set(
  `about above after again also always and another answer any are because been before being below between
  both but can could did does doing done down each else ever every few for from give had has have having
  her here hers him his how into its itself just keep least less let like list made make many may might
  more most much must name need never not now off once one only other our out over own per please reply
  said same say sentence sentences she should show since some such tell than that the their them then
  there these they this those three through too two under until upon use using very want was were what
  when where which while who whole whom whose why will with within without word words would write you your
  explain describe summarise summarize`.split(/\s+/),
)

/** The words of a prompt that say what it is about, in order, each once. */
export function subjectWords(prompt: string): string[] {
  const words = prompt.matchAll(/[A-Za-z][A-Za-z'-]{2,}/g)
  const seen = new Map<string, string>()
  for (const { 0: word, index: at } of words) {
    const key = word.toLowerCase()
    const first = /(^|[.!?:\n]\s*)$/.test(prompt.slice(0, at))
    if (!SMALL.has(key) && !seen.has(key)) seen.set(key, first && word !== word.toUpperCase() ? key : word)
    if (seen.size === 40) break
  }
  return [...seen.values()]
}

/** The subject in a few words: a phrase of the prompt where it has one. */
function topicOf(prompt: string, words: readonly string[]): string {
  const phrase = /\b(?:about|of|on|for|is|are)\s+((?:[A-Za-z'-]+\s+){0,3}[A-Za-z'-]+)/i.exec(prompt)?.[1]
  const kept = phrase?.split(/\s+/) ?? []
  while (kept.length > 0 && !words.includes(kept.at(-1) ?? '')) kept.pop()
  if (kept.length > 0) return kept.join(' ')
  return words.slice(0, 2).join(' and ') || 'your question'
}

/** Draws from a list without repeating until all have been drawn. */
function drawFrom<Item>(items: readonly Item[], chance: Chance): () => Item {
  let left: Item[] = []
  return () => {
    if (left.length === 0) left = [...items]
    return left.splice(chance.below(left.length), 1)[0] as Item
  }
}

const PARAGRAPH = 4

/**
 * An answer of about `tokens` tokens on the prompt's own words, in sentences, at least one. The same for the
 * same prompt and chance.
 */
export function prose(prompt: string, tokens: number, chance: Chance): string {
  const words = subjectWords(prompt)
  const topic = topicOf(prompt, words)
  const subject = drawFrom(words.length > 2 ? words : [...words, ...TOPIC_WORDS], chance)
  const sentence = drawFrom(SENTENCES, chance)
  const fill = (line: string) =>
    line.replaceAll(/\{(\w+)\}/g, (_, slot: string) => (slot === 'topic' ? topic : subject()))
  const pick = (lines: readonly string[]) => fill(lines[chance.below(lines.length)] ?? '')
  const lines = [pick(OPENINGS)]
  const last = pick(CLOSINGS)
  let left = tokens - countTokens(lines[0] ?? '') - countTokens(last)
  while (left > 0) {
    const line = lines.length === PARAGRAPH * 2 - 1 ? pick(ASIDES) : fill(sentence())
    left -= countTokens(line)
    lines.push(line)
  }
  if (lines.length > 1) lines.push(last)
  return lines.reduce((text, line, at) => text + (at % PARAGRAPH === 0 ? '\n\n' : ' ') + line)
}
