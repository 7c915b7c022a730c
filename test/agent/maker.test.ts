import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MakerOptions } from '../../src/agent/maker.ts'
import { Maker } from '../../src/agent/maker.ts'
import type { Client } from '../../src/client/client.ts'
import { BusbarError } from '../../src/client/problem.ts'
import type { InstrumentOut } from '../../src/wire/instrument.ts'
import type { OrderAmendment, OrderOut, OrderRequest } from '../../src/wire/order.ts'

const instrument = {
  id: 'TEXT_PRIME-USD',
  price_increment: '0.0001',
  quantity_increment: '0.01',
  min_quantity: '0.01',
  reference_price: '0.8000',
} as InstrumentOut

const refused = (code: string) =>
  new BusbarError({ code, detail: code, status: 422, outcome: 'rejected', retryable: false })

/** The orders of one account, as an exchange would keep them, and nobody to trade with. */
function exchange() {
  const open = new Map<string, OrderOut>()
  const placed: OrderRequest[] = []
  const state = { refuse: undefined as string | undefined, asks: [] as [string, string, number][] }
  let last = 0
  const find = (id: string): OrderOut => {
    const order = open.get(id)
    if (!order) throw refused('order_not_found')
    return order
  }
  const client = {
    book: async () => ({ asks: state.asks }),
    orders: {
      async place(request: OrderRequest) {
        placed.push(request)
        if (state.refuse !== undefined) throw refused(state.refuse)
        const order = { ...request, id: `ord_${++last}`, status: 'open', filled_quantity: '0.00' } as OrderOut
        if (request.time_in_force !== 'ioc') open.set(order.id, order)
        return order
      },
      async amend(id: string, change: OrderAmendment) {
        const order = { ...find(id), ...change } as OrderOut
        open.set(id, order)
        return order
      },
      async cancel(id: string) {
        open.delete(find(id).id)
      },
      async cancelAll() {
        open.clear()
      },
    },
  } as unknown as Client
  const side = (of: 'buy' | 'sell') =>
    [...open.values()]
      .filter((order) => order.side === of)
      .map(({ price, quantity }) => [Number(price), Number(quantity)])
  return { client, open, placed, state, bids: () => side('buy'), asks: () => side('sell') }
}

function makerOn({ client }: ReturnType<typeof exchange>, more: Partial<MakerOptions> = {}): Maker {
  return new Maker({
    client,
    instrument,
    fair: () => 0.8,
    halfSpread: 0.005,
    levels: 3,
    size: 2,
    target: 30,
    ...more,
  })
}

test('it quotes every level on both sides, around the fair value, without crossing', async () => {
  const venue = exchange()
  const maker = makerOn(venue)
  maker.know(30, 0.8)
  await maker.quote()
  assert.deepEqual(
    venue.bids().map(([price]) => price),
    [0.796, 0.792, 0.788],
  )
  assert.deepEqual(
    venue.asks().map(([price]) => price),
    [0.804, 0.808, 0.812],
  )
  assert.ok(venue.placed.every(({ post_only }) => post_only === 'reject'))
})

test('it follows the fair value by amending, and never stands on both sides of one price', async () => {
  const venue = exchange()
  let fair = 0.8
  const maker = makerOn(venue, { fair: () => fair })
  maker.know(30, 0.8)
  await maker.quote()
  for (let step = 0; step < 60; step++) {
    fair *= step % 20 < 10 ? 1.003 : 0.997
    await maker.quote()
    const highest = Math.max(...venue.bids().map(([price]) => price ?? 0))
    const lowest = Math.min(...venue.asks().map(([price]) => price ?? 0))
    assert.ok(highest < lowest, `${highest} against ${lowest}`)
  }
  assert.equal(venue.placed.length, 6, 'the same six orders all along')
})

test('it leans down when it holds too much, and up when it holds too little', async () => {
  const prices = async (held: number) => {
    const venue = exchange()
    const maker = makerOn(venue)
    maker.know(held, 0.8)
    await maker.quote()
    return venue.bids()[0]?.[0] ?? 0
  }
  assert.ok((await prices(60)) < (await prices(30)))
  assert.ok((await prices(5)) > (await prices(30)))
})

test('it offers no more than it holds', async () => {
  const venue = exchange()
  const maker = makerOn(venue)
  maker.know(1, 0.8)
  await maker.quote()
  const offered = venue.asks().reduce((sum, [, quantity]) => sum + (quantity ?? 0), 0)
  assert.ok(offered > 0 && offered <= 1, `${offered}`)
  const empty = exchange()
  await makerOn(empty).quote()
  assert.equal(empty.asks().length, 0)
})

test('a supplier sells only', async () => {
  const venue = exchange()
  const maker = makerOn(venue, { sides: ['sell'], target: 0 })
  maker.know(60, 0.8)
  await maker.quote()
  assert.deepEqual([venue.bids().length, venue.asks().length], [0, 3])
})

test('its quotes stay inside the band around the reference', async () => {
  const venue = exchange()
  const maker = makerOn(venue, { fair: () => 2 })
  maker.know(30, 0.8)
  await maker.quote()
  assert.ok(venue.asks().every(([price]) => (price ?? 0) <= 0.8 * 1.2))
})

test('a refused quote is told, and tried again at the next turn', async () => {
  const venue = exchange()
  const told: string[] = []
  const maker = makerOn(venue, { onRefusal: ({ code }) => told.push(code) })
  maker.know(30, 0.8)
  venue.state.refuse = 'post_only_would_cross'
  await maker.quote()
  assert.equal(venue.open.size, 0)
  assert.equal(told.length, 6)
  venue.state.refuse = undefined
  await maker.quote()
  assert.equal(venue.open.size, 6)
})

test('an order that has gone is replaced', async () => {
  const venue = exchange()
  const maker = makerOn(venue)
  maker.know(30, 0.8)
  await maker.quote()
  venue.open.clear()
  for (let turn = 0; turn < 12; turn++) await maker.quote()
  assert.equal(venue.open.size, 6)
})

test('with little left it buys up to its target, close to the best ask', async () => {
  const venue = exchange()
  const maker = makerOn(venue)
  venue.state.asks = [['0.8100', '50.00', 1]]
  maker.know(20, 0.8)
  await maker.restock()
  assert.equal(venue.placed.length, 0, 'enough left')
  maker.know(10, 0.8)
  await maker.restock()
  const [bought] = venue.placed
  assert.deepEqual(
    [bought?.side, bought?.time_in_force, bought?.price, bought?.quantity],
    ['buy', 'ioc', '0.8181', '20.00'],
  )
})
