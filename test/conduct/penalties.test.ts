import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DrawId, InstrumentId, OfferId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR } from '../../src/base/time.ts'
import { audit } from '../../src/engine/audit.ts'
import { penalties } from '../../src/wire/conduct.ts'
import type { TestVenue, Trader } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'

let v: TestVenue
let alice: Trader
let sol: Trader & { offer: string }
const PRIME = 1 as InstrumentId

before(async () => {
  v = await openTestVenue()
  alice = await v.join('Alice')
  sol = await v.supply('Sol', 'text-prime', '100.00')
  const order = { instrument: 'text-prime', quantity: '50.00', price: '0.80', type: 'limit' }
  for (const [key, side] of [
    [sol.key, 'sell'],
    [alice.key, 'buy'],
  ] as const) {
    const placed = await v.send('POST', '/v1/orders', { key, body: { ...order, side } })
    assert.equal(placed.status, 201, placed.text)
  }
})
after(async () => {
  audit(v.venue.sequencer.state)
  assert.deepEqual(v.errors, [])
  await v.close()
})

/** A call of one unit that Sol fails: 5 % of $0.80. */
async function failedCall(request: string): Promise<DrawId> {
  const draw = v.venue.sequencer.state.nextDraw as DrawId
  await v.ask({
    kind: 'draw.open',
    account: alice.id,
    mandate: NO_MANDATE,
    instrument: PRIME,
    offer: Number(sol.offer.slice(4)) as OfferId,
    request,
    wt: wt(1_000_000),
    buyLimit: null,
    deadline: later(v.venue.clock(), MICROS_PER_HOUR),
  })
  const relayed = { inputTokens: 0, outputTokens: 0 }
  await v.ask({ kind: 'draw.fail', draw, failure: 'truncated', fault: 'supplier', relayed })
  return draw
}

const listed = async (key: string) =>
  penalties.parse((await v.send('GET', '/v1/penalties', { key })).json).data

test('a supplier sees what it was charged, on which delivery, and until when it may dispute that', async () => {
  const draw = await failedCall('first')
  const [one, ...others] = await listed(sol.key)
  assert.equal(others.length, 0)
  assert.ok(one !== undefined)
  const { id, offence, amount, delivery, status, units } = one
  assert.deepEqual(
    { id, offence, amount, delivery, status, units, for: one.for },
    {
      id: 'pen_1',
      offence: 'hard_failure',
      amount: '0.040000',
      delivery: `del_${draw}`,
      status: 'open',
      units: '1.000000',
      for: 'insurance',
    },
  )
  assert.deepEqual(await listed(alice.key), [], 'nobody else does')
})

test('a dispute waits for the operator, whose decision gives the money back', async () => {
  await failedCall('second')
  const path = '/v1/penalties/pen_2/dispute'
  const body = { statement: 'The answer was whole.' }
  assert.equal((await v.send('POST', path, { key: alice.key, body })).status, 404)
  assert.equal((await v.send('POST', path, { key: sol.key, body: { statement: '' } })).status, 400)
  const disputed = await v.send('POST', path, { key: sol.key, body })
  assert.deepEqual(
    [disputed.status, disputed.json.status, disputed.json.statement, disputed.json.disputable_until],
    [200, 'disputed', 'The answer was whole.', null],
  )
  const decide = '/v1/admin/penalties/pen_2/decision'
  const decision = { upheld: false, reason: 'The log agrees.' }
  assert.equal((await v.send('POST', decide, { key: sol.key, body: decision })).status, 403)
  const all = await v.send('GET', '/v1/admin/penalties', { key: v.operator.key })
  assert.deepEqual(
    all.json.data.map(({ id }: { id: string }) => id),
    ['pen_1', 'pen_2'],
  )
  const decided = await v.send('POST', decide, { key: v.operator.key, body: decision })
  assert.deepEqual([decided.status, decided.json.amount, decided.json.upheld], [200, '0.040000', false])
  assert.equal((await v.send('POST', decide, { key: v.operator.key, body: decision })).status, 404)
})

test('after a day it is final; the events say what became of it, and do not name the buyer', async () => {
  v.pass(25 * MICROS_PER_HOUR)
  await v.ask({ kind: 'time.tick' })
  assert.deepEqual(await listed(sol.key), [])
  const events = await v.send('GET', '/v1/events?limit=200', { key: sol.key })
  const told = events.json.data.filter(({ type }: { type: string }) => type.startsWith('penalty.'))
  assert.deepEqual(
    told.map(({ type, payload }: { type: string; payload: { penalty: string } }) => [type, payload.penalty]),
    [
      ['penalty.charged', 'pen_1'],
      ['penalty.charged', 'pen_2'],
      ['penalty.disputed', 'pen_2'],
      ['penalty.closed', 'pen_2'],
      ['penalty.closed', 'pen_1'],
    ],
  )
  assert.ok(!JSON.stringify(told).includes(alice.account))
})
