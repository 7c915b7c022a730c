import type { ChatRequest } from '../wire/openai.ts'
import { isUnit } from '../measure/vector-space.ts'
import type { VectorSpace } from '../state/instrument.ts'
import type { Answer } from '../dialect/answer.ts'
import type { Failure } from './failure.ts'
import { failure } from './failure.ts'
import type { SchemaAnswer, SchemaQuestion } from './schema-worker.ts'
import { openThread } from '../thread/question-thread.ts'

/**
 * Judges the form of a finished answer: not empty, and of the schema or tool signature that was asked for.
 */
export type Judge = {
  /** What is wrong with the answer, or nothing. Speed is judged by the exchange itself, from the reading. */
  judge(request: ChatRequest, answer: Answer, vectors?: VectorSpace): Promise<Failure | undefined>
  close(): Promise<void>
}

/** Schemas come from buyers: one that takes longer than this to check is taken as satisfied. */
const SCHEMA_MS = 1_000

export function createJudge(): Judge {
  const thread = openThread<SchemaQuestion, SchemaAnswer>(
    new URL('./schema-worker', import.meta.url),
    SCHEMA_MS,
  )

  async function misfits(question: SchemaQuestion): Promise<boolean> {
    const verdicts = await thread.ask(question).catch((): SchemaAnswer => [])
    return verdicts.includes('misfits')
  }

  return {
    async judge(request, answer, vectors) {
      if (vectors !== undefined) return vectorFault(request, answer, vectors)
      if (isEmpty(answer)) return failure('empty', 'the answer is empty')
      // What was cut short cannot be whole JSON, and a refusal is an answer of its own kind.
      if (answer.finish === 'length' || answer.refusal !== '') return undefined
      const signature = toolFault(request, answer)
      if (signature !== undefined) return failure('tool_mismatch', signature)
      if (answer.tools.length > 0)
        return (await misfits(argumentsOf(request, answer)))
          ? failure('tool_mismatch', 'the arguments of a tool call do not fit its parameters')
          : undefined
      const question = formatOf(request, answer)
      if (question !== null && (await misfits([question])))
        return failure('schema_mismatch', 'the answer does not fit the response format')
      return undefined
    },
    close: () => thread.close(),
  }
}

/** A vector for each text, of the spec's length and of length 1. */
function vectorFault(
  { messages }: ChatRequest,
  { vectors }: Answer,
  { dimensions }: VectorSpace,
): Failure | undefined {
  if (vectors.length === 0) return failure('empty', 'the answer is empty')
  const fault = (detail: string) => failure('schema_mismatch', detail)
  if (vectors.length !== messages.length) return fault('not one vector for each text')
  const wrong = vectors.find(({ length }) => length !== dimensions)
  if (wrong !== undefined) return fault(`a vector of ${wrong.length} numbers instead of ${dimensions}`)
  return vectors.every((one) => isUnit(one)) ? undefined : fault('a vector whose length is not 1')
}

function isEmpty(answer: Answer): boolean {
  if (answer.content !== '' || answer.refusal !== '' || answer.tools.length > 0) return false
  return answer.reasoning === '' || answer.finish !== 'length'
}

/** Why the tool calls are not those that were asked for, or nothing. */
function toolFault(request: ChatRequest, answer: Answer): string | undefined {
  const choice = request.tool_choice
  if (answer.tools.length === 0 && choice !== 'required' && typeof choice !== 'object') return undefined
  const offered = new Set(choice === 'none' ? [] : (request.tools ?? []).map((tool) => tool.function.name))
  if (answer.tools.some((tool) => !offered.has(tool.name))) return 'a tool was called that was not offered'
  if (answer.tools.length === 0 && choice === 'required') return 'a tool call was required'
  if (typeof choice !== 'object' || choice === null) return undefined
  return answer.tools.some((tool) => tool.name === choice.function.name)
    ? undefined
    : 'another tool was asked for'
}

function argumentsOf(request: ChatRequest, answer: Answer): SchemaQuestion {
  const parameters = new Map(
    (request.tools ?? []).map((tool) => [tool.function.name, tool.function.parameters]),
  )
  return answer.tools.map((tool) => ({
    // Models call a tool without parameters with nothing at all.
    text: tool.arguments === '' ? '{}' : tool.arguments,
    schema: parameters.get(tool.name) ?? null,
  }))
}

function formatOf(request: ChatRequest, answer: Answer): SchemaQuestion[number] | null {
  const format = request.response_format
  if (!format || format.type === 'text') return null
  const schema = format.type === 'json_schema' ? (format.json_schema.schema ?? null) : null
  return { text: answer.content, schema }
}
