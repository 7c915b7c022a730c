// A desk on a real venue: what an agent may send, and what it knows after a restart.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Desk } from '../../src/agent/desk.ts'
import { readSettings, SettingFault } from '../../src/agent/setting.ts'
import { HEDGER } from '../../src/agent/hedger.ts'
import type { Step } from '../../src/agent/step.ts'
import { inWords } from '../../src/agent/step.ts'
import type { Client } from '../../src/client/client.ts'
import type { TestVenue, Trader } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'
import { clientOn, deskOn, passSweep } from './door.ts'

let venue: TestVenue
let harbor: Trader & { offer: string }
before(async () => {
  venue = await openTestVenue()
  await passSweep(venue)
  harbor = await venue.supply('Harbor', 'text-prime', '50')
  const body = { instrument: 'text-prime', side: 'sell', price: '0.8000', quantity: '20.00' }
  await venue.send('POST', '/v1/orders', { key: harbor.key, body })
})
after(() => venue.close())

const joined = async (name: string): Promise<Client> =>
  clientOn(venue, (await venue.join(name, { cash: 100 })).key)
const bid = (price: string, quantity: string): Step => ({
  act: 'place',
  order: { instrument: 'TEXT_PRIME-USD', side: 'buy', price, quantity },
  why: 'test',
  facts: {},
})

test('what it is out of pocket and bids together never pass the spend limit', async () => {
  const desk = await deskOn(await joined('limited'), 'one', '2')
  assert.equal((await desk.carry(bid('0.8000', '1.00'), 0)).order?.status, 'filled')
  assert.equal(desk.outlay.toFixed(4), '0.8016')
  assert.equal((await desk.carry(bid('0.7000', '1.00'), 0)).order?.status, 'open')
  const { refused } = await desk.carry(bid('0.7000', '1.00'), 0)
  assert.deepEqual(refused, {
    code: 'spend_limit',
    detail: 'it may cost $0.7014, and $0.4970 of the spend limit is left',
  })
  const [open] = desk.open
  const raise = {
    act: 'amend',
    id: open?.id ?? '',
    price: '0.7000',
    quantity: '3.00',
    why: 'test',
    facts: {},
  } as const
  assert.equal((await desk.carry(raise, 0)).refused?.code, 'spend_limit')
})

test('after a restart it knows its orders, its fills and its next id, and sends nothing twice', async () => {
  const client = await joined('restarted')
  const first = await deskOn(client, 'one', '5')
  for (const quantity of ['0.10', '0.20', '0.30']) await first.carry(bid('0.7000', quantity), 0)
  await first.carry(bid('0.8000', '1.00'), 0)
  const again = await deskOn(client, 'one', '5')
  assert.deepEqual(
    new Set(again.open.map(({ client_order_id: id }) => id)),
    new Set(['one.1', 'one.2', 'one.3']),
  )
  assert.deepEqual(again.account('TEXT_PRIME-USD'), { units: 1, outlay: 801_600, cost: 801_600 })
  assert.equal(again.room.toFixed(6), first.room.toFixed(6))
  assert.equal((await again.carry(bid('0.6900', '0.10'), 0)).order?.client_order_id, 'one.5')
})

test('of many fills between two looks none is missed, however they come in pages', async () => {
  const client = await joined('busy')
  const desk = await deskOn(client, 'one', '5')
  await desk.carry(bid('0.8000', '0.01'), 0)
  for (let n = 0; n < 45; n++)
    await client.orders.place({
      instrument: 'text-prime',
      side: 'buy',
      price: '0.8000',
      quantity: '0.01',
      client_order_id: `one.${n + 2}`,
    })
  await desk.look()
  assert.equal(desk.account('TEXT_PRIME-USD').units, 0.46)
})

test('two of one name cannot both send: the second is refused by the id, and sees what was sent', async () => {
  const client = await joined('twins')
  const [left, right] = [await deskOn(client, 'one', '5'), await deskOn(client, 'one', '5')]
  await left.carry(bid('0.7000', '0.10'), 0)
  assert.equal((await right.carry(bid('0.7000', '0.20'), 0)).refused?.code, 'client_order_id_reused')
  await right.look()
  assert.deepEqual(right.open, left.open, 'and decides from then on as if it had sent them itself')
  const next = await right.carry(bid('0.7000', '0.20'), 0)
  assert.equal(next.order?.client_order_id, 'one.2')
})

