import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printAsyncApi, STREAM_EXAMPLES } from '../../src/contract/asyncapi.ts'
import { OPERATIONS } from '../../src/operations/operations.ts'
import { printOpenApi } from '../../src/contract/openapi.ts'
import { lineFrames } from '../../src/wire/stream-frame.ts'
import { channelName, ORDER_OPS, streamRequest } from '../../src/wire/stream.ts'

type Json = Record<string, unknown>
const printed = JSON.parse(JSON.stringify(printAsyncApi('0.1.0'))) as {
  asyncapi: string
  channels: { stream: { address: string; messages: Json } }
  operations: Record<'ask' | 'tell', { messages: { $ref: string }[] }>
  components: { messages: Record<string, { payload: Json }>; schemas: Json }
}

/** Follows a `#/a/b` reference. */
const find = (document: unknown, ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, step) => (at as Json | undefined)?.[step], document)

function refsIn(value: unknown, found: string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return found
  for (const [name, one] of Object.entries(value))
    if (name === '$ref' && typeof one === 'string') found.push(one)
    else refsIn(one, found)
  return found
}

describe('the AsyncAPI document', () => {
  test('has every channel, every op and every frame of the line', () => {
    const names = Object.keys(printed.components.messages)
    for (const channel of channelName.options) assert.ok(names.includes(`channel.${channel}`), channel)
    for (const op of Object.keys(STREAM_EXAMPLES)) assert.ok(names.includes(op), op)
    for (const type of Object.keys(lineFrames)) assert.ok(names.includes(`line.${type}`), type)
    const told = [...printed.operations.ask.messages, ...printed.operations.tell.messages]
    assert.equal(told.length, names.length)
    for (const { payload } of Object.values(printed.components.messages)) assert.ok(payload)
  })

  test('shows examples that the exchange itself accepts', () => {
    for (const [op, example] of Object.entries(STREAM_EXAMPLES))
      assert.ok(streamRequest.safeParse(example).success, op)
    for (const op of ORDER_OPS) {
      const operation = OPERATIONS.find(({ id }) => id === op)
      const { id, ...body } = STREAM_EXAMPLES[op].params as Json
      if (operation?.params !== undefined) assert.ok(operation.params.safeParse({ id }).success, op)
      if (operation?.body !== undefined) assert.ok(operation.body.safeParse(body).success, op)
    }
  })

  test('refers only to what is there, as OpenAPI does', () => {
    for (const document of [printed, JSON.parse(JSON.stringify(printOpenApi('0.1.0'))) as unknown])
      for (const ref of refsIn(document)) assert.notEqual(find(document, ref), undefined, ref)
  })
})
