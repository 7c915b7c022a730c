// Suppliers that lie on the wire, and buyers that hang up on every kind of supplier: nothing leaks into the next request,
// and nothing stays held.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModeName } from './bad-supplier.ts'
import { modes, pause, TEXT } from './bad-supplier.ts'
import type { Rig } from './rig.ts'
import { buildRig, readStream } from './rig.ts'

async function withRig(mode: ModeName, then: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await buildRig({ modes: [mode] })
  try {
    await then(rig)
    await rig.quiet()
  } finally {
    await rig.close()
  }
}

for (const mode of [
  'smuggled',
  'bothLengths',
  'shortLength',
  'badChunk',
  'splitHeader',
  'manyHeaders',
] as const)
  test(`${mode}: whole or an error, never another's answer; the next request is clean`, () =>
    withRig(mode, async (rig) => {
      const [supplier] = rig.suppliers
      assert.ok(supplier)
      const streamed = await readStream(await rig.ask({ stream: true }))
      assert.ok(!streamed.text.includes('ghost'))
      if (streamed.error === null) assert.equal(streamed.text, TEXT)
      else assert.ok(!streamed.done)
      const settled = rig.all('draw.settled').length
      assert.equal(settled, streamed.error === null ? 1 : 0)
      supplier.mode = 'ok'
      for (let i = 0; i < 3; i++) {
        const whole = (await (await rig.ask({})).json()) as { choices: { message: { content: string } }[] }
        assert.equal(whole.choices[0]?.message.content, TEXT)
      }
      assert.equal(rig.all('draw.settled').length, settled + 3)
    }))

/** Asks twice, streaming and not, and hangs up in the middle. */
const hangUp = (mode: ModeName) =>
  withRig(mode, async (rig) => {
    for (const stream of [true, false]) {
      const aborter = new AbortController()
      const content = JSON.stringify({ pieces: [{ content: 'a' }], end: 'hang' })
      const asked = rig.ask({ stream, messages: [{ role: 'user', content }] }, { signal: aborter.signal })
      await Promise.race([asked.catch(() => undefined), pause(20)])
      aborter.abort()
      await asked.then((response) => response.text()).catch(() => '')
    }
    await rig.quiet()
    const { accounts } = rig.sequencer.state
    const reserved = rig.accounts.map((account) => accounts[account - 1]?.positions[0]?.reserved)
    assert.deepEqual(reserved, [0], mode)
  })

const all = Object.keys(modes) as ModeName[]
const AT_ONCE = 16
for (let from = 0; from < all.length; from += AT_ONCE) {
  const some = all.slice(from, from + AT_ONCE)
  test(`a buyer hangs up on ${some.join(', ')}: the request ends, and nothing stays held`, () =>
    Promise.all(some.map(hangUp)).then(() => undefined))
}
