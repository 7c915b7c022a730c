/** What a tool that takes plain text is to a supplier: a function of that one text. */
export const TEXT_ONLY = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
} as const

/** Plain text as the arguments of such a function. */
export const argumentsOfText = (input: string): string => JSON.stringify({ input })

/** The plain text in such arguments. What was cut short is told as it came. */
export function textOfArguments(text: string): string {
  try {
    const { input } = JSON.parse(text) as { input?: unknown }
    return typeof input === 'string' ? input : text
  } catch {
    // The limit of the answer fell into the call.
    return text
  }
}
