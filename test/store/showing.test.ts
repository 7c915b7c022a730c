import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { freshItems } from '../../src/assay/fresh-items.ts'
import { chance } from '../../src/base/chance.ts'
import type { MemberId } from '../../src/base/ids.ts'
import { TOKENIZER } from '../../src/meter/meter.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { openShowings } from '../../src/store/showing.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-showing-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const [ONE, TWO] = [1 as MemberId, 2 as MemberId]

test('a supplier is shown an exact question three times, over restarts, and never again', async () => {
  const path = join(folder, 'one.db')
  for (let start = 0; start < 5; start++) {
    const showings = await openShowings(path)
    assert.deepEqual(await showings.show(ONE, ['What is 2 + 2?']), start < 3 ? ['What is 2 + 2?'] : [])
    await showings.close()
  }
  const showings = await openShowings(path)
  assert.deepEqual(
    await showings.show(TWO, ['What is 2 + 2?']),
    ['What is 2 + 2?'],
    'another has not seen it',
  )
  assert.deepEqual(await showings.show(ONE, ['a', 'What is 2 + 2?', 'b']), ['a', 'b'])
  await showings.close()
  assert.ok(!readFileSync(path).includes('What is'), 'questions themselves are not kept')
})

test('many at once are counted as exactly as one by one', async () => {
  const showings = await openShowings(':memory:')
  const told = await Promise.all(Array.from({ length: 20 }, () => showings.show(ONE, ['q'])))
  assert.equal(told.flat().length, 3)
  await showings.close()
})

test('the same seed asks a supplier nothing a fourth time: other items are drawn instead', async () => {
  const showings = await openShowings(':memory:')
  const [spec] = launchSpecs(TOKENIZER.sha256)
  assert.ok(spec)
  const draws: string[][] = []
  for (let draw = 0; draw < 4; draw++)
    draws.push((await freshItems(spec, 50, chance(9), showings, ONE)).map(({ prompt }) => prompt))
  assert.deepEqual(
    draws.map((draw) => draw.length),
    [50, 50, 50, 50],
  )
  assert.deepEqual(draws[1], draws[0])
  assert.deepEqual(draws[2], draws[0])
  assert.ok(draws[3]?.every((prompt) => !draws[0]?.includes(prompt)))
  await showings.close()
})
