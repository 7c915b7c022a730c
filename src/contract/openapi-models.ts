import type { z } from 'zod'
import { model, models } from '../wire/model.ts'
import { countRequest, messagesRequest } from '../surface/messages-request.ts'
import { embeddingsRequest } from '../surface/embeddings.ts'
import { legacyRequest } from '../surface/legacy.ts'
import { responsesRequest } from '../surface/responses-schema.ts'
import { chatQuestion } from '../wire/openai.ts'
import { openaiError } from '../wire/problem.ts'
import type { Components, Json } from './openapi-schema.ts'
import { printSchema } from './openapi-schema.ts'

const HEADERS = {
  'x-request-id': 'Names the request in the log of the venue.',
  'x-busbar-receipt': 'The delivery, whose receipt can be asked for: `del_9`.',
  'x-busbar-instrument': 'What was delivered.',
  'x-busbar-supplier': 'Who delivered it, or `undisclosed`.',
  'x-busbar-price': 'µ$ per unit, average of the claims drawn. Not on streams.',
  'x-busbar-units': 'Units used. Not on streams.',
}

const headers = Object.fromEntries(
  Object.entries(HEADERS).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
)

const SECURITY = [{ key: ['inference:consume'] }]

type Refused = (description: string) => Json

type Asked = { id: string; summary: string; request: z.ZodType; example: object; answer: string }

const question = [{ role: 'user', content: 'Hello' }]

/** Every way to ask for an answer. */
const ASKED: Record<string, Asked> = {
  '/v1/chat/completions': {
    id: 'inference.chat',
    summary: 'A chat completion from a supplier that owes the instrument named as model.',
    request: chatQuestion,
    example: { model: 'text-prime', messages: question, stream: true },
    answer: 'A completion, or with `stream` its chunks as server-sent events.',
  },
  '/v1/responses': {
    id: 'inference.respond',
    summary: 'The same as an OpenAI response. Nothing is stored: the input is the whole conversation.',
    request: responsesRequest,
    example: { model: 'text-prime', input: 'Hello', store: false, stream: true },
    answer: 'A response, or with `stream` its numbered events.',
  },
  '/v1/completions': {
    id: 'inference.complete',
    summary: 'The same for clients that never learned to chat: the prompt is the one message of a user.',
    request: legacyRequest,
    example: { model: 'text-prime', prompt: 'Hello', max_tokens: 50 },
    answer: 'A text completion, or with `stream` its pieces as server-sent events.',
  },
  '/v1/embeddings': {
    id: 'inference.embed',
    summary: 'Vectors of texts, from an instrument whose task is embeddings.',
    request: embeddingsRequest,
    example: { model: 'text-embed', input: ['Hello', 'Good morning'] },
    answer: 'The vectors, in the order of the texts.',
  },
  '/v1/messages': {
    id: 'inference.message',
    summary: "The same as one of Anthropic's messages. `x-api-key` is understood.",
    request: messagesRequest,
    example: { model: 'text-prime', max_tokens: 100, messages: question, stream: true },
    answer: 'A message, or with `stream` its events.',
  },
}

const REFUSALS = {
  '400': 'Malformed, or a parameter that cannot be carried, by name.',
  '401': 'No valid key.',
  '402': 'Not affordable; `affordable_max_tokens` says what would be.',
  '404': 'No such instrument.',
  '429': 'Too many requests.',
  '503': 'No supplier could serve.',
}

function printAsked(components: Components, refused: Refused, asked: Asked): Json {
  const { id, summary, request, example, answer } = asked
  return {
    operationId: id,
    tags: ['Inference'],
    summary,
    security: SECURITY,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: printSchema(request, 'input', components), example } },
    },
    responses: {
      '200': {
        description: answer,
        headers,
        content: {
          'application/json': { schema: { type: 'object' } },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      ...Object.fromEntries(Object.entries(REFUSALS).map(([status, text]) => [status, refused(text)])),
    },
  }
}

function printCount(components: Components, refused: Refused): Json {
  return {
    operationId: 'inference.count',
    tags: ['Inference'],
    summary: "Tokens of a message's prompt, as they would be charged. Nothing is drawn.",
    security: SECURITY,
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: printSchema(countRequest, 'input', components),
          example: { model: 'text-prime', messages: question },
        },
      },
    },
    responses: {
      '200': {
        description: 'The count.',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { input_tokens: { type: 'integer' } } },
          },
        },
      },
      '400': refused(REFUSALS['400']),
      '401': refused(REFUSALS['401']),
      '404': refused(REFUSALS['404']),
    },
  }
}

/** The paths that clients of other APIs call: answered in those shapes, and served beside the table. */
export function modelPaths(components: Components): Record<string, Json> {
  const error = printSchema(openaiError, 'output', components)
  const refused = (description: string): Json => ({
    description,
    content: { 'application/json': { schema: error } },
  })
  const found = (description: string, schema: Json): Json => ({
    description,
    content: { 'application/json': { schema } },
  })
  return {
    ...Object.fromEntries(
      Object.entries(ASKED).map(([path, asked]) => [path, { post: printAsked(components, refused, asked) }]),
    ),
    '/v1/messages/count_tokens': { post: printCount(components, refused) },
    '/v1/models': {
      get: {
        operationId: 'model.list',
        tags: ['Inference'],
        summary: 'Every instrument as a model.',
        security: SECURITY,
        responses: {
          '200': found('Every instrument.', printSchema(models, 'output', components)),
          '401': refused('No valid key.'),
        },
      },
    },
    '/v1/models/{model}': {
      get: {
        operationId: 'model.get',
        tags: ['Inference'],
        summary: 'One instrument as a model.',
        security: SECURITY,
        parameters: [{ name: 'model', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          '200': found('The instrument.', printSchema(model, 'output', components)),
          '401': refused('No valid key.'),
          '404': refused('No such instrument.'),
        },
      },
    },
  }
}
