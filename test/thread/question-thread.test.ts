// A thread that is ended by one question: the others that it was asked, before and after, are answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openThread } from '../../src/thread/question-thread.ts'

const WORDS = new URL('./answering-thread', import.meta.url)
const TIMEOUT_MS = 500

for (const { fatal, why } of [
  { fatal: 'spin', why: /did not answer in 500 ms/ },
  { fatal: 'leave', why: /left with code 3/ },
])
  test(`only the question that ends a thread is refused: ${fatal}`, async (t) => {
    const thread = openThread<string, string>(WORDS, TIMEOUT_MS)
    t.after(() => thread.close())
    assert.equal(await thread.ask('first'), 'first')
    for (const words of [[fatal], ['a', fatal], [fatal, 'b'], ['a', 'b', fatal, 'c', fatal, 'd']]) {
      const asked = await Promise.allSettled(words.map((word) => thread.ask(word)))
      for (const [at, one] of asked.entries())
        if (words[at] === fatal) {
          assert.ok(one.status === 'rejected')
          assert.match(String(one.reason), why)
        } else assert.deepEqual(one, { status: 'fulfilled', value: words[at] })
    }
    assert.deepEqual(await Promise.all(['x', 'y', 'z'].map((word) => thread.ask(word))), ['x', 'y', 'z'])
  })
