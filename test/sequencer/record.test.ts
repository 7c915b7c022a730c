import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Seq } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import type { Command } from '../../src/state/command.ts'
import type { Entry } from '../../src/sequencer/record.ts'
import { parseBatch, RecordBuffer } from '../../src/sequencer/record.ts'

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })
const anyText = fc.string({ unit: 'binary', maxLength: 80 })

const place = fc.record(
  {
    kind: fc.constant('order.place'),
    account: count,
    instrument: count,
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('limit', 'market'),
    timeInForce: fc.constantFrom('gtc', 'ioc', 'fok', 'gtd', 'day'),
    postOnly: fc.constantFrom('none', 'reject', 'slide'),
    selfTrade: fc.constantFrom('cancel_newest', 'cancel_oldest', 'cancel_both', 'decrement', 'transfer'),
    price: maybe(count),
    lots: count,
    clientOrderId: maybe(fc.oneof(fc.string({ maxLength: 70 }), anyText)),
    mandate: count,
    special: fc.record({ expiresAt: count, stop: count, group: count }, { requiredKeys: [] }),
  },
  {
    requiredKeys: [
      'kind',
      'account',
      'instrument',
      'side',
      'type',
      'timeInForce',
      'postOnly',
      'selfTrade',
      'price',
      'lots',
      'clientOrderId',
      'mandate',
    ],
  },
)
const amend = fc.record(
  {
    kind: fc.constant('order.amend'),
    account: count,
    order: count,
    price: maybe(count),
    lots: maybe(count),
    mandate: count,
    special: fc.record({ stop: count }),
  },
  { requiredKeys: ['kind', 'account', 'order', 'price', 'lots', 'mandate'] },
)
const command = fc.oneof(
  place,
  amend,
  fc.record({ kind: fc.constant('order.cancel'), account: count, order: count }),
  fc.record({ kind: fc.constant('time.tick') }),
  fc.record({ kind: fc.constant('member.admit'), name: anyText }),
  fc.record({ kind: fc.constant('draw.settle'), draw: count, reading: fc.object({ maxDepth: 1 }) }),
) as unknown as fc.Arbitrary<Command>
const digest = fc.string({
  unit: fc.constantFrom('0', '1', '8', '9', 'a', 'f'),
  minLength: 16,
  maxLength: 64,
})
const entries = fc.array(fc.tuple(count as fc.Arbitrary<Instant>, command, maybe(digest)), {
  minLength: 1,
  maxLength: 200,
})

const batchOf = (bytes: Uint8Array, last: number) => ({ first: 1, last: last as Seq, bytes })

void describe('the records of a batch', () => {
  void it('read back as the commands that were written, whatever they are', () => {
    fc.assert(
      fc.property(entries, (written) => {
        const records = new RecordBuffer()
        for (const [at, told, kept] of written) {
          records.add(at, told)
          if (kept !== null) records.addDigest(kept)
        }
        const read = parseBatch(batchOf(records.bytes(), written.length))
        // JSON is the measure of what a command says.
        const said = written.map(([at, told, kept]): Entry => (kept === null ? [at, told] : [at, told, kept]))
        assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(said)))
      }),
    )
  })

  void it('take a plain order in 42 bytes and what it names', () => {
    const records = new RecordBuffer()
    const order = {
      kind: 'order.place',
      account: 1,
      instrument: 2,
      side: 'buy',
      type: 'limit',
      timeInForce: 'gtc',
      postOnly: 'none',
      selfTrade: 'cancel_newest',
      price: 7_000,
      lots: 100,
      clientOrderId: null,
      mandate: 0,
    } as unknown as Command
    records.add(0 as Instant, order)
    assert.equal(records.length, 1 + 1 + 8 + 42)
  })

  void it('are refused where the form, a kind or the count is not one of ours', () => {
    const records = new RecordBuffer()
    records.add(5 as Instant, { kind: 'time.tick' })
    const bytes = new Uint8Array(records.bytes())
    assert.throws(() => parseBatch(batchOf(bytes, 2)), /commands 1 to 2 are 2 records/)
    assert.throws(
      () => parseBatch(batchOf(Buffer.from('[5,{}]'), 1)),
      /form 2 are read, this one is of form 91/,
    )
    const unknown = new Uint8Array(bytes)
    unknown[1] = 77
    assert.throws(() => parseBatch(batchOf(unknown, 1)), /kind 77/)
    const cut = bytes.subarray(0, bytes.length - 3)
    assert.throws(() => parseBatch(batchOf(cut, 1)))
  })
})
