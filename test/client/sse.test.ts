import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { serverEvents } from '../../src/client/sse.ts'

const bytes = new TextEncoder()

function streamOf(parts: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}

async function read(parts: Uint8Array[]): Promise<string[]> {
  const events: string[] = []
  for await (const data of serverEvents(streamOf(parts))) events.push(data)
  return events
}

test('each event gives its data; comments, names and ids are passed over', async () => {
  const text = ': keep-alive\n\nevent: message\nid: 7\ndata: {"a":1}\n\ndata:[DONE]\n\n'
  assert.deepEqual(await read([bytes.encode(text)]), ['{"a":1}', '[DONE]'])
})

test('several data lines are one event, joined by a newline', async () => {
  assert.deepEqual(await read([bytes.encode('data: one\ndata: two\n\n')]), ['one\ntwo'])
})

test('an event that is not closed by an empty line is not told', async () => {
  assert.deepEqual(await read([bytes.encode('data: whole\n\ndata: cut')]), ['whole'])
})

test('however the bytes are cut and the lines end, the same events come out', async () => {
  const events = ['{"text":"é中🚀"}', 'two', '[DONE]']
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 30 }),
      async (end, sizes) => {
        const whole = bytes.encode(events.map((event) => `: note${end}data: ${event}${end}${end}`).join(''))
        const parts: Uint8Array[] = []
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          parts.push(whole.slice(at, at + size))
          at += size
        }
        assert.deepEqual(await read(parts), events)
      },
    ),
    { numRuns: 60 },
  )
})
