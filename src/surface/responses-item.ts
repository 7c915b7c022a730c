import type { Answer } from '../dialect/answer.ts'
import { textOfArguments } from './custom-tool.ts'
import type { Offered } from './responses-tool.ts'
import { sealedReasoning } from './reasoning-seal.ts'
import type { Head, Note, Usage } from './surface.ts'

/** How one response is to be told. */
export type ResponseTerms = {
  /** What it repeats of the request. */
  echo: object
  /** Reasoning is told as its summary, as the client asked, and not as its content. */
  asSummary: boolean
  /** Sealed reasoning is told too. */
  sealed: boolean
  /** The client's tools by the names that suppliers know. */
  offered: ReadonlyMap<string, Offered>
  /** Places of tools that were left out. */
  leftOut: readonly string[]
}

/** The end of a response. Left out, its parts stand in their usual order. */
export type Ended = { answer: Answer; usage: Usage; note: Note; parts?: readonly Part[] }

/** A response that has begun and not ended. */
export const printBegun = (head: Head, { echo }: ResponseTerms): object => ({
  ...printHead(head),
  status: 'in_progress',
  incomplete_details: null,
  output: [],
  usage: null,
  ...echo,
})

const printHead = ({ request, created, model }: Head) => ({
  id: `resp_${request}`,
  object: 'response',
  created_at: created,
  model,
  error: null,
})

/** A response that has ended. */
export function printResponse(
  head: Head,
  terms: ResponseTerms,
  { answer, usage, note, parts = partsOf(terms, answer) }: Ended,
): object {
  const isCut = answer.finish === 'length'
  return {
    ...printHead(head),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: parts.map((part) => printItem(head, terms, answer, part)),
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: usage.input + usage.output,
    },
    ...terms.echo,
    busbar: note,
  }
}

/** What an answer is made of: its reasoning, its message, or one of its calls by its place. */
export type Part = 'reasoning' | 'message' | number

/** The parts of an answer in their usual order. */
function partsOf({ sealed }: ResponseTerms, answer: Answer): Part[] {
  const hasReasoning = answer.reasoning !== '' || (sealed && sealedReasoning(answer) !== null)
  return [
    ...(hasReasoning ? ['reasoning' as const] : []),
    ...(answer.content !== '' || answer.refusal !== '' ? ['message' as const] : []),
    ...answer.tools.keys(),
  ]
}

/** The name of a part. */
export const itemId = ({ request }: Head, part: Part): string => {
  if (part === 'reasoning') return `rs_${request}`
  return part === 'message' ? `msg_${request}` : `fc_${request}_${part}`
}

/** One part of a finished answer. */
export function printItem(head: Head, terms: ResponseTerms, answer: Answer, part: Part): object {
  const status = answer.finish === 'length' ? 'incomplete' : 'completed'
  const id = itemId(head, part)
  if (part === 'reasoning') {
    const sealed = terms.sealed ? sealedReasoning(answer) : null
    return printReasoning(id, terms, { text: answer.reasoning, sealed, status })
  }
  if (part === 'message') return { ...printMessage(id, status), content: printContent(answer) }
  const call = answer.tools[part]
  const { id: call_id = '', name = '', arguments: given = '' } = call ?? {}
  return printCall(id, terms, { call_id, name, arguments: given, status })
}

/** A reasoning item, with its text where the client looks for it. */
export const printReasoning = (
  id: string,
  { asSummary }: ResponseTerms,
  { text, sealed, status }: { text: string; sealed: string | null; status: string },
): object => ({
  type: 'reasoning',
  id,
  status,
  summary: asSummary && text !== '' ? [{ type: 'summary_text', text }] : [],
  ...(!asSummary && text !== '' && { content: [{ type: 'reasoning_text', text }] }),
  ...(sealed !== null && { encrypted_content: sealed }),
})

/** A message without its parts. */
export const printMessage = (id: string, status: string) => ({
  type: 'message',
  id,
  status,
  role: 'assistant',
  content: [] as object[],
})

/** A call of a function, or of a tool that takes plain text. */
export function printCall(
  id: string,
  { offered }: ResponseTerms,
  call: { call_id: string; name: string; arguments: string; status: string },
): object {
  const known = offered.get(call.name)
  const { call_id, arguments: given, status } = call
  const name = known?.tool.name ?? call.name
  const place = known?.namespace ? { namespace: known.namespace } : {}
  if (known?.tool.type !== 'custom')
    return { type: 'function_call', id, call_id, name, ...place, arguments: given, status }
  const input = given === '' ? '' : textOfArguments(given)
  return { type: 'custom_tool_call', id, call_id, name, ...place, input, status }
}

/** The parts of a message. */
export const printContent = ({ content, refusal, contentLogprobs }: Answer): object[] => [
  ...(content === ''
    ? []
    : [{ type: 'output_text', text: content, annotations: [], logprobs: contentLogprobs }]),
  ...(refusal === '' ? [] : [{ type: 'refusal', refusal }]),
]
