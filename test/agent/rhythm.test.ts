import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRhythm } from '../../src/agent/rhythm.ts'

test('a turn that fails is told, and the next one comes all the same', async () => {
  const errors: unknown[] = []
  let turns = 0
  await new Promise<void>((resolve) => {
    const rhythm = startRhythm({
      pauseMs: () => 1,
      turn: async () => {
        turns++
        if (turns === 1) throw new Error('once')
        void rhythm.stop().then(resolve)
      },
      onError: (error) => errors.push(error),
    })
  })
  assert.equal(turns, 2)
  assert.equal(errors.length, 1)
})

test('stopping does not wait for the pause, but for the turn under way', async () => {
  const slow = startRhythm({
    pauseMs: () => 60_000,
    turn: async () => assert.fail(),
    onError: () => assert.fail(),
  })
  await slow.stop()
  let ended = false
  let begun = () => {}
  const began = new Promise<void>((resolve) => {
    begun = resolve
  })
  const busy = startRhythm({
    pauseMs: () => 0,
    turn: async () => {
      begun()
      await new Promise((resolve) => setTimeout(resolve, 20))
      ended = true
    },
    onError: () => assert.fail(),
  })
  await began
  await busy.stop()
  assert.ok(ended)
})
