/** What a prompt tells and asks to have repeated, or undefined where it asks for nothing of the kind. */
export function recalled(prompt: string): string | undefined {
  const repeated = /^Reply with only these words, as they stand: (.+)$/.exec(prompt)?.[1]
  if (repeated !== undefined) return repeated
  if (!prompt.endsWith('Reply with only the password told above.')) return undefined
  return /The password is "([^"]+)"/.exec(prompt)?.[1]
}
