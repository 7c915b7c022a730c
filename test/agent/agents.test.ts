// Each ready agent on a real venue: API, engine, ledger and history, without a socket.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createAgent } from '../../src/agent/agents.ts'
import type { Told } from '../../src/agent/loop.ts'
import { audit } from '../../src/engine/audit.ts'
import type { TestVenue, Trader } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'
import { clientOn, deskOn, passSweep, stopAfter, turnsOf } from './door.ts'

let venue: TestVenue
let harbor: Trader & { offer: string }

before(async () => {
  venue = await openTestVenue()
  await passSweep(venue)
  harbor = await venue.supply('Harbor', 'text-prime', '100')
})
after(() => venue.close())

const ask = (price: string, quantity: string, instrument = 'text-prime', key = harbor.key) =>
  venue.send('POST', '/v1/orders', { key, body: { instrument, side: 'sell', price, quantity } })
const clear = (key = harbor.key) => venue.send('POST', '/v1/orders/cancel', { key, body: {} })
const placed = (told: readonly Told[]) => told.flatMap(({ outcome }) => outcome?.order ?? [])
const refused = (told: readonly Told[]) => told.flatMap(({ outcome }) => outcome?.refused?.code ?? [])

test('maker: quotes both sides in a group, moves with the market, and is gone when it stops', async () => {
  const { key } = await venue.join('maker', { cash: 100 })
  const client = clientOn(venue, key)
  await ask('0.8100', '20.00')
  const settings = {
    instrument: 'text-prime',
    half_spread: 0.01,
    levels: 2,
    size: 1,
    target: 2,
    max_units: 4,
  }
  const desk = await deskOn(client, 'mm', '10')
  const first = await turnsOf(desk, createAgent('maker', desk, settings), 1)
  assert.deepEqual(refused(first), [])
  assert.ok(
    placed(first).every(({ side, post_only: post }) => side === 'buy' && post === 'slide'),
    'it holds nothing to sell',
  )
  assert.equal(placed(first).length, 2)
  assert.match(first[0]?.step.why ?? '', /a unit is worth \$0\.8000; level 1 stands 1\.0 % away, leaning up/)

  // Somebody sells to it: now it quotes both sides.
  await venue.send('POST', '/v1/orders', {
    key: harbor.key,
    body: { instrument: 'text-prime', side: 'sell', price: placed(first)[0]?.price, quantity: '1.00' },
  })
  const again = await deskOn(client, 'mm', '10')
  const second = await turnsOf(again, createAgent('maker', again, settings), 1)
  assert.ok(placed(second).some(({ side }) => side === 'sell'))
  assert.equal(again.account('TEXT_PRIME-USD').units, 1, 'it knows from the record what it has bought')
  assert.ok(again.open.length >= 3)
  assert.ok(again.open.every(({ group }) => group !== null))

  const stopped = await stopAfter(again, createAgent('maker', again, settings), 1)
  const left = await client.orders.list({ status: 'open' })
  assert.deepEqual(left.data, [], `${stopped.join(' ')} canceled`)
  assert.deepEqual(await client.orderGroups.list(), [])
  await clear()
})

test('maker: what another agent of its account has for sale is not its own to quote', async () => {
  const { key } = await venue.join('shared', { cash: 100 })
  const client = clientOn(venue, key)
  await ask('0.8000', '1.00')
  await client.orders.place({ instrument: 'text-prime', side: 'buy', price: '0.8000', quantity: '1.00' })
  await client.orders.place({ instrument: 'text-prime', side: 'sell', price: '0.9000', quantity: '0.70' })
  const desk = await deskOn(client, 'mm', '10')
  const told = await turnsOf(desk, createAgent('maker', desk, { instrument: 'text-prime', levels: 1 }), 1)
  assert.deepEqual(refused(told), [])
  assert.deepEqual(
    placed(told).map(({ side, quantity }) => [side, quantity]),
    [
      ['buy', '1.00'],
      ['sell', '0.30'],
    ],
  )
  await client.orders.cancelAll()
})

