import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MakerView } from '../../src/agent/market-maker.ts'
import { decideQuotes, MAKER, middleOf, minuteVolatility } from '../../src/agent/market-maker.ts'
import { requote } from '../../src/agent/quote.ts'
import { readSettings } from '../../src/agent/setting.ts'
import { holding, instrument, marketOf, openOrder } from './sample-market.ts'

const settings = (more: object = {}) => readSettings(MAKER, { instrument: 'text-prime', ...more })
const view = (more: Partial<MakerView> = {}): MakerView => ({
  market: marketOf([[0.79, 5]], [[0.81, 5]]),
  holding: holding({ free: 5 }),
  volatility: 0,
  room: 100,
  ...more,
})
const shown = (quotes: ReturnType<typeof decideQuotes>) =>
  quotes.map(({ side, price, units }) => [side, price, units])

test('at its target it quotes evenly around the middle, each level as far again', () => {
  assert.deepEqual(shown(decideQuotes(settings({ half_spread: 0.01 }), view())), [
    ['buy', 0.792, 1],
    ['sell', 0.808, 1],
    ['buy', 0.784, 2],
    ['sell', 0.816, 2],
  ])
})

test('it stands as wide as the market moves: twice the deviation of a minute', () => {
  const quotes = decideQuotes(settings({ levels: 1 }), view({ volatility: 0.02 }))
  assert.deepEqual(shown(quotes), [
    ['buy', 0.768, 1],
    ['sell', 0.832, 1],
  ])
})

test('the deviation of a minute is of changes scaled to one minute', () => {
  const at = (minute: number, close: string) => ({ start: new Date(minute * 60_000).toISOString(), close })
  assert.equal(minuteVolatility([at(0, '1.0000')]), 0)
  const change = Math.log(1.02)
  const close = (value: number, wanted: number) =>
    assert.ok(Math.abs(value - wanted) < 1e-9, `${value} ${wanted}`)
  close(minuteVolatility([at(0, '1.0000'), at(1, '1.0200')]), change)
  close(minuteVolatility([at(0, '1.0000'), at(4, '1.0200')]), change / 2)
})

test('with too much it leans down, with too little up, by its lean at most', () => {
  const best = (free: number) =>
    decideQuotes(settings({ lean: 0.01, max_units: 20 }), view({ holding: holding({ free }) }))[0]
  assert.equal(best(5)?.price, 0.796)
  assert.equal(best(10)?.price, 0.788, 'twice the target: 0.8 × 0.99 × 0.995, down to a tick')
  assert.equal(best(0)?.price, 0.8039)
  assert.match(best(10)?.why ?? '', /leaning down as it holds 10\.00 units \(target 5\.00 units\)/)
})

test('without two sides it goes by the last trade, or by the listing price', () => {
  assert.equal(middleOf(marketOf([[0.7, 1]], [])), 0.8)
  assert.equal(middleOf(marketOf([], [], { reference: 0.75 })), 0.75)
})

const views = fc.record({
  free: fc.integer({ min: 0, max: 2_000 }).map((lots) => lots / 100),
  selling: fc.integer({ min: 0, max: 500 }).map((lots) => lots / 100),
  room: fc.integer({ min: 0, max: 20_000_000 }).map((micros) => micros / 1e6),
  volatility: fc.double({ min: 0, max: 0.05, noNaN: true }),
  bid: fc.integer({ min: 6_000, max: 8_000 }).map((ticks) => ticks / 10_000),
  gap: fc.integer({ min: 1, max: 500 }).map((ticks) => ticks / 10_000),
  max: fc.integer({ min: 0, max: 3_000 }).map((lots) => lots / 100),
})

test('its bids never pass its money or its position limit, its asks never what it holds, and they never cross', () => {
  fc.assert(
    fc.property(views, ({ free, selling, room, volatility, bid, gap, max }) => {
      const market = marketOf([[bid, 1]], [[bid + gap, 1]])
      const quotes = decideQuotes(
        settings({ max_units: max, levels: 4 }),
        view({ market, holding: holding({ free, selling }), room, volatility }),
      )
      const sum = (side: string, of: (quote: { price: number; units: number }) => number) =>
        quotes.filter((quote) => quote.side === side).reduce((all, quote) => all + of(quote), 0)
      assert.ok(sum('buy', ({ price, units }) => price * units * 1.002) <= room + 1e-9)
      assert.ok(sum('buy', ({ units }) => units) <= Math.max(0, max - free - selling) + 1e-9)
      assert.ok(sum('sell', ({ units }) => units) <= free + selling + 1e-9)
      const highest = Math.max(...quotes.filter(({ side }) => side === 'buy').map(({ price }) => price))
      const lowest = Math.min(...quotes.filter(({ side }) => side === 'sell').map(({ price }) => price))
      assert.ok(highest < lowest)
    }),
  )
})

const quote = (side: 'buy' | 'sell', price: number, units: number) => ({
  side,
  price,
  units,
  why: 'w',
  facts: {},
})
const acts = (steps: ReturnType<typeof requote>) =>
  steps.map((step) =>
    step.act === 'place'
      ? ['place', step.order.side, step.order.price, step.order.quantity]
      : step.act === 'amend'
        ? ['amend', step.id, step.price, step.quantity]
        : [step.act, 'id' in step ? step.id : ''],
  )

test('requoting keeps what is near, shrinks what is too large, cancels what is too many, and adds what lacks', () => {
  const open = [
    openOrder('ord_1', 'buy', '0.7900', '1.00'),
    openOrder('ord_2', 'buy', '0.7800', '3.00'),
    openOrder('ord_3', 'buy', '0.7700', '1.00'),
  ]
  const wanted = [quote('buy', 0.7899, 1), quote('buy', 0.78, 2), quote('sell', 0.81, 1)]
  assert.deepEqual(acts(requote(instrument, open, wanted, 0.001)), [
    ['cancel', 'ord_3'],
    ['amend', 'ord_2', '0.7800', '2.00'],
    ['place', 'sell', '0.8100', '1.00'],
  ])
})

test('a price between two ticks is the tick that it was rounded to: the order that stands there is near', () => {
  const open = [openOrder('ord_1', 'sell', '0.7916', '1.00')]
  assert.deepEqual(requote(instrument, open, [quote('sell', 0.79154, 1)], 0), [])
})

test('when prices rise, asks move first, so that an agent never meets itself', () => {
  const open = [openOrder('ord_1', 'buy', '0.7900', '1.00'), openOrder('ord_2', 'sell', '0.8000', '1.00')]
  const up = requote(instrument, open, [quote('buy', 0.805, 1), quote('sell', 0.815, 1)], 0)
  assert.deepEqual(
    acts(up).map(([, id]) => id),
    ['ord_2', 'ord_1'],
  )
  const down = requote(instrument, open, [quote('buy', 0.77, 1), quote('sell', 0.78, 1)], 0)
  assert.deepEqual(
    acts(down).map(([, id]) => id),
    ['ord_1', 'ord_2'],
  )
})
