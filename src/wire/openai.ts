import { z } from 'zod'

// The chat completion request as OpenAI's clients send it, and the words in which every other surface's
// request is kept. A field nobody here knows, one of the wrong type, and one that no supplier could be given
// are faults that name the parameter. What clients echo back of an earlier answer may stand in messages.

/** A hint to the supplier that what stands before is worth keeping in its cache. */
const cacheControl = z
  .object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })
  .nullish()

/** Where a cache may begin: hints about caching stay here where a supplier has no words for them. */
const hints = { cache_control: cacheControl, prompt_cache_breakpoint: z.unknown().optional() }

const textPart = z.strictObject({ type: z.literal('text'), text: z.string(), ...hints })
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({
    url: z.string().regex(/^(https:\/\/|data:image\/)/, 'an https or data URL of an image'),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
  ...hints,
})
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })

const text = z.union([z.string(), z.array(textPart).min(1)])
const participant = z.string().max(64).optional()

const toolCall = z.object({
  id: z.string().max(256),
  type: z.literal('function'),
  function: z.object({ name: z.string().max(128), arguments: z.string() }),
})

/** What a supplier has sealed of its reasoning, to be given back as it came. */
const reasoningDetail = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('reasoning.text'),
    text: z.string().nullish(),
    signature: z.string().nullish(),
  }),
  z.object({ type: z.literal('reasoning.encrypted'), data: z.string() }),
])

/** What clients send back of an answer although it says nothing. */
const echoed = {
  id: z.string().nullish(),
  annotations: z.array(z.unknown()).max(0, 'annotations are not carried').nullish(),
  audio: z.null('no instrument delivers audio').optional(),
  function_call: z.null('use tool_calls').optional(),
  parsed: z.unknown().optional(),
}

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: text, name: participant }),
  z.strictObject({ role: z.literal('developer'), content: text, name: participant }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart])).min(1)]),
    name: participant,
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z
      .union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart])).min(1)])
      .nullish(),
    name: participant,
    refusal: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    reasoning: z.string().nullish(),
    reasoning_details: z.array(reasoningDetail).max(1_000).nullish(),
    tool_calls: z.array(toolCall).max(128).nullish(),
    ...echoed,
  }),
  z.strictObject({
    role: z.literal('tool'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart])).min(1)]),
    tool_call_id: z.string().max(256),
    name: participant,
    is_error: z.boolean().optional(),
    cache_control: cacheControl,
  }),
])

const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, up to 64')
const jsonSchema = z.record(z.string(), z.unknown())

const tool = z.strictObject({
  type: z.literal('function', 'function tools only'),
  cache_control: cacheControl,
  function: z.strictObject({
    name: functionName,
    description: z.string().optional(),
    parameters: jsonSchema.optional(),
    strict: z.boolean().nullish(),
  }),
})

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) }),
])

/** Of the tools told, those that may be called. */
const allowedTools = z.strictObject({
  type: z.literal('allowed_tools'),
  allowed_tools: z.strictObject({
    mode: z.enum(['auto', 'required']),
    tools: z
      .array(
        z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) }),
      )
      .min(1)
      .max(128),
  }),
})

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: functionName,
      description: z.string().optional(),
      schema: jsonSchema.optional(),
      strict: z.boolean().nullish(),
    }),
  }),
])

/**
 * What cannot be carried to a supplier, or would be charged otherwise than here: absent, null or its default.
 */
const uncarried = {
  n: z.literal(1, 'one choice per request').nullish(),
  audio: z.null('no instrument delivers audio').optional(),
  modalities: z.tuple([z.literal('text')], 'text only').nullish(),
  functions: z.null('use tools').optional(),
  function_call: z.null('use tool_choice').optional(),
  web_search_options: z.null('no instrument searches the web').optional(),
  prediction: z.null('predicted outputs are not delivered').optional(),
  moderation: z.null('nothing is moderated here').optional(),
}

