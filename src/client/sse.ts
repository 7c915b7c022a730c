/** The `data` of each server-sent event in a byte stream. Comments, ids and event names are passed over. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      // A lone CR at the end may be half of a CRLF: wait for what follows.
      const whole = done || !rest.endsWith('\r') ? rest : rest.slice(0, -1)
      const lines = whole.split(/\r\n|\n|\r/)
      rest = (done ? '' : (lines.pop() ?? '')) + rest.slice(whole.length)
      for (const line of lines) {
        if (line.startsWith('data:')) data.push(line.slice(line.charAt(5) === ' ' ? 6 : 5))
        if (line !== '' || data.length === 0) continue
        yield data.join('\n')
        data = []
      }
      if (done) return
    }
  } finally {
    await reader.cancel()
  }
}
