import type { Chance } from '../base/chance.ts'
import type { InstrumentId } from '../base/ids.ts'
import type { ChatMessage, ChatRequest } from '../wire/openai.ts'

/** What a request looks like from outside: lengths, counts and settings, and not a word of it. */
export type Shape = {
  /** Of all messages, estimated from their bytes. */
  inputTokens: number
  hasSystem: boolean
  /** Messages of users and assistants. */
  turns: number
  tools: number
  outputMax: number | null
  temperature: number | null
  topP: number | null
}

/** The shapes of the latest requests of each instrument. */
export type Shapes = {
  note(instrument: InstrumentId, request: ChatRequest): void
  /** One of them by chance; undefined where there was no request yet. */
  draw(instrument: InstrumentId, chance: Chance): Shape | undefined
}

const KEPT = 256
const CHARS_PER_TOKEN = 3.5

function charsIn({ content }: ChatMessage): number {
  if (typeof content === 'string') return content.length
  if (!Array.isArray(content)) return 0
  return content.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0)
}

const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer'

function shapeOf(request: ChatRequest): Shape {
  const { messages } = request
  const chars = messages.reduce((sum, message) => sum + charsIn(message), 0)
  return {
    inputTokens: Math.ceil(chars / CHARS_PER_TOKEN),
    hasSystem: messages.some(isInstruction),
    turns: messages.filter(({ role }) => role === 'user' || role === 'assistant').length,
    tools: request.tool_choice === 'none' ? 0 : (request.tools?.length ?? 0),
    outputMax: request.max_completion_tokens ?? request.max_tokens ?? null,
    temperature: request.temperature ?? null,
    topP: request.top_p ?? null,
  }
}

export function createShapes(): Shapes {
  const rings = new Map<InstrumentId, { shapes: Shape[]; next: number }>()
  return {
    note(instrument, request) {
      const ring = rings.get(instrument) ?? { shapes: [], next: 0 }
      rings.set(instrument, ring)
      ring.shapes[ring.next] = shapeOf(request)
      ring.next = (ring.next + 1) % KEPT
    },
    draw(instrument, chance) {
      const shapes = rings.get(instrument)?.shapes ?? []
      return shapes[chance.below(Math.max(1, shapes.length))]
    },
  }
}