test('an order that waits for a person is asked for once, counts in the limit, and is its own when approved', async () => {
  const owner = await joined('owner')
  const { id: mandate } = await owner.mandates.grant({ name: 'careful', approval_above: '0.50' })
  const { secret } = await owner.keys.create({
    name: 'agent',
    scopes: ['account:read', 'trade:place', 'trade:cancel'],
    mandate,
  })
  const client = clientOn(venue, secret ?? '')
  const desk = await deskOn(client, 'one', '2')
  assert.equal((await desk.carry(bid('0.7000', '0.10'), 0)).order?.client_order_id, 'one.1')
  const asked = await desk.carry(bid('0.7000', '1.00'), 0)
  assert.equal(asked.refused?.code, 'approval_needed')
  await desk.look()
  const again = await desk.carry(bid('0.7100', '1.00'), 0)
  assert.deepEqual(again.refused, {
    code: 'approval_needed',
    detail: `${desk.waiting[0]?.id} waits for a person: buy 1.00 for at most $0.701400`,
  })
  assert.equal(desk.room.toFixed(6), (2 - 0.07014 - 0.7014).toFixed(6))
  assert.equal((await owner.approvals.list()).data.length, 1, 'nobody is asked twice')

  // A run that starts meanwhile knows of it too; then it is approved, and is an order like any other.
  const next = await deskOn(client, 'one', '2')
  assert.equal(next.waiting.length, 1)
  await owner.approvals.approve(next.waiting[0]?.id ?? '')
  await next.look()
  assert.deepEqual(new Set(next.open.map(({ client_order_id: id }) => id)), new Set(['one.1', 'one.2']))
  assert.equal((await next.carry(bid('0.7000', '0.20'), 0)).order?.client_order_id, 'one.3')
  assert.equal((await next.withdraw()).length, 3)
})

test('it cancels its own orders and leaves those of others in the account', async () => {
  const client = await joined('neighbours')
  const desk = await deskOn(client, 'one', '5')
  const other = await deskOn(client, 'one-b', '5')
  await desk.carry(bid('0.7000', '0.10'), 0)
  await other.carry(bid('0.7000', '0.10'), 0)
  await client.orders.place({ instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '0.10' })
  assert.equal((await desk.withdraw()).length, 1)
  assert.equal((await client.orders.list({ status: 'open' })).data.length, 2)
})

test('a sale of what the step before it bought is as large as what that filled', async () => {
  const desk = await deskOn(await joined('pair'), 'one', '5')
  const sale: Step = {
    act: 'place',
    order: { instrument: 'TEXT_PRIME-USD', side: 'sell', price: '0.9000', quantity: '2.00' },
    asFilled: true,
    why: 'test',
    facts: {},
  }
  assert.equal((await desk.carry(sale, 0)).refused?.code, 'nothing_filled')
  await desk.carry(bid('0.8000', '0.50'), 0)
  assert.equal((await desk.carry(sale, 0.5)).order?.quantity, '0.50')
})

test('it knows what the units that it has left have cost, whatever it has won or lost on others', async () => {
  const client = await joined('books')
  const desk = await deskOn(client, 'one', '5')
  await desk.carry(bid('0.8000', '2.00'), 0)
  const buyer = await joined('buyer')
  const sell: Step = {
    act: 'place',
    order: { instrument: 'TEXT_PRIME-USD', side: 'sell', price: '0.7500', quantity: '0.50' },
    why: 'test',
    facts: {},
  }
  await buyer.orders.place({ instrument: 'text-prime', side: 'buy', price: '0.7500', quantity: '0.50' })
  await desk.carry(sell, 0)
  const { units, outlay, cost } = (await deskOn(client, 'one', '5')).account('TEXT_PRIME-USD')
  assert.deepEqual([units, cost], [1.5, 1_202_400], 'three quarters of 2 × 0.80 × 1.002')
  assert.equal(outlay, 1_603_200 - 375_000 + 750)
})

test('names and limits that cannot be used are refused in words', () => {
  const client = {} as Client
  assert.throws(() => new Desk({ client, name: 'A B', spendLimit: '1' }), /name must be 1 to 32 of a-z/)
  for (const spendLimit of ['0', '-1', 'much', '1e3'])
    assert.throws(
      () => new Desk({ client, name: 'a', spendLimit }),
      /the spend limit must be dollars above 0/,
    )
})

test('settings are read by their table: unknown, missing and absurd ones are named with the rule', () => {
  const read = (given: Record<string, unknown>) =>
    readSettings(HEDGER, { instrument: 'text-prime', max_price: 1, ...given })
  assert.equal(read({}).confidence, 0.9)
  assert.equal(read({ confidence: '0.95' }).confidence, 0.95, 'as text, as flags give it')
  const fault = (given: Record<string, unknown>, said: RegExp) =>
    assert.throws(
      () => read(given),
      (error) => error instanceof SettingFault && said.test(error.message),
    )
  fault({ colour: 1 }, /^colour is no setting; there are instrument, max_price/)
  fault({ confidence: 1.5 }, /^confidence must be a number from 0.5 to 0.999, not 1.5$/)
  fault({ confidence: 'sure' }, /^confidence must be a number from 0.5 to 0.999, not "sure"$/)
  fault({ confidence: NaN }, /^confidence must be/)
  fault({ instrument: 'a b' }, /^instrument must be text of the form/)
  fault({ take: 'maybe' }, /^take must be text of the form \(yes\|no\), not "maybe"$/)
  assert.throws(
    () => readSettings(HEDGER, { instrument: 'text-prime' }),
    /^SettingFault: max_price is missing: dollars/,
  )
})

test('each step is told in words', () => {
  assert.equal(inWords(bid('0.7000', '0.10')), 'buy 0.10 TEXT_PRIME-USD at $0.7000 resting')
})
