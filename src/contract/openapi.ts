import type { z } from 'zod'
import { SCOPES } from '../wire/key.ts'
import { problem } from '../wire/problem.ts'
import { modelPaths } from './openapi-models.ts'
import type { Components, Json } from './openapi-schema.ts'
import { printSchema, REF } from './openapi-schema.ts'
import type { Operation } from '../api/operation.ts'
import { OPERATIONS } from '../operations/operations.ts'

function parametersOf(operation: Operation, components: Components): Json[] {
  const found: Json[] = []
  for (const [place, schema] of [
    ['path', operation.params],
    ['query', operation.query],
  ] as const) {
    if (schema === undefined) continue
    const { properties = {}, required = [] } = printSchema(schema, 'input', components) as {
      properties?: Record<string, Json>
      required?: string[]
    }
    for (const [name, shape] of Object.entries(properties))
      found.push({ name, in: place, required: place === 'path' || required.includes(name), schema: shape })
  }
  if (operation.idempotent === true) found.push({ $ref: '#/components/parameters/IdempotencyKey' })
  return found
}

const REFUSALS = {
  '400': ['Malformed', 'Malformed: every fault is listed with its place.'],
  '401': ['Unauthenticated', 'No valid key.'],
  '403': ['Forbidden', 'The key, its mandate or its account may not do this.'],
  '404': ['NotFound', 'Unknown, or of another account: the answer is the same.'],
  '409': ['Conflict', 'In conflict with what was done before.'],
  '413': ['TooLarge', 'The body is too large.'],
  '415': ['NotJson', 'The body is not JSON.'],
  '422': ['Refused', 'Refused by a rule of the market.'],
  '429': ['RateLimited', 'Too many requests. See Retry-After.'],
  '503': ['Unavailable', 'Busy or stopping. The outcome says whether it had an effect.'],
} as const

const RESPONSES = Object.fromEntries(
  Object.values(REFUSALS).map(([name, description]) => [
    name,
    { description, content: { 'application/problem+json': { schema: { $ref: `${REF}Problem` } } } },
  ]),
)

/** The refusals an operation can answer, by status. */
function refusalsOf({ scope, body, params, method }: Operation): Json {
  const found: (keyof typeof REFUSALS)[] = ['400', '503']
  if (scope !== null) found.push('401', '403', '429')
  if (params !== undefined || body !== undefined) found.push('404')
  if (method !== 'GET') found.push('409', '422')
  if (body !== undefined) found.push('413', '415')
  return Object.fromEntries(
    found.sort().map((status) => [status, { $ref: `#/components/responses/${REFUSALS[status][0]}` }]),
  )
}

function printOperation(operation: Operation, components: Components): Json {
  const { id, tag, summary, scope, body, answer, media, status = 200, example } = operation
  const parameters = parametersOf(operation, components)
  return {
    operationId: id,
    tags: [tag],
    summary,
    security: scope === null ? [] : [{ key: [scope] }, { signature: [scope] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: printBody(body, example, components) }),
    responses: {
      [String(status)]: {
        description: 'Done.',
        content: { [media ?? 'application/json']: { schema: printSchema(answer, 'output', components) } },
      },
      ...refusalsOf(operation),
    },
  }
}

const printBody = (body: z.ZodType, example: unknown, components: Components): Json => ({
  required: true,
  content: {
    'application/json': {
      schema: printSchema(body, 'input', components),
      ...(example === undefined ? {} : { example }),
    },
  },
})

const SECURITY = {
  key: {
    type: 'http',
    scheme: 'bearer',
    description: `\`Authorization: Bearer bb_…\`. Scopes: ${SCOPES.join(', ')}.`,
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Signature',
    description:
      'With X-Api-Key, X-Timestamp, X-Nonce and X-Recv-Window: HMAC-SHA256 or Ed25519 over the text of docs/signing.md.',
  },
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeat with the same key and request gets the first answer.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,64}$' },
}

/** What the operations of each tag are about. */
const TAGS: Record<string, string> = {
  Account: 'What an account has, owes, may do and was told of.',
  Accounts: 'What the machine economy makes and spends, measured as nations measure theirs.',
  Deliveries: 'Requests delivered, and their receipts.',
  'Keys and mandates': 'Who may ask, and how much may be spent.',
  Markets: 'What anyone may see of a market.',
  Operator: 'What only the operator may do.',
  Orders: 'Placing, changing and ending orders.',
  Procurement: 'Units kept on hand, bought and resold within limits.',
  Supply: 'Offers, their certificates, and the units issued on them.',
  Venue: 'The exchange itself: time, status, errors.',
  Inference: 'Using what was bought.',
}

/** The OpenAPI 3.1 document of every operation in the table, and of the paths that OpenAI’s clients call. */
export function printOpenApi(version: string): Json {
  const components: Components = {}
  printSchema(problem, 'output', components)
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    const methods = (paths[operation.path] ??= {})
    methods[operation.method.toLowerCase()] = printOperation(operation, components)
  }
  Object.assign(paths, modelPaths(components))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Busbar',
      version,
      description: 'An exchange where AI inference is priced, traded and delivered as a commodity.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(OPERATIONS.map(({ tag }) => tag)), 'Inference'].map((name) => ({
      name,
      description: TAGS[name],
    })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: RESPONSES,
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
      securitySchemes: SECURITY,
    },
  }
}
