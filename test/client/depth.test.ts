import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { crc32 } from '../../src/base/crc.ts'
import { bookChecksum } from '../../src/client/checksum.ts'
import type { BookFrame, Depth } from '../../src/client/depth.ts'
import { depthAfter } from '../../src/client/depth.ts'
import type { LevelOut } from '../../src/wire/market.ts'

const steps = { price_increment: '0.0001', quantity_increment: '0.01' }

function frame(
  type: 'snapshot' | 'delta',
  part: Partial<BookFrame>,
  after: { asks: LevelOut[]; bids: LevelOut[] },
) {
  return {
    type,
    channel: 'book' as const,
    instrument: 'TEXT_PRIME-USD',
    seq: 10,
    bids: [],
    asks: [],
    checksum: bookChecksum(after.asks, after.bids, steps),
    ...part,
  }
}

const bids: LevelOut[] = [
  ['0.8124', '3.00', 2],
  ['0.8100', '1.00', 1],
]
const asks: LevelOut[] = [['0.8126', '2.50', 1]]
const held = depthAfter(undefined, frame('snapshot', { bids, asks }, { bids, asks }), steps) as Depth

test('the checksum is CRC-32 of ticks and lots, asks first', () => {
  assert.equal(crc32('123456789'), 0xcbf43926)
  assert.equal(bookChecksum(asks, bids, steps), crc32('8126:250|8124:300|8100:100|'))
  if (typeof zlibCrc32 === 'function') assert.equal(crc32('8126:250|'), zlibCrc32('8126:250|'))
})

test('only ten levels a side are summed', () => {
  const many = Array.from({ length: 12 }, (_, at): LevelOut => [`1.0${10 + at}`, '1.00', 1])
  assert.equal(bookChecksum(many, [], steps), bookChecksum(many.slice(0, 10), [], steps))
})

test('a delta sets levels, and a quantity of nothing removes one', () => {
  const after = { asks: [['0.8125', '1.00', 1], ...asks] as LevelOut[], bids: bids.slice(0, 1) }
  const change = {
    prev_seq: 10,
    seq: 12,
    asks: after.asks.slice(0, 1),
    bids: [['0.8100', '0', 0] as LevelOut],
  }
  const next = depthAfter(held, frame('delta', change, after), steps)
  assert.deepEqual(next, { seq: 12, ...after })
})

test('a delta that does not follow what is held is not trusted', () => {
  const change = { prev_seq: 11, seq: 12 }
  assert.equal(depthAfter(held, frame('delta', change, { bids, asks }), steps), undefined)
  assert.equal(depthAfter(undefined, frame('delta', change, { bids, asks }), steps), undefined)
})

test('a book whose checksum differs is not trusted', () => {
  const change = { prev_seq: 10, seq: 12, bids: [['0.8123', '1.00', 1] as LevelOut] }
  assert.equal(depthAfter(held, frame('delta', change, { bids, asks }), steps), undefined)
})