/** What is understood and needs no carrying: nothing of it reaches a supplier. */
const kept = {
  user: z.string().max(512).nullish(),
  safety_identifier: z.string().max(512).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  prompt_cache_key: z.string().max(512).nullish(),
  prompt_cache_retention: z.enum(['in_memory', 'in-memory', '24h']).nullish(),
  prompt_cache_options: z.record(z.string(), z.unknown()).nullish(),
  service_tier: z.enum(['auto', 'default'], 'there are no tiers of service').nullish(),
  store: z.literal(false, 'nothing is stored').nullish(),
  provider: z.unknown().optional(),
}

const penalty = z.number().min(-2).max(2).nullish()
const tokens = z.number().int().min(1).max(10_000_000).nullish()

/** How long a model may think: by a number of tokens, by its own judgement, or not at all. */
const thinking = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('enabled'),
    budget_tokens: z.number().int().min(1_024).max(10_000_000),
    display: z.enum(['summarized', 'omitted']).nullish(),
  }),
  z.object({ type: z.literal('adaptive'), display: z.enum(['summarized', 'omitted']).nullish() }),
  z.object({ type: z.literal('disabled') }),
])

/** `POST /v1/chat/completions`. `model` names an instrument. */
export const chatRequest = z.strictObject({
  model: z.string().min(1).max(64),
  messages: z.array(message).min(1).max(10_000),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.number().int().min(1).max(1_000).nullish(),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  logit_bias: z
    .record(z.string().regex(/^\d{1,9}$/), z.number().min(-100).max(100))
    .refine((bias) => Object.keys(bias).length <= 1_024, 'at most 1,024 tokens')
    .nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(4)]).nullish(),
  tools: z.array(tool).min(1).max(128).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  thinking: thinking.nullish(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  cache_control: cacheControl,
  ...kept,
  ...uncarried,
})

/** The same as clients may send it: with fewer tools allowed than told. */
export const chatQuestion = chatRequest.extend({ tool_choice: z.union([toolChoice, allowedTools]).nullish() })

export type ChatRequest = z.output<typeof chatRequest>
export type ChatMessage = ChatRequest['messages'][number]
export type AssistantMessage = Extract<ChatMessage, { role: 'assistant' }>
export type ReasoningDetail = NonNullable<AssistantMessage['reasoning_details']>[number]
export type ChatTool = NonNullable<ChatRequest['tools']>[number]
export type ContentPart = z.output<typeof textPart> | z.output<typeof imagePart>
export type ImagePart = z.output<typeof imagePart>

/** The reasoning that stands readable in a message. */
export function reasoningOf(message: AssistantMessage): string {
  const told = message.reasoning_content ?? message.reasoning
  if (told) return told
  const details = message.reasoning_details ?? []
  return details.map((detail) => (detail.type === 'reasoning.text' ? (detail.text ?? '') : '')).join('')
}

/** A fault in OpenAI's words: the parameter as `messages[0].content`, and what is wrong with it. */
export function chatFault(error: z.ZodError): { param: string | null; message: string } {
  const issue = deepest(error.issues[0])
  if (issue === undefined) return { param: null, message: 'The request is not valid.' }
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const path = [...issue.path, ...unknown]
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
  const param = steps.join('').replace(/^\./, '')
  const what = unknown.length > 0 ? 'a parameter that is not known here' : issue.message
  return { param: param === '' ? null : param, message: `${param || 'The body'}: ${what}` }
}

/** Of a choice between shapes, the fault that lies deepest: the one in the shape that was meant. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue
  let best: z.core.$ZodIssue | undefined
  for (const shape of issue.errors) {
    const found = deepest(shape[0])
    if (found !== undefined && found.path.length > 0 && found.path.length > (best?.path.length ?? 0))
      best = found
  }
  return best === undefined ? issue : { ...best, path: [...issue.path, ...best.path] }
}

/** An OpenAI error body. `affordable_max_tokens` comes with a 402. */
export type ChatError = {
  error: {
    message: string
    type: string
    param: string | null
    code: string
    affordable_max_tokens?: number
  }
}
