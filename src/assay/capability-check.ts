import { deflateSync } from 'node:zlib'
import { crc32 } from '../base/crc.ts'
import type { Chance } from '../base/chance.ts'
import type { Capability } from '../state/instrument.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Answer } from '../dialect/answer.ts'
import { between, matches, pick } from '../pool/item.ts'

/** A request that only a model with the capability answers well. */
export type CapabilityCheck = {
  capability: Capability
  request: ChatRequest
  /** What a good answer is, in words. */
  required: string
  /** What was wrong with an answer whose form the judge accepts, or nothing. */
  fault(answer: Answer): string | undefined
}

const CITIES = ['Lisbon', 'Oslo', 'Quito', 'Hanoi']

const ask = (content: string): Pick<ChatRequest, 'model' | 'messages'> => ({
  model: '',
  messages: [{ role: 'user', content }],
})

/** Whether JSON text holds these values. */
function holds(text: string, wanted: Record<string, unknown>): boolean {
  try {
    const found = JSON.parse(text) as Record<string, unknown> | null
    return Object.entries(wanted).every(([key, value]) => found?.[key] === value)
  } catch {
    // Not JSON holds nothing.
    return false
  }
}

function tools(chance: Chance): CapabilityCheck {
  const wanted = { city: pick(chance, CITIES), people: between(chance, 2, 9) }
  const called = (name: string, description: string, properties: Record<string, unknown>) => ({
    type: 'function' as const,
    function: {
      name,
      description,
      parameters: {
        type: 'object',
        properties,
        required: Object.keys(properties),
        additionalProperties: false,
      },
    },
  })
  return {
    capability: 'tools',
    required: 'a call of the tool asked for, its arguments right and of its schema',
    request: {
      ...ask(`Use the tool to book a table in "${wanted.city}" for ${wanted.people} people.`),
      tools: [
        called('book_table', 'Book a table at a restaurant in a city for a number of people.', {
          city: { type: 'string', enum: CITIES },
          people: { type: 'integer', minimum: 1, maximum: 12 },
        }),
        called('current_weather', 'The weather right now.', { city: { type: 'string', enum: CITIES } }),
      ],
    },
    fault(answer) {
      if (answer.tools.length === 0) return 'answered without calling a tool'
      const [call] = answer.tools
      if (answer.tools.length > 1 || call?.name !== 'book_table') return 'called another tool'
      return holds(call.arguments, wanted) ? undefined : 'called the tool with other arguments than asked for'
    },
  }
}

function jsonSchema(chance: Chance): CapabilityCheck {
  const wanted = { city: pick(chance, CITIES), nights: between(chance, 2, 14) }
  const schema = {
    type: 'object',
    properties: {
      city: { type: 'string', enum: CITIES },
      nights: { type: 'integer', minimum: 1, maximum: 30 },
      wishes: { type: 'array', items: { type: 'string' }, maxItems: 3 },
    },
    required: ['city', 'nights', 'wishes'],
    additionalProperties: false,
  }
  return {
    capability: 'json_schema',
    required: 'an answer of the schema asked for, with the values told',
    request: {
      ...ask(`A guest books ${wanted.nights} nights in "${wanted.city}" and wishes for a quiet room.`),
      response_format: { type: 'json_schema', json_schema: { name: 'booking', strict: true, schema } },
    },
    fault: (answer) => (holds(answer.content, wanted) ? undefined : 'answered with other values than told'),
  }
}

const logprobs = (chance: Chance): CapabilityCheck => ({
  capability: 'logprobs',
  required: 'log probabilities with the answer',
  request: { ...ask(`Say the number ${between(chance, 100, 999)}.`), logprobs: true },
  fault: (answer) => (answer.contentLogprobs.length > 0 ? undefined : 'gave no log probabilities'),
})

const COLOURS = {
  red: [220, 20, 20],
  green: [20, 160, 40],
  blue: [20, 60, 220],
  yellow: [250, 225, 20],
  black: [0, 0, 0],
  white: [255, 255, 255],
} as const
const COLOUR_NAMES = ['red', 'green', 'blue', 'yellow', 'black', 'white'] as const
const SIDE = 64

function vision(chance: Chance): CapabilityCheck {
  const colour = pick(chance, COLOUR_NAMES)
  const text = `Which colour is this square? Reply with only one word of these: ${COLOUR_NAMES.join(', ')}.`
  return {
    capability: 'vision',
    required: 'the colour of the picture shown',
    request: {
      model: '',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'image_url', image_url: { url: squareOf(COLOURS[colour]), detail: 'low' } },
          ],
        },
      ],
    },
    fault: (answer) =>
      matches({ answer: colour, kind: 'text' }, answer.content)
        ? undefined
        : 'did not name the colour of the picture',
  }
}

/** A square of one colour, as a PNG in a data URL. */
function squareOf(rgb: readonly [number, number, number]): string {
  const part = (name: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc32(body.toString('latin1')), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(SIDE)
  head.writeUInt32BE(SIDE, 4)
  // Eight bits a channel, red green blue, nothing interlaced.
  head.set([8, 2, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: SIDE }, () => Buffer.from(rgb))])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: SIDE }, () => row)))
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    part('IHDR', head),
    part('IDAT', pixels),
    part('IEND', Buffer.alloc(0)),
  ])
  return `data:image/png;base64,${png.toString('base64')}`
}

const CHECKS: Record<Capability, (chance: Chance) => CapabilityCheck> = {
  tools,
  json_schema: jsonSchema,
  logprobs,
  vision,
}

/** A check of one capability, its particulars from chance. */
export const checkOf = (capability: Capability, chance: Chance): CapabilityCheck => CHECKS[capability](chance)