test('supplier: issues, asks what delivery costs, and hands back what is unsold when its offer rests', async () => {
  const client = clientOn(venue, harbor.key)
  const rival = await venue.supply('Rival', 'text-prime', '5')
  await ask('0.8100', '5.00', 'text-prime', rival.key)
  const own = await venue.supply('Quarry', 'text-prime', '0.01')
  const quarry = clientOn(venue, own.key)
  const settings = { instrument: 'text-prime', offer: own.offer, cost: 0.7, margin: 0.1, stock: 5 }
  const desk = await deskOn(quarry, 'quarry', '5')
  const told = await turnsOf(desk, createAgent('supplier', desk, settings), 1)
  assert.deepEqual(refused(told), [])
  const [asked] = placed(told)
  assert.equal(asked?.price, '0.8099', 'a tick below the best other ask')
  assert.match(told.map(({ step }) => step.why).join('\n'), /that is \$0\.7739 at least/)
  const again = await turnsOf(desk, createAgent('supplier', desk, settings), 1)
  assert.deepEqual(
    again.map(({ step }) => step.act),
    ['wait'],
  )

  await quarry.offers.announce(own.offer)
  const closing = await turnsOf(desk, createAgent('supplier', desk, settings), 1)
  assert.deepEqual(
    closing.map(({ step }) => step.act),
    ['cancel', 'redeem'],
  )
  assert.deepEqual(refused(closing), [])
  const { data } = await quarry.balances()
  assert.equal(data.find(({ asset }) => asset === 'USD')?.bond, '0.000000')
  await clear(rival.key)
  await client.orders.cancelAll()
})

test('hedger: buys nothing before it has seen what its account uses', async () => {
  const buyer = await venue.join('hedger', { cash: 100 })
  const client = clientOn(venue, buyer.key)
  await ask('0.8000', '20.00')
  const settings = { instrument: 'text-prime', max_price: 0.9, learn_hours: 1 }
  const desk = await deskOn(client, 'ahead', '10')
  const told = await turnsOf(desk, createAgent('hedger', desk, settings), 1)
  assert.deepEqual(
    told.map(({ step }) => step.act),
    ['wait'],
  )
  assert.match(told[0]?.step.why ?? '', /it has seen 0 of 1 hours of deliveries/)
  await clear()
})

test('arbitrageur: buys below the posted price, resells a tick below the next ask, and sells before the sweep', async () => {
  const operator = clientOn(venue, venue.operator.key)
  await operator.sheets.import({
    name: 'posted',
    format: 'openrouter',
    source: 'test',
    licence: 'test',
    as_of: '2026-11-01',
    document: JSON.stringify({
      data: [
        {
          id: 'lab/one',
          context_length: 1_000_000,
          top_provider: { context_length: 1_000_000, max_completion_tokens: 128_000 },
          supported_parameters: ['tools', 'structured_outputs', 'response_format'],
          architecture: { output_modalities: ['text'] },
          pricing: { prompt: '0.0000004', completion: '0.0000010' },
        },
      ],
    }),
  })
  await operator.sheets.decide('text-prime', { key: 'one', include: true, reason: 'test' })
  const [floor] = (await operator.sheets.floors()).filter(({ instrument }) => instrument === 'TEXT_PRIME-USD')
  const posted = Number(floor?.floor)
  assert.ok(posted > 0.9 && posted < 2, `${posted}`)
  await ask('0.7500', '2.00')
  await ask('0.8500', '5.00')
  const trader = await venue.join('arb', { cash: 100 })
  const client = clientOn(venue, trader.key)
  const desk = await deskOn(client, 'arb', '3')
  const told = await turnsOf(desk, createAgent('arbitrageur', desk, { max_units: 3 }), 1)
  assert.deepEqual(refused(told), [])
  const [bought, resold] = placed(told)
  assert.deepEqual([bought?.filled_quantity, bought?.price], ['2.00', '0.7500'])
  assert.deepEqual([resold?.status, resold?.price, resold?.quantity], ['open', '0.8499', '2.00'])
  assert.ok(desk.room > 1.49 && desk.room < 1.5, `${desk.room}`)

  // Ten minutes before the sweep the rest goes to whoever bids.
  await venue.send('POST', '/v1/orders', {
    key: harbor.key,
    body: { instrument: 'text-prime', side: 'buy', price: '0.7400', quantity: '5.00' },
  })
  const { next_sweep_at: sweep } = await client.instruments.get('text-prime')
  const { now } = await client.time()
  venue.pass((Date.parse(sweep) - Date.parse(now)) * 1_000 - 10 * 60 * 1_000_000)
  const late = await turnsOf(desk, createAgent('arbitrageur', desk, { max_units: 3 }), 1)
  assert.deepEqual(refused(late), [])
  assert.deepEqual(
    late.map(({ step }) => step.act),
    ['cancel', 'place'],
  )
  assert.deepEqual([placed(late)[1]?.price, placed(late)[1]?.filled_quantity], ['0.7400', '2.00'])
  assert.deepEqual(desk.account('TEXT_PRIME-USD').units, 0)
  assert.equal(desk.outlay.toFixed(6), (1.503 - 1.48 * 0.998).toFixed(6), 'what it has lost')
  await clear()
})

