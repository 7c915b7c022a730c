import { z } from 'zod'
import { isSealed } from './reasoning-seal.ts'

// OpenAI's Responses as its clients and coding agents send them. Nothing is stored here: a request brings its
// whole conversation.

/** Where a cache may begin: a hint, which stays here as all of them do. */
const breakpoint = { prompt_cache_breakpoint: z.unknown().optional() }
const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string(), ...breakpoint })
const outputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.unknown()).max(0, 'annotations are not carried').nullish(),
  logprobs: z.array(z.unknown()).nullish(),
  parsed: z.unknown().optional(),
})
const refusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })
const inputImage = z.strictObject({
  type: z.literal('input_image'),
  image_url: z.string().regex(/^(https:\/\/|data:image\/)/, 'an https or data URL of an image'),
  file_id: z.null('no files are kept').optional(),
  detail: z.enum(['auto', 'low', 'high']).nullish(),
  ...breakpoint,
})

const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, up to 64')
const id = z.string().max(256).nullish()
const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish()

const said = z.discriminatedUnion('type', [inputText, inputImage, outputText, refusal])
const message = z.strictObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(said)]),
  id,
  status,
  phase: z.string().nullish(),
})
/** Calls of the client's own tools: by the model itself, and in no namespace. */
const direct = {
  namespace: functionName.nullish(),
  caller: z.strictObject({ type: z.literal('direct', 'tools are called by the model alone') }).nullish(),
}
const call = z.strictObject({
  type: z.literal('function_call'),
  call_id: z.string().max(256),
  name: z.string().max(128),
  arguments: z.string(),
  id,
  status,
  ...direct,
  parsed_arguments: z.unknown().optional(),
})
const customCall = z.strictObject({
  type: z.literal('custom_tool_call'),
  call_id: z.string().max(256),
  name: z.string().max(128),
  input: z.string(),
  id,
  status,
  ...direct,
})
const callOutput = z.strictObject({
  type: z.enum(['function_call_output', 'custom_tool_call_output']),
  call_id: z.string().max(256),
  output: z.union([z.string(), z.array(z.discriminatedUnion('type', [inputText, inputImage]))]),
  id,
  status,
  caller: direct.caller,
})
const reasoning = z.strictObject({
  type: z.literal('reasoning'),
  summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })).default([]),
  content: z.array(z.object({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
  encrypted_content: z.string().refine(isSealed, 'not what was given').nullish(),
  id,
  status,
})
const hasPicturesOfUsersOnly = ({ role, content }: z.output<typeof message>): boolean =>
  role === 'user' || typeof content === 'string' || content.every(({ type }) => type !== 'input_image')

/** Messages may leave their type out, as the shortest form of input does. */
const item = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('type' in value) ? { ...value, type: 'message' } : value,
  z.discriminatedUnion('type', [
    message
      .extend({ type: z.literal('message') })
      .refine(hasPicturesOfUsersOnly, { path: ['content'], message: 'only users show images' }),
    call,
    customCall,
    callOutput,
    reasoning,
  ]),
)

const schema = z.record(z.string(), z.unknown())
/** A tool that the model finds in the request itself, and calls itself. */
const given = {
  name: functionName,
  description: z.string().nullish(),
  defer_loading: z.literal(false, 'tools are not searched for').optional(),
  allowed_callers: z.tuple([z.literal('direct')], 'tools are called by the model alone').nullish(),
}
const functionTool = z.strictObject({
  type: z.literal('function'),
  ...given,
  parameters: schema.nullish(),
  strict: z.boolean().nullish(),
})
/** A tool that takes plain text. Suppliers are given it as a function of that one text. */
const customTool = z.strictObject({
  type: z.literal('custom'),
  ...given,
  format: z.strictObject({ type: z.literal('text', 'no grammar is enforced on the input') }).optional(),
})
/** Tools under one name: suppliers are given them as functions whose names begin with it. */
const namespaceTool = z.strictObject({
  type: z.literal('namespace'),
  name: functionName,
  description: z.string().nullish(),
  tools: z
    .array(z.discriminatedUnion('type', [functionTool, customTool]))
    .min(1)
    .max(128),
})
/**
 * Coding agents always bring a search of the vendor's, which a model may leave alone. Nothing here searches:
 * it is left out, and the answer says so.
 */
const search = z.object({ type: z.enum(['web_search', 'web_search_2025_08_26']) })
const tool = z.discriminatedUnion(
  'type',
  [functionTool, customTool, namespaceTool, search],
  'tools of the client only',
)
const named = z.strictObject({ type: z.enum(['function', 'custom']), name: functionName })
const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  named,
  z.strictObject({
    type: z.literal('allowed_tools'),
    mode: z.enum(['auto', 'required']),
    tools: z.array(named).min(1).max(128),
  }),
])
const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: functionName,
    description: z.string().nullish(),
    schema,
    strict: z.boolean().nullish(),
  }),
])

/** What can be told besides. Of tools that are never called here there is nothing to tell. */
const INCLUDABLE = [
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
  'message.input_image.image_url',
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'computer_call_output.output.image_url',
  'code_interpreter_call.outputs',
] as const

/** What would need something kept from before, or for later. */
const unstored = {
  previous_response_id: z.null('nothing is stored: send the whole conversation as input').optional(),
  conversation: z.null('nothing is stored: send the whole conversation as input').optional(),
  store: z.literal(false, 'nothing is stored').nullish(),
  background: z.literal(false, 'nothing runs in the background').nullish(),
  prompt: z.null('no prompts are kept').optional(),
  context_management: z.null('nothing is cut out of a conversation').optional(),
  moderation: z.null('nothing is moderated here').optional(),
}

/** `POST /v1/responses`. `model` names an instrument. */
export const responsesRequest = z.strictObject({
  model: z.string().min(1).max(64),
  input: z.union([z.string().min(1), z.array(item).min(1).max(10_000)]),
  instructions: z.string().nullish(),
  max_output_tokens: z.number().int().min(1).max(10_000_000).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  include: z.array(z.enum(INCLUDABLE)).nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      /** The older name of the summary. */
      generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      context: z.literal('auto', 'the supplier decides what it reads of earlier reasoning').nullish(),
      mode: z.literal('standard', 'there are no modes of reasoning').optional(),
    })
    .nullish(),
  text: z
    .strictObject({ format: format.nullish(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .nullish(),
  truncation: z.literal('disabled', 'nothing is cut out of a conversation').nullish(),
  user: z.string().max(512).nullish(),
  safety_identifier: z.string().max(512).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  client_metadata: z.record(z.string(), z.unknown()).nullish(),
  prompt_cache_key: z.string().max(512).nullish(),
  prompt_cache_retention: z.enum(['in_memory', 'in-memory', '24h']).nullish(),
  /** Hints about caching stay here. */
  prompt_cache_options: z.record(z.string(), z.unknown()).nullish(),
  service_tier: z.enum(['auto', 'default'], 'there are no tiers of service').nullish(),
  provider: z.unknown().optional(),
  ...unstored,
})

export type ResponsesRequest = z.output<typeof responsesRequest>
export type Item = z.output<typeof item>
export type Said = z.output<typeof said>
export type Tool = z.output<typeof tool>
export type OwnTool = z.output<typeof functionTool> | z.output<typeof customTool>
export type Format = z.output<typeof format>
