// Every parameter of the official clients, as their types name it, on every surface and towards every dialect of
// suppliers: carried, told in other words, kept here for a reason, or refused by its name. None is dropped in silence.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { DialectName } from '../../src/dialect/dialect.ts'
import { dialectOf } from '../../src/dialect/dialects.ts'
import { EMBEDDINGS } from '../../src/surface/embeddings.ts'
import { LEGACY } from '../../src/surface/legacy.ts'
import { MESSAGES } from '../../src/surface/messages-request.ts'
import type { Counter } from '../../src/surface/question.ts'
import { CHAT } from '../../src/surface/question.ts'
import { RESPONSES } from '../../src/surface/responses-request.ts'

/** What a supplier is given, in part; `kept`: exactly what it is given without; `refused`: nothing, by name. */
type Fate = object | 'kept' | 'refused'
type Case = { param: string; value: unknown; beside?: object; fates: Record<string, Fate>; why?: string }

/** Both dialects carry the value, each in its words. */
const told = (
  param: string,
  value: unknown,
  openai: Fate,
  anthropic: Fate = openai,
  beside?: object,
): Case => ({
  param,
  value,
  fates: { openai, anthropic },
  ...(beside && { beside }),
})
const carried = (param: string, value: unknown): Case => told(param, value, { [param]: value })
const kept = (param: string, value: unknown, why: string): Case => ({ ...told(param, value, 'kept'), why })
const refused = (param: string, ...values: unknown[]): Case[] =>
  values.map((value) => told(param, value, 'refused'))

const BLOCKS = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]
const SAID = { openai: { messages: [{ role: 'user', content: 'Hi' }] }, anthropic: { messages: BLOCKS } }
const SCHEMA = { type: 'object', properties: { a: { type: 'string' } } }
const HINT = { type: 'ephemeral' }

const CALLED = { name: 'look', description: 'Looks.', parameters: SCHEMA }
const CHAT_TOOL = { type: 'function', function: CALLED }
const MESSAGE_TOOL = { name: 'look', description: 'Looks.', input_schema: SCHEMA }
const LOOK = { type: 'function', function: { name: 'look' } }
const WITH_TOOL = { tools: [CHAT_TOOL] }
const JSON_SCHEMA = { name: 'out', schema: SCHEMA }
const FORMAT = { type: 'json_schema', json_schema: JSON_SCHEMA }
const ANTHROPIC_FORMAT = { output_config: { format: { type: 'json_schema', schema: SCHEMA } } }

const USER = 'a name of the buyer for its own user'
const CACHE = 'a hint about caching'
const SHAPE = 'it shapes our answer'
const DEFAULT = 'it says what is so anyway'

const SAMPLING: Case[] = [
  carried('temperature', 0.5),
  told('temperature', 1.5, { temperature: 1.5 }, 'refused'),
  carried('top_p', 0.9),
  told('seed', 7, { seed: 7 }, 'refused'),
  told('frequency_penalty', 0.5, { frequency_penalty: 0.5 }, 'refused'),
  told('presence_penalty', 0.5, { presence_penalty: 0.5 }, 'refused'),
  told('stop', ['END'], { stop: ['END'] }, { stop_sequences: ['END'] }),
  ...refused('stop', ['1', '2', '3', '4', '5']),
  kept('stream', true, SHAPE),
  kept('stream_options', { include_usage: true, include_obfuscation: false }, SHAPE),
  kept('user', 'u-1', USER),
]

