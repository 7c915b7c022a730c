import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Call, Upstream } from '../../src/delivery/upstream.ts'
import { createUpstream } from '../../src/delivery/upstream.ts'
import { systemTimer } from '../../src/delivery/timer.ts'

// An answer that comes faster than its draw is durable is held; its connection must still serve the next call.

const event = (choice: object) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`
const ANSWER =
  event({ delta: { content: 'at once' } }) + event({ delta: {}, finish_reason: 'stop' }) + 'data: [DONE]\n\n'
const CLOCKS = { firstToken: 5_000, interToken: 5_000, total: 5_000 }

let connections = 0
let upstream: Upstream
const supplier = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(ANSWER)
  })
})
supplier.on('connection', () => connections++)

before(async () => {
  await new Promise<void>((resolve) => supplier.listen(0, '127.0.0.1', resolve))
  upstream = createUpstream({ allowPrivate: true, ports: [] }, systemTimer)
})
after(async () => {
  await upstream.close()
  supplier.close()
})

function ask(onContent: (call: Call) => void): Promise<void> {
  const { port } = supplier.address() as AddressInfo
  const endpoint = {
    dialect: 'openai',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: null,
    model: 'm',
    headers: {},
  } as const
  return new Promise((resolve, reject) => {
    const call: Call = upstream.call(endpoint, '{}', CLOCKS, {
      accepted: () => undefined,
      chunk: () => onContent(call),
      drained: () => undefined,
      ended: (ending) => ('finish' in ending ? resolve() : reject(new Error(ending.code))),
    })
  })
}

for (const [held, onContent] of [
  ['read as it comes', () => undefined],
  ['held', (call: Call) => call.pause()],
] as const)
  test(`answers one after another share a connection, each ${held}`, async () => {
    connections = 0
    for (let n = 0; n < 20; n++) await ask(onContent)
    assert.ok(connections <= 2, `${connections} connections`)
  })
