// Billed is what was relayed, to the token: for what conforms and for what the buyer cut short, tools too; nothing
// where the supplier failed. And counting never stalls the event loop.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { createMeter } from '../../src/meter/meter.ts'
import { pause } from './bad-supplier.ts'
import type { Rig } from './rig.ts'
import { buildRig, HASTE, QUICK, readStream } from './rig.ts'

const meter = createMeter()
let rig: Rig
before(async () => {
  // Nothing here is about being late, and the machine may be busy.
  const patience = { ...HASTE, firstToken: 10_000, interToken: 10_000, headStart: 20_000 }
  rig = await buildRig({
    modes: ['scripted'],
    buyerUnits: 5,
    patience,
    spec: { ...QUICK, latencyBaseMs: 10_000 },
  })
})
after(async () => {
  await rig.quiet()
  await rig.close()
  await meter.close()
})

type Piece = {
  content?: string
  reasoning_content?: string
  tool?: { index: number; name?: string; arguments: string }
}

const text = fc.oneof(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), fc.lorem({ maxCount: 6 }))
const words: fc.Arbitrary<Piece> = fc.oneof(
  text.map((content) => ({ content })),
  text.map((reasoning_content) => ({ reasoning_content })),
)
/** Parts of a call's arguments: together they are JSON. */
const call: fc.Arbitrary<Piece[]> = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }).map((args) => {
  const whole = JSON.stringify(args)
  const cut = Math.floor(whole.length / 2)
  return [
    { tool: { index: 0, name: 'look', arguments: whole.slice(0, cut) } },
    { tool: { index: 0, arguments: whole.slice(cut) } },
  ]
})
const answer = fc
  .tuple(fc.array(words, { minLength: 1, maxLength: 12 }), fc.option(call, { nil: [] }))
  // What only thinks is empty, and fails.
  .map(([said, called]) => [...said, { content: 'So' }, ...called])

const TOOLS = { tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }] }

/** The texts of an answer, each to be counted by itself, in the order in which they are hashed. */
function textsOf(pieces: readonly Piece[]): string[] {
  const join = (of: (piece: Piece) => string | undefined) => pieces.map((piece) => of(piece) ?? '').join('')
  const texts = [join((piece) => piece.reasoning_content), join((piece) => piece.content)]
  if (!pieces.some(({ tool }) => tool)) return texts
  return [...texts, join(({ tool }) => tool?.name), join(({ tool }) => tool?.arguments)]
}

const tokensOf = async (texts: string[]) =>
  (await meter.count(texts)).reduce((sum, tokens) => sum + tokens, 0)

const ask = (pieces: readonly Piece[], end: string, stream: boolean, signal?: AbortSignal) =>
  rig.ask(
    { ...TOOLS, stream, messages: [{ role: 'user', content: JSON.stringify({ pieces, end }) }] },
    signal === undefined ? {} : { signal },
  )

test('whatever is said, billed is the count of what was relayed, and nothing where the supplier failed', () =>
  fc.assert(
    fc.asyncProperty(answer, fc.boolean(), fc.boolean(), async (pieces, stream, isCutShort) => {
      const settled = rig.all('draw.settled').length
      if (isCutShort) {
        await (await ask(pieces, 'rst', stream)).text()
        while (rig.gateway.inFlight > 0) await pause(1)
        assert.equal(rig.all('draw.settled').length, settled)
      }
      await (await ask(pieces, 'stop', stream)).text()
      while (rig.gateway.inFlight > 0) await pause(1)
      const texts = textsOf(pieces)
      const [one] = rig.all('draw.settled').slice(settled)
      assert.ok(one)
      assert.equal(one.reading.outputTokens, await tokensOf(texts))
      assert.equal(one.reading.outputHash, hash('sha256', texts.join('')))
    }),
    { numRuns: 60, seed: 4 },
  ))

test('a buyer that hangs up pays for what had been relayed, which is at least what it has read', () =>
  fc.assert(
    fc.asyncProperty(fc.array(words, { minLength: 2, maxLength: 8 }), fc.nat(6), async (pieces, read) => {
      const settled = rig.all('draw.settled').length
      const aborter = new AbortController()
      const response = await ask(pieces, 'linger', true, aborter.signal)
      const reader = response.body?.getReader()
      let seen = ''
      const events = () => seen.split('\n\n').filter((event) => event.includes('"delta"')).length
      while (events() <= Math.min(read, pieces.length - 1)) {
        const { value } = (await reader?.read()) ?? {}
        seen += Buffer.from(value ?? []).toString()
      }
      aborter.abort()
      await reader?.cancel().catch(() => {})
      while (rig.gateway.inFlight > 0) await pause(1)
      const [one] = rig.all('draw.settled').slice(settled)
      assert.ok(one)
      const shares = pieces.map((_, i) => textsOf(pieces.slice(0, i + 1)))
      const relayed = shares.findIndex((texts) => hash('sha256', texts.join('')) === one.reading.outputHash)
      assert.ok(relayed + 1 >= events(), `paid for ${relayed + 1} pieces, read ${events()}`)
      assert.equal(one.reading.outputTokens, await tokensOf(shares[relayed] ?? []))
    }),
    { numRuns: 25, seed: 9 },
  ))

test('a prompt of 64 KB is counted beside the event loop, which goes on turning', async () => {
  const content = Array.from({ length: 9_000 }, (_, i) => `word${i % 977}`).join(' ')
  assert.ok(content.length > 64 * 1024)
  const own = await buildRig({ modes: ['ok'], patience: { ...HASTE, firstToken: 5_000 } })
  try {
    await (await own.ask({ messages: [{ role: 'user', content }] })).text()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    const used = performance.eventLoopUtilization()
    delay.enable()
    for (let i = 0; i < 8; i++) {
      // A new prompt each time, so that none has been counted before.
      const messages = [{ role: 'user', content: `${i} ${content} ${i}` }]
      const streamed = await readStream(await own.ask({ stream: true, messages }))
      assert.ok(streamed.done)
    }
    delay.disable()
    const busy = performance.eventLoopUtilization(used)
    // Counting takes 7 ms and more of each prompt: done here, the loop would be held so long at a time.
    const median = delay.percentile(50) / 1e6
    assert.ok(median < 5, `the loop turns every ${median.toFixed(1)} ms, busy ${busy.utilization.toFixed(2)}`)
    const reading = own.last('draw.settled').reading
    assert.equal(reading.inputTokens, await tokensOf([`7 ${content} 7`]))
  } finally {
    await own.close()
  }
})

test('a supplier that inflates its usage is paid by our count, and each of its claims is marked', async () => {
  const own = await buildRig({ modes: ['inflated'] })
  try {
    for (let i = 0; i < 20; i++) await (await own.ask({})).text()
    for (const { reading } of own.all('draw.settled')) {
      assert.equal(reading.claimFits, false)
      assert.ok(reading.outputTokens < (reading.claimedOutput ?? 0))
    }
    const [supplier] = own.suppliers
    assert.ok(supplier)
    supplier.mode = 'ok'
    await (await own.ask({})).text()
    assert.equal(own.last('draw.settled').reading.claimFits, true)
    supplier.mode = 'noDone'
    await (await own.ask({})).text()
    assert.equal(own.last('draw.settled').reading.claimFits, undefined)
  } finally {
    await own.close()
  }
})