const CHAT_CASES: Case[] = [
  ...SAMPLING,
  told('messages', [{ role: 'user', content: 'Hi' }], SAID.openai, SAID.anthropic),
  told('model', 'text-prime', { model: 'inner' }),
  told('max_tokens', 5, { max_tokens: 5 }),
  told('max_completion_tokens', 5, { max_tokens: 5 }),
  told('logit_bias', { 5: 1 }, { logit_bias: { 5: 1 } }, 'refused'),
  told('logprobs', true, { logprobs: true }, 'refused'),
  told('top_logprobs', 2, { top_logprobs: 2 }, 'refused', { logprobs: true }),
  told('reasoning_effort', 'high', { reasoning_effort: 'high' }, { output_config: { effort: 'high' } }),
  told('reasoning_effort', 'max', { reasoning_effort: 'max' }, { output_config: { effort: 'max' } }),
  told('response_format', FORMAT, { response_format: FORMAT }, ANTHROPIC_FORMAT),
  told('response_format', { type: 'json_object' }, { response_format: { type: 'json_object' } }, 'refused'),
  told('tools', [CHAT_TOOL], { tools: [CHAT_TOOL] }, { tools: [MESSAGE_TOOL] }),
  ...refused('tools', [{ type: 'custom', custom: { name: 'look' } }]),
  told('tool_choice', 'required', { tool_choice: 'required' }, { tool_choice: { type: 'any' } }, WITH_TOOL),
  told(
    'tool_choice',
    LOOK,
    { tool_choice: LOOK },
    { tool_choice: { type: 'tool', name: 'look' } },
    WITH_TOOL,
  ),
  told(
    'tool_choice',
    { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [LOOK] } },
    { tools: [CHAT_TOOL], tool_choice: 'required' },
    { tools: [MESSAGE_TOOL], tool_choice: { type: 'any' } },
    { tools: [{ type: 'function', function: { name: 'other' } }, CHAT_TOOL] },
  ),
  ...refused('tool_choice', 'required', LOOK, { type: 'custom', custom: { name: 'look' } }),
  told(
    'parallel_tool_calls',
    false,
    { parallel_tool_calls: false },
    { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    WITH_TOOL,
  ),
  told('verbosity', 'low', { verbosity: 'low' }, 'refused'),
  kept('metadata', { a: 'b' }, USER),
  kept('safety_identifier', 's-1', USER),
  kept('prompt_cache_key', 'k', CACHE),
  kept('prompt_cache_options', { mode: 'explicit' }, CACHE),
  kept('prompt_cache_retention', '24h', CACHE),
  kept('service_tier', 'auto', DEFAULT),
  ...refused('service_tier', 'flex', 'priority'),
  kept('store', false, DEFAULT),
  ...refused('store', true),
  told('n', 1, { n: 1 }, 'kept'),
  ...refused('n', 2),
  told('modalities', ['text'], { modalities: ['text'] }, 'kept'),
  ...refused('modalities', ['text', 'audio']),
  ...refused('audio', { format: 'mp3', voice: 'x' }),
  ...refused('function_call', 'auto'),
  ...refused('functions', [{ name: 'look' }]),
  ...refused('moderation', { model: 'm' }),
  ...refused('prediction', { type: 'content', content: 'x' }),
  ...refused('web_search_options', {}),
]

const LEGACY_CASES: Case[] = [
  ...SAMPLING,
  told('prompt', 'Hi', SAID.openai, SAID.anthropic),
  ...refused('prompt', ['a', 'b'], [1, 2]),
  told('model', 'text-prime', { model: 'inner' }),
  told('max_tokens', 5, { max_tokens: 5 }),
  kept('n', 1, DEFAULT),
  ...refused('n', 2),
  ...refused('best_of', 2),
  ...refused('echo', true),
  ...refused('suffix', 'x'),
  ...refused('logprobs', 2),
  ...refused('logit_bias', { 5: 1 }),
]

const FUNCTION = { type: 'function', name: 'look', description: 'Looks.', parameters: SCHEMA, strict: false }
const STRICT_TOOL = { type: 'function', function: { ...CALLED, strict: false } }
const IN_NAMESPACE = {
  type: 'function',
  function: { ...CALLED, name: 'crm__look', description: 'Customers.\n\nLooks.', strict: false },
}
const PLAIN = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
}