test('arbitrageur: changes lesser units that it holds for better ones that cost less', async () => {
  const { key } = await venue.join('swap', { cash: 100 })
  const client = clientOn(venue, key)
  await clientOn(venue, venue.operator.key).admin.listInstrument({
    model: 'text-better',
    name: 'Text Better',
    task: 'text',
    intelligence_floor: 110,
    latency_base_ms: 4_600,
    latency_per_input_token_ms: 1,
    throughput_floor: 40,
    context_tokens: 131_072,
    output_tokens_max: 65_536,
    listing_price: '0.7500',
  })
  const summit = await venue.supply('Summit', 'text-better', '5')
  await ask('0.8000', '3.00')
  await client.orders.place({ instrument: 'text-prime', side: 'buy', price: '0.8000', quantity: '3.00' })
  const settings = { between: 'grades', max_units: 2 }
  const desk = await deskOn(client, 'swap', '5')
  const none = await turnsOf(desk, createAgent('arbitrageur', desk, settings), 1)
  assert.deepEqual(
    none.map(({ step }) => step.act),
    ['wait'],
  )
  await ask('0.7000', '5.00', 'text-better', summit.key)
  const body = { instrument: 'text-prime', side: 'buy', price: '0.7600', quantity: '5.00' }
  assert.equal((await venue.send('POST', '/v1/orders', { key: harbor.key, body })).status, 201)
  const told = await turnsOf(desk, createAgent('arbitrageur', desk, settings), 1)
  assert.deepEqual(refused(told), [])
  assert.deepEqual(
    placed(told).map((order) => [order.instrument, order.side, order.filled_quantity]),
    [
      ['TEXT_BETTER-USD', 'buy', '2.00'],
      ['TEXT_PRIME-USD', 'sell', '2.00'],
    ],
  )
  assert.ok(desk.outlay < 0, 'it has money left over')
  const again = await turnsOf(desk, createAgent('arbitrageur', desk, settings), 1)
  assert.deepEqual(
    again.map(({ step }) => step.act),
    ['wait'],
    'at its limit of units',
  )
  await clear()
  await clear(summit.key)
})

test('supplier: quotes from a price sheet', async () => {
  const own = await venue.supply('Reseller', 'text-prime', '0.01')
  const client = clientOn(venue, own.key)
  const desk = await deskOn(client, 'resale', '5')
  const settings = { instrument: 'text-prime', offer: own.offer, model: 'one', margin: 0, stock: 1 }
  const [first] = await turnsOf(desk, createAgent('supplier', desk, settings), 1, true)
  const posted = Number(
    (await client.sheets.floors()).find(({ instrument }) => instrument === 'TEXT_PRIME-USD')?.floor,
  )
  assert.equal(first?.step.act, 'issue')
  const [, asked] = await turnsOf(desk, createAgent('supplier', desk, settings), 1, true)
  assert.ok(asked?.step.act === 'place')
  assert.ok(Number(asked.step.order.price) >= posted / 0.995, asked.step.why)
  const [unknown] = await turnsOf(
    desk,
    createAgent('supplier', desk, { ...settings, model: 'none' }),
    1,
    true,
  )
  assert.equal(unknown?.step.why, 'no sheet posts a model of the key none')
})

test('the venue is whole', async () => {
  assert.deepEqual(venue.errors, [])
  audit(venue.venue.sequencer.state)
})
