import type { Answer } from '../dialect/answer.ts'
import type { ReasoningDetail } from '../wire/openai.ts'

/** Marks an envelope of ours: several sealed things, or signatures, that a client keeps as one text. */
const ENVELOPE = 'busbar.'

/** The sealed reasoning of an answer as the one text that a client is to give back; null: there is none. */
export function sealedReasoning(answer: Answer): string | null {
  const data = answer.seals.flatMap((seal) => (seal.type === 'reasoning.encrypted' ? [seal.data] : []))
  const signed = answer.thoughts().filter(({ signature }) => signature !== null)
  if (data.length + signed.length === 0) return null
  const [only] = data
  if (only !== undefined && data.length === 1 && signed.length === 0 && !only.startsWith(ENVELOPE))
    return only
  const details: ReasoningDetail[] = [
    ...signed.map((thought) => ({ type: 'reasoning.text' as const, ...thought })),
    ...data.map((one) => ({ type: 'reasoning.encrypted' as const, data: one })),
  ]
  return ENVELOPE + Buffer.from(JSON.stringify(details)).toString('base64url')
}

/** What a client gives back: the text that was told, and what was sealed of it. */
export function unsealed(sealed: string | null, text: string): ReasoningDetail[] {
  const told: ReasoningDetail[] = text === '' ? [] : [{ type: 'reasoning.text', text }]
  if (sealed === null) return told
  if (!sealed.startsWith(ENVELOPE)) return [...told, { type: 'reasoning.encrypted', data: sealed }]
  const details = opened(sealed.slice(ENVELOPE.length))
  const isSigned = details.some(({ type }) => type === 'reasoning.text')
  return isSigned ? details : [...told, ...details]
}

/** Whether a sealed text is a supplier's, or an envelope of ours that can be opened. */
export const isSealed = (text: string): boolean =>
  !text.startsWith(ENVELOPE) || opened(text.slice(ENVELOPE.length)).length > 0

/** What is no envelope of ours holds nothing. */
function opened(text: string): ReasoningDetail[] {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return []
  }
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: Record<string, unknown> | null): ReasoningDetail[] => {
    const { type, text: words, signature, data } = entry ?? {}
    if (type === 'reasoning.encrypted' && typeof data === 'string') return [{ type, data }]
    if (type !== 'reasoning.text' || typeof words !== 'string' || typeof signature !== 'string') return []
    return [{ type, text: words, signature }]
  })
}