const RESPONSES_CASES: Case[] = [
  carried('temperature', 0.5),
  told('temperature', 1.5, { temperature: 1.5 }, 'refused'),
  carried('top_p', 0.9),
  told('input', [{ role: 'user', content: 'Hi' }], SAID.openai, SAID.anthropic),
  ...refused(
    'input',
    [{ type: 'item_reference', id: 'i' }],
    [{ type: 'compaction', encrypted_content: 'x' }],
  ),
  told(
    'instructions',
    'Be brief.',
    { messages: [{ role: 'system', content: 'Be brief.' }, ...SAID.openai.messages] },
    { system: [{ type: 'text', text: 'Be brief.' }] },
  ),
  told('model', 'text-prime', { model: 'inner' }),
  told('max_output_tokens', 5, { max_tokens: 5 }),
  told('reasoning', { effort: 'low' }, { reasoning_effort: 'low' }, { output_config: { effort: 'low' } }),
  kept('reasoning', { summary: 'auto', generate_summary: 'auto' }, SHAPE),
  kept('reasoning', { mode: 'standard', context: 'auto' }, DEFAULT),
  ...refused('reasoning', { mode: 'pro' }, { context: 'all_turns' }),
  told(
    'text',
    { format: { type: 'json_schema', ...JSON_SCHEMA } },
    { response_format: FORMAT },
    ANTHROPIC_FORMAT,
  ),
  told('text', { verbosity: 'low' }, { verbosity: 'low' }, 'refused'),
  told('tools', [FUNCTION], { tools: [STRICT_TOOL] }, { tools: [MESSAGE_TOOL] }),
  told(
    'tools',
    [{ type: 'custom', name: 'patch', description: 'Patches.', format: { type: 'text' } }],
    {
      tools: [{ type: 'function', function: { name: 'patch', description: 'Patches.', parameters: PLAIN } }],
    },
    { tools: [{ name: 'patch', description: 'Patches.', input_schema: PLAIN }] },
  ),
  told(
    'tools',
    [{ type: 'namespace', name: 'crm', description: 'Customers.', tools: [FUNCTION] }],
    { tools: [IN_NAMESPACE] },
    { tools: [{ name: 'crm__look', description: 'Customers.\n\nLooks.', input_schema: SCHEMA }] },
  ),
  // Left out, and told in `tools` of the answer and in a header: `test/surface/coding-agents.test.ts`.
  kept('tools', [{ type: 'web_search', external_web_access: true }], 'the answer says that it is not there'),
  ...refused(
    'tools',
    [{ type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'x' } }],
    [{ type: 'web_search_preview' }],
    [{ type: 'file_search', vector_store_ids: ['v'] }],
    [FUNCTION, FUNCTION],
    [{ type: 'mcp', server_label: 'x', server_url: 'https://example.com' }],
    [{ ...FUNCTION, defer_loading: true }],
    [{ ...FUNCTION, output_schema: SCHEMA }],
  ),
  told(
    'tool_choice',
    'none',
    { tool_choice: 'none' },
    { tool_choice: { type: 'none' } },
    { tools: [FUNCTION] },
  ),
  told(
    'tool_choice',
    { type: 'function', name: 'look' },
    { tool_choice: LOOK },
    { tool_choice: { type: 'tool', name: 'look' } },
    { tools: [FUNCTION] },
  ),
  told(
    'tool_choice',
    { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'look' }] },
    { tools: [STRICT_TOOL], tool_choice: 'auto' },
    { tools: [MESSAGE_TOOL], tool_choice: { type: 'auto' } },
    { tools: [FUNCTION, { ...FUNCTION, name: 'other' }] },
  ),
  ...refused('tool_choice', { type: 'file_search' }, { type: 'mcp', server_label: 'x' }, 'required'),
  told(
    'parallel_tool_calls',
    false,
    { parallel_tool_calls: false },
    { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    { tools: [FUNCTION] },
  ),
  told('top_logprobs', 2, { logprobs: true, top_logprobs: 2 }, 'refused'),
  told('include', ['message.output_text.logprobs'], { logprobs: true }, 'refused'),
  kept('include', ['reasoning.encrypted_content', 'file_search_call.results'], SHAPE),
  ...refused('include', ['something.else']),
  kept('stream', true, SHAPE),
  kept('stream_options', { include_obfuscation: false }, SHAPE),
  kept('user', 'u-1', USER),
  kept('metadata', { a: 'b' }, USER),
  kept('safety_identifier', 's-1', USER),
  kept('prompt_cache_key', 'k', CACHE),
  kept('prompt_cache_options', { mode: 'implicit', ttl: '30m' }, CACHE),
  kept('prompt_cache_retention', 'in_memory', CACHE),
  kept('service_tier', 'default', DEFAULT),
  ...refused('service_tier', 'scale'),
  kept('store', false, DEFAULT),
  ...refused('store', true),
  kept('background', false, DEFAULT),
  ...refused('background', true),
  kept('truncation', 'disabled', DEFAULT),
  ...refused('truncation', 'auto'),
  ...refused('previous_response_id', 'resp_1'),
  ...refused('conversation', 'conv_1'),
  ...refused('prompt', { id: 'p' }),
  ...refused('context_management', [{ type: 'compaction' }]),
  ...refused('moderation', { model: 'm' }),
]

const THINKING = { type: 'enabled', budget_tokens: 2_000 }
const MESSAGES_TOOLS = { tools: [MESSAGE_TOOL] }

const SPOKEN = [...BLOCKS, { role: 'system', content: [{ type: 'text', text: 'It is late.' }] }]

