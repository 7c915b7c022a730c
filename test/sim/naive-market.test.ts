import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { restingOrders } from '../../src/state/book.ts'
import { BUY, SELL } from '../../src/state/order.ts'
import { later, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { shownOf } from '../../src/state/slice.ts'
import type { State } from '../../src/state/state.ts'
import type { NaiveMarket } from '../../src/sim/naive-book.ts'
import { newNaiveMarket } from '../../src/sim/naive-book.ts'
import type { NaiveRules } from '../../src/sim/naive-limit.ts'
import { linesOf } from '../../src/sim/naive-line.ts'
import { applyNaively } from '../../src/sim/naive-market.ts'
import { nextCommand, openingDay, TRADING_ONLY } from '../../src/sim/trading-day.ts'
import { openExchange, specs, START } from '../engine/exchange.ts'
import type { InstrumentId } from '../../src/base/ids.ts'

const spec = specs[1] ?? assert.fail('there is a text-prime')
const ACCOUNTS = 8
const MARKET = 0 as InstrumentId

/** The queue of one side, best first, in the fast book and in the twin. */
const queue = ({ orders, instruments }: State, side: number): number[][] =>
  [...restingOrders(instruments[0]?.book ?? assert.fail('listed'), orders, side)].map((slot) => [
    orders.id[slot] ?? 0,
    orders.price[slot] ?? 0,
    orders.remaining[slot] ?? 0,
    shownOf(orders, slot),
  ])
const twinQueue = (market: NaiveMarket, side: 'bids' | 'asks'): number[][] =>
  market[side].map(({ id, price, remaining, shown }) => [id, price, remaining, shown])

function liveTogether(seed: number, steps: number): Map<string, number> {
  const exchange = openExchange()
  const { state } = exchange
  const rich = { accounts: ACCOUNTS, cash: 1e12, issue: 20_000, specs: [spec], start: START }
  for (const command of openingDay(rich)) exchange.ask(command)
  const market = newNaiveMarket()
  const { band, protection } = state.settings
  const rulesNow = state.instruments[0]?.rules ?? assert.fail('listed')
  const corridor = { ...rulesNow, takerDelay: seed % 2 === 0 ? 1_500_000 : 0 }
  exchange.ask({ kind: 'instrument.configure', instrument: MARKET, rules: corridor })
  const rules: NaiveRules = {
    spec,
    band,
    protection,
    corridor,
    memberOf: (account) => Math.ceil(account / 2),
  }
  const random = chance(seed)
  const seen = new Map<string, number>()
  for (let step = 0; step < steps; step++) {
    const command = nextCommand(state, random, TRADING_ONLY)
    if (command.kind === 'order.place') {
      Object.assign(command, { clientOrderId: null, mandate: 0 })
      // The twin knows what is in the book, and not what accounts own or owe.
      delete command.special?.reduceOnly
    }
    if (command.kind === 'instrument.transition') Object.assign(command, { until: null })
    const lines = linesOf(exchange.ask(command, later(state.at, random.below(MICROS_PER_SECOND))))
    const where = `seed ${seed}, step ${step}: ${JSON.stringify(command)}`
    assert.deepEqual(lines, applyNaively(market, rules, command, state.at), where)
    assert.deepEqual(queue(state, BUY), twinQueue(market, 'bids'), where)
    assert.deepEqual(queue(state, SELL), twinQueue(market, 'asks'), where)
    for (const line of lines) {
      const word = line.replaceAll(/#?\d+/g, 'n')
      seen.set(word, (seen.get(word) ?? 0) + 1)
    }
  }
  return seen
}

test('book and matching say and do what their plain twin says and does, command for command', () => {
  const seen = new Map<string, number>()
  for (let seed = 1; seed <= 12; seed++)
    for (const [word, times] of liveTogether(seed, 1_500)) seen.set(word, (seen.get(word) ?? 0) + times)
  const expected = [
    'trade n with n: n @ n',
    'rested n n @ n',
    'prevented n with n: n @ n',
    'reduced n by n',
    'amended n n @ n, kept',
    'amended n n @ n, lost',
    'closed n filled, n left, rested',
    'closed n self_trade, n left',
    'closed n self_trade, n left, rested',
    'closed n ioc_remainder, n left',
    'closed n amended_below_filled, n left, rested',
    'closed n user, n left, rested',
    'closed n expired, n left, rested',
    'moved n with n: n @ n',
    'no: expiry_not_ahead',
    'closed n group_limit, n left, rested',
    'closed n group_closed, n left, rested',
    'closed n cancel_timer, n left, rested',
    'no: group_frozen',
    'waits n',
    'triggered n at n',
    'no: stop_already_reached',
    'enters n',
    'closed n fok_unfilled, n left',
    'closed n post_only, n left',
    'closed n market_state, n left',
    'no: all_or_none_terms',
    'no: display_terms',
    'no: display_out_of_bounds',
    'no: order_pending',
    'no: stop_terms',
    'no: expiry_unasked',
    'closed n user, n left',
    'no: group_not_found',
    'closed n mass_cancel, n left, rested',
    'status auction',
    'status volatility_auction',
    'uncrossed n @ n, n left',
    'no: market_in_auction',
    'no: market_post_only',
    'no: market_cancel_only',
    'no: market_halted',
    'no: fok_unfillable',
    'no: post_only_would_cross',
    'no: price_outside_band',
    'no: order_not_found',
  ]
  for (const word of expected) assert.ok((seen.get(word) ?? 0) > 0, `the days saw: ${word}`)
})
