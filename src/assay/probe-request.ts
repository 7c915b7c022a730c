import type { Chance } from '../base/chance.ts'
import type { Item } from '../pool/item.ts'
import { pick } from '../pool/item.ts'
import type { ChatMessage, ChatRequest } from '../wire/openai.ts'
import { sentence } from './pace-prompt.ts'
import type { Shape } from './traffic-shape.ts'

/** Limits that ordinary requests name, for a market that has seen none. */
const LIMITS = [512, 1_024, 1_500, 2_048] as const
/** Room for an answer, where the request copied asked for less. */
const OUTPUT_LEAST = 512
/** A probe copies no longer prompt and no longer conversation than this: it is paid out of fees. */
const INPUT_MOST = 8_000
const TURNS_MOST = 7
/** Hotter than this, what a model answers says little of it. */
const TEMPERATURE_MOST = 1

const SYSTEMS = [
  'You are a helpful assistant.',
  'You are a careful assistant. Follow the instructions of the user exactly.',
  'Answer briefly and precisely.',
  'You help the staff of a small company with their daily questions.',
]

const tool = (name: string, description: string, properties: Record<string, object>) => ({
  type: 'function' as const,
  function: {
    name,
    description,
    parameters: { type: 'object', properties, required: Object.keys(properties) },
  },
})

const TEXT = { type: 'string' }
const TOOLS = [
  tool('search_documents', 'Search the documents of the workspace.', { query: TEXT }),
  tool('create_ticket', 'Open a ticket for the support team.', { title: TEXT, body: TEXT }),
  tool('send_message', 'Send a message to a colleague.', { to: TEXT, text: TEXT }),
  tool('list_events', 'List the events of a day.', { day: { type: 'string', format: 'date' } }),
]

const CHARS_PER_TOKEN = 3.5
const charsOf = (messages: readonly { content: string }[]): number =>
  messages.reduce((sum, { content }) => sum + content.length, 0)

/** Notes without a question, of about so many characters: one paragraph. */
function notes(chars: number, chance: Chance): string {
  const lines: string[] = []
  for (let left = chars; left > 0; left -= (lines.at(-1)?.length ?? 0) + 1) lines.push(sentence(chance))
  return lines.join(' ')
}

/** How many items with their answers come before the one that is graded. */
export const earlierIn = (shape: Shape | undefined): number =>
  shape === undefined ? 0 : Math.max(0, Math.floor((Math.min(shape.turns, TURNS_MOST) - 1) / 2))

/**
 * An item as a request of a shape: as many messages, as long a prompt, the same settings. What stands before
 * the item are earlier items with their answers, and notes that say nothing.
 */
export function probeRequest(
  item: Item,
  earlier: readonly Item[],
  shape: Shape | undefined,
  chance: Chance,
): Omit<ChatRequest, 'model'> {
  if (shape === undefined)
    return { messages: [{ role: 'user', content: item.prompt }], max_tokens: pick(chance, LIMITS) }
  const turns = [
    ...(shape.hasSystem ? [{ role: 'system' as const, content: pick(chance, SYSTEMS) }] : []),
    ...earlier.flatMap(({ prompt, answer }) => [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: answer },
    ]),
    { role: 'user' as const, content: item.prompt },
  ] satisfies ChatMessage[]
  const missing = Math.min(shape.inputTokens, INPUT_MOST) * CHARS_PER_TOKEN - charsOf(turns)
  const first = turns.find(({ role }) => role === 'user')
  if (missing > 0 && first !== undefined) first.content = `${notes(missing, chance)}\n\n${first.content}`
  const { outputMax, temperature, topP, tools } = shape
  return {
    messages: turns,
    ...(outputMax !== null && { max_tokens: Math.max(OUTPUT_LEAST, outputMax) }),
    ...(temperature !== null && temperature <= TEMPERATURE_MOST && { temperature }),
    ...(topP !== null && { top_p: topP }),
    ...(tools > 0 && { tools: TOOLS.slice(0, tools) }),
  }
}
