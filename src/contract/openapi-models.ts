import { model, models } from '../wire/model.ts'
import { chatRequest } from '../wire/openai.ts'
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

function printCompletion(components: Components, refused: Refused): Json {
  return {
    operationId: 'inference.chat',
    tags: ['Inference'],
    summary: 'A chat completion from a supplier that owes the instrument named as model.',
    security: SECURITY,
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: printSchema(chatRequest, 'input', components),
          example: { model: 'text-prime', messages: [{ role: 'user', content: 'Hello' }], stream: true },
        },
      },
    },
    responses: {
      '200': {
        description: 'A completion, or with `stream` its chunks as server-sent events.',
        headers,
        content: {
          'application/json': { schema: { type: 'object' } },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      '400': refused('Malformed.'),
      '401': refused('No valid key.'),
      '402': refused('Not affordable; `affordable_max_tokens` says what would be.'),
      '404': refused('No such instrument.'),
      '429': refused('Too many requests.'),
      '503': refused('No supplier could serve.'),
    },
  }
}

/** The paths that OpenAI's clients call. They answer in OpenAI's shapes and are served beside the table. */
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
    '/v1/chat/completions': { post: printCompletion(components, refused) },
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
