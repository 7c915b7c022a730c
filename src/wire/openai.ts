import { z } from 'zod'

// The chat completion request as OpenAI's clients send it. Fields nobody here knows are dropped, because
// clients add them freely; a known field of the wrong type, or one that no supplier could be given, is a
// fault.

const textPart = z.object({ type: z.literal('text'), text: z.string() })
const imagePart = z.object({
  type: z.literal('image_url'),
  image_url: z.object({
    url: z.string().regex(/^(https:\/\/|data:image\/)/, 'an https or data URL of an image'),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
})
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() })

const text = z.union([z.string(), z.array(textPart).min(1)])
const participant = z.string().max(64).optional()

const toolCall = z.object({
  id: z.string().max(256),
  type: z.literal('function'),
  function: z.object({ name: z.string().max(128), arguments: z.string() }),
})

const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: text, name: participant }),
  z.object({ role: z.literal('developer'), content: text, name: participant }),
  z.object({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart])).min(1)]),
    name: participant,
  }),
  z.object({
    role: z.literal('assistant'),
    content: z
      .union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart])).min(1)])
      .nullish(),
    name: participant,
    refusal: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: z.array(toolCall).max(128).optional(),
  }),
  z.object({ role: z.literal('tool'), content: text, tool_call_id: z.string().max(256) }),
])

const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, up to 64')
const jsonSchema = z.record(z.string(), z.unknown())

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: functionName,
    description: z.string().optional(),
    parameters: jsonSchema.optional(),
    strict: z.boolean().nullish(),
  }),
})

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: functionName }) }),
])

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
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
}

const penalty = z.number().min(-2).max(2).nullish()
const tokens = z.number().int().min(1).max(10_000_000).nullish()

/** `POST /v1/chat/completions`. `model` names an instrument. */
export const chatRequest = z.object({
  model: z.string().min(1).max(64),
  messages: z.array(message).min(1).max(10_000),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
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
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  ...uncarried,
})

export type ChatRequest = z.output<typeof chatRequest>
export type ChatMessage = ChatRequest['messages'][number]
export type ChatTool = NonNullable<ChatRequest['tools']>[number]

/** A fault in OpenAI's words: the parameter as `messages[0].content`, and what is wrong with it. */
export function chatFault(error: z.ZodError): { param: string | null; message: string } {
  const issue = error.issues[0]
  if (issue === undefined) return { param: null, message: 'The request is not valid.' }
  const steps = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
  const param = steps.join('').replace(/^\./, '')
  return { param: param === '' ? null : param, message: `${param || 'The body'}: ${issue.message}` }
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
