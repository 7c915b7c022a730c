import type { ChatTool } from '../wire/openai.ts'
import { TEXT_ONLY } from './custom-tool.ts'
import type { OwnTool, Tool } from './responses-schema.ts'

/** A tool of the client as suppliers know it: one function with one name. */
export type Offered = { inner: string; namespace: string | null; tool: OwnTool }

const NAME_CHARS_MAX = 64

/** The one name of a tool that may stand in a namespace. */
export const innerName = (namespace: string | null | undefined, name: string): string =>
  namespace ? `${namespace}__${name}` : name

/** All tools of a request that can be offered, in their order. */
export const offeredOf = (tools: readonly Tool[]): Offered[] =>
  tools.flatMap((one): Offered[] => {
    if (one.type === 'function' || one.type === 'custom')
      return [{ inner: one.name, namespace: null, tool: one }]
    if (one.type !== 'namespace') return []
    const { name: namespace, description: about } = one
    return one.tools.map((tool) => ({
      inner: innerName(namespace, tool.name),
      namespace,
      tool: about ? { ...tool, description: [about, tool.description].filter(Boolean).join('\n\n') } : tool,
    }))
  })

/** Places of tools that are left out because what they may do comes to nothing here. */
export const leftOut = (tools: readonly Tool[]): string[] =>
  tools.flatMap(({ type }, at) => (type.startsWith('web_search') ? [`tools[${at}]`] : []))

/** Why tools cannot be told apart by their one name, or nothing. */
export function nameFault(offered: readonly Offered[]): string | undefined {
  const long = offered.find(({ inner }) => inner.length > NAME_CHARS_MAX)
  if (long !== undefined) return `${long.inner} has more than ${NAME_CHARS_MAX} characters with its namespace`
  const names = offered.map(({ inner }) => inner)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? undefined : `${twice} is told twice`
}

/** A tool as chat completions tell it. */
export function chatToolOf({ inner, tool }: Offered): ChatTool {
  const { description } = tool
  const named = { name: inner, ...(description && { description }) }
  if (tool.type === 'custom') return { type: 'function', function: { ...named, parameters: TEXT_ONLY } }
  const { parameters, strict } = tool
  return {
    type: 'function',
    function: {
      ...named,
      ...(parameters && { parameters }),
      ...(typeof strict === 'boolean' && { strict }),
    },
  }
}

/** Tools as a response repeats them: without those that are left out. */
export const echoOfTools = (tools: readonly Tool[]): object[] =>
  tools.flatMap((one): object[] => {
    if (one.type === 'namespace')
      return [
        {
          type: 'namespace',
          name: one.name,
          description: one.description ?? '',
          tools: one.tools.map(echoOf),
        },
      ]
    return one.type === 'function' || one.type === 'custom' ? [echoOf(one)] : []
  })

const echoOf = (one: OwnTool): object => ({
  type: one.type,
  name: one.name,
  description: one.description ?? null,
  ...(one.type === 'custom'
    ? { format: one.format ?? { type: 'text' } }
    : { parameters: one.parameters ?? null, strict: one.strict ?? null }),
})