const MESSAGES_CASES: Case[] = [
  told('messages', SPOKEN, { messages: SPOKEN }),
  told('max_tokens', 5, { max_tokens: 5 }),
  told('messages', BLOCKS, { messages: BLOCKS }, { messages: BLOCKS }),
  ...refused('messages', [{ role: 'user', content: [{ type: 'document', source: { type: 'text' } }] }]),
  told('model', 'text-prime', { model: 'inner' }),
  told(
    'system',
    [{ type: 'text', text: 'Be brief.', cache_control: HINT }],
    {
      messages: [{ role: 'system', content: [{ type: 'text', text: 'Be brief.' }] }, ...SAID.openai.messages],
    },
    { system: [{ type: 'text', text: 'Be brief.', cache_control: HINT }] },
  ),
  told('cache_control', HINT, 'kept', { cache_control: HINT }),
  told('thinking', THINKING, { reasoning_effort: 'low' }, { thinking: THINKING }),
  told('thinking', { type: 'adaptive' }, 'kept', { thinking: { type: 'adaptive' } }),
  told('thinking', { type: 'disabled' }, 'kept', { thinking: { type: 'disabled' } }),
  told('output_config', { effort: 'max' }, { reasoning_effort: 'max' }, { output_config: { effort: 'max' } }),
  told(
    'output_config',
    { format: { type: 'json_schema', schema: SCHEMA } },
    { response_format: { type: 'json_schema', json_schema: { name: 'output', schema: SCHEMA } } },
    ANTHROPIC_FORMAT,
  ),
  ...refused('output_config', { task_budget: { type: 'tokens', total: 5 } }),
  told(
    'output_format',
    { type: 'json_schema', schema: SCHEMA },
    { response_format: { type: 'json_schema', json_schema: { name: 'output', schema: SCHEMA } } },
    ANTHROPIC_FORMAT,
  ),
  told('stop_sequences', ['END'], { stop: ['END'] }, { stop_sequences: ['END'] }),
  told('tools', [MESSAGE_TOOL], { tools: [CHAT_TOOL] }, { tools: [MESSAGE_TOOL] }),
  ...refused(
    'tools',
    [{ type: 'bash_20250124', name: 'bash' }],
    [{ ...MESSAGE_TOOL, defer_loading: true }],
    [{ ...MESSAGE_TOOL, input_examples: [{ a: 'b' }] }],
  ),
  told(
    'tool_choice',
    { type: 'tool', name: 'look', disable_parallel_tool_use: true },
    { tool_choice: LOOK, parallel_tool_calls: false },
    { tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true } },
    MESSAGES_TOOLS,
  ),
  told(
    'tool_choice',
    { type: 'any' },
    { tool_choice: 'required' },
    { tool_choice: { type: 'any' } },
    MESSAGES_TOOLS,
  ),
  told(
    'tool_choice',
    { type: 'none' },
    { tool_choice: 'none' },
    { tool_choice: { type: 'none' } },
    MESSAGES_TOOLS,
  ),
  ...refused('tool_choice', { type: 'any' }, { type: 'tool', name: 'look' }),
  kept('stream', true, SHAPE),
  kept('metadata', { user_id: 'u' }, USER),
  kept('service_tier', 'standard_only', DEFAULT),
  kept('speed', 'standard', DEFAULT),
  ...refused('speed', 'fast'),
  kept('context_management', { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] }, DEFAULT),
  ...refused('context_management', { edits: [{ type: 'clear_tool_uses_20250919' }] }),
  kept('mcp_servers', [], DEFAULT),
  ...refused('mcp_servers', [{ type: 'url', name: 'x', url: 'https://example.com' }]),
  ...refused('container', 'c'),
  ...refused('inference_geo', 'us'),
  ...refused('diagnostics', {}),
  ...refused('billing_policy', {}),
  ...refused('compaction', {}),
  ...refused('fallbacks', {}),
  ...refused('fallback_credit_token', 't'),
  ...refused('thread', {}),
]

/** Parameters that the client puts into headers, where whatever stands is taken. */
const HEADERS = ['betas', 'user_profile_id', 'workspace_id']

const EMBEDDINGS_CASES: Case[] = [
  { param: 'input', value: ['a', 'b'], fates: { embeddings: { input: ['a', 'b'] } } },
  ...[[1, 2], [[1]]].map((value) => ({ param: 'input', value, fates: { embeddings: 'refused' as const } })),
  { param: 'model', value: 'text-embed', fates: { embeddings: { model: 'inner' } } },
  { param: 'encoding_format', value: 'base64', fates: { embeddings: 'kept' }, why: SHAPE },
  { param: 'user', value: 'u', fates: { embeddings: 'kept' }, why: USER },
  // Held against the vectors of the grade before anybody is asked: `test/surface/embeddings.test.ts`.
  { param: 'dimensions', value: 256, fates: { embeddings: 'kept' }, why: DEFAULT },
]

