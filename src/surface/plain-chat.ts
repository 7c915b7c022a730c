import type { ChatRequest } from '../wire/openai.ts'

// Most requests have this shape. What is accepted here is what the schema of chat completions accepts, and
// reads as it stands; everything else, faults too, is the schema's to read and to explain.

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isWithin = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && isWithin(value, least, most)

/** Whether a field of a request is one of the usual ones, with a usual value. */
function isUsual(field: string, value: unknown): boolean {
  switch (field) {
    case 'model':
      return typeof value === 'string' && value !== '' && value.length <= 64
    case 'messages':
      return Array.isArray(value) && value.length > 0 && value.length <= 10_000 && value.every(isText)
    case 'stream':
      return typeof value === 'boolean'
    case 'stream_options':
      return isObject(value) && hasOnly(value, 'include_usage') && typeof value.include_usage === 'boolean'
    case 'max_tokens':
    case 'max_completion_tokens':
      return isWhole(value, 1, 10_000_000)
    case 'seed':
      return isWhole(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    case 'temperature':
      return isWithin(value, 0, 2)
    case 'top_p':
      return isWithin(value, 0, 1)
    case 'frequency_penalty':
    case 'presence_penalty':
      return isWithin(value, -2, 2)
    default:
      return false
  }
}

const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant'])

/** Whether a message is a text and who said it, and nothing else. */
function isText(message: unknown): boolean {
  if (!isObject(message)) return false
  for (const field in message) if (field !== 'role' && field !== 'content') return false
  return typeof message.content === 'string' && ROLES.has(message.role)
}

function hasOnly(value: Record<string, unknown>, name: string): boolean {
  for (const field in value) if (field !== name) return false
  return true
}

/** Whether parsed JSON is a chat completion request of the usual shape, which needs no reading. */
export function isPlainChat(value: unknown): value is ChatRequest {
  if (!isObject(value) || value.model === undefined || value.messages === undefined) return false
  for (const field in value) if (!isUsual(field, value[field])) return false
  return true
}
