import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rejects } from '../../src/state/reject.ts'

const root = new URL('../..', import.meta.url).pathname
const page = readFileSync(join(root, 'docs', 'rejects.md'), 'utf8')
const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.+) \| (.+) \|$/gm)].map(
  ([, code = '', number = '', happened = '', todo = '']) => ({
    code,
    number: Number(number),
    happened,
    todo,
  }),
)

test('the page and the code have the same reasons, numbers and order', () => {
  assert.deepEqual(
    rows.map(({ code, number }) => [code, number]),
    Object.entries(rejects),
  )
})

test('the page says what happened and what to do about it', () => {
  for (const { code, happened, todo } of rows) {
    assert.match(happened, /^[A-Z].{10,}\.$/, code)
    assert.match(todo, /^[A-Z].{5,}\.$/, code)
  }
})

test('numbers are unique and sort the reasons', () => {
  const numbers = Object.values(rejects)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  )
})

test('no reason is left that the engine never gives', () => {
  const folders = ['state', 'mandate', 'trading', 'standing', 'claims', 'engine'].map((name) =>
    join(root, 'src', name),
  )
  const source = folders.flatMap((folder) =>
    readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')),
  )
  for (const code of Object.keys(rejects))
    assert.ok(
      source.some((text) => text.includes(`refuse('${code}'`) || text.includes(`refusal: '${code}'`)),
      code,
    )
})