type Desk = { counter: Counter; base: object; cases: Case[]; types: [file: string, name: string][] }

const OPENAI = 'openai/resources'
const ANTHROPIC = '@anthropic-ai/sdk/resources'
const DESKS: Record<string, Desk> = {
  'chat completions': {
    counter: CHAT,
    base: { model: 'text-prime', messages: [{ role: 'user', content: 'Hi' }] },
    cases: CHAT_CASES,
    types: [[`${OPENAI}/chat/completions/completions.d.ts`, 'ChatCompletionCreateParamsBase']],
  },
  responses: {
    counter: RESPONSES,
    base: { model: 'text-prime', input: 'Hi' },
    cases: RESPONSES_CASES,
    types: [[`${OPENAI}/responses/responses.d.ts`, 'ResponseCreateParamsBase']],
  },
  completions: {
    counter: LEGACY,
    base: { model: 'text-prime', prompt: 'Hi' },
    cases: LEGACY_CASES,
    types: [[`${OPENAI}/completions.d.ts`, 'CompletionCreateParamsBase']],
  },
  embeddings: {
    counter: EMBEDDINGS,
    base: { model: 'text-embed', input: 'Hi' },
    cases: EMBEDDINGS_CASES,
    types: [[`${OPENAI}/embeddings.d.ts`, 'EmbeddingCreateParams']],
  },
  messages: {
    counter: MESSAGES,
    base: { model: 'text-prime', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] },
    cases: MESSAGES_CASES,
    types: [
      [`${ANTHROPIC}/messages/messages.d.ts`, 'MessageCreateParamsBase'],
      [`${ANTHROPIC}/beta/messages/messages.d.ts`, 'MessageCreateParamsBase'],
    ],
  },
}

/** The parameters of an interface in a client's declarations. */
function declared(file: string, name: string): string[] {
  const text = readFileSync(new URL(`../../node_modules/${file}`, import.meta.url), 'utf8')
  const body = new RegExp(`^export interface ${name}(?: extends [^{]*)? \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(
    text,
  )?.[1]
  const found = [...(body ?? '').matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1] ?? '')
  assert.ok(found.length > 3, `${name} is declared in ${file}`)
  return found
}

/** What a supplier of a dialect is given of a request, or the parameter that is refused, as the client knows it. */
function given(
  { counter }: Desk,
  body: object,
  name: DialectName,
): { param: string | null } | { sent: object } {
  const question = counter.read(body)
  if ('message' in question) return { param: question.param }
  const dialect = dialectOf(name)
  const uncarried = dialect.uncarried(question.body)
  if (uncarried !== null) {
    const fault = { status: 400, code: 'unsupported_parameter', message: '', param: uncarried }
    return { param: (question.surface.error(fault, 'req_1') as { error: { param: string } }).error.param }
  }
  const asked = question.body.max_completion_tokens ?? question.body.max_tokens ?? null
  return { sent: JSON.parse(dialect.print(question.body, 'inner', { asked, most: 900 })) as object }
}

for (const [surface, desk] of Object.entries(DESKS)) {
  test(`${surface}: every parameter that the official client knows has a fate`, () => {
    const known = new Set([...desk.cases.map(({ param }) => param), ...HEADERS])
    for (const [file, name] of desk.types)
      for (const param of declared(file, name)) assert.ok(known.has(param), `${param} of ${name}`)
  })

  for (const { param, value, beside, fates, why } of desk.cases)
    for (const [name, fate] of Object.entries(fates)) {
      const how = typeof fate === 'string' ? fate : 'carried'
      const reason = why === undefined || how !== 'kept' ? '' : `, because ${why}`
      test(`${surface} to ${name}: ${param} ${JSON.stringify(value)} is ${how}${reason}`, () => {
        const dialect = name as DialectName
        const without = given(desk, { ...desk.base, ...beside }, dialect)
        const found = given(desk, { ...desk.base, ...beside, [param]: value }, dialect)
        if (fate === 'refused') {
          assert.ok('param' in found, JSON.stringify(found))
          const top = /^\w+/.exec(found.param ?? '')?.[0]
          // Responses ask for log probabilities by two names.
          assert.ok(
            top === param || (param === 'top_logprobs' && /logprobs|include/.test(top ?? '')),
            `${found.param}`,
          )
        } else {
          assert.ok('sent' in found, JSON.stringify(found))
          if (fate === 'kept') assert.deepEqual(found, without)
          else
            for (const [key, part] of Object.entries(fate))
              assert.deepEqual((found.sent as Record<string, unknown>)[key], part, key)
        }
      })
    }
}
