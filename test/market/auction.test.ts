// The stream's view of a call is a fold over events; it must be the engine's own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from '../../src/state/command.ts'
import { later, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { createMarket } from '../../src/market/market.ts'
import { indication } from '../../src/trading/auction.ts'
import { MARKET, PRIME, Stage } from '../engine/stage.ts'

test('the folded indication is the engine’s, change by change, and ends with the call', () => {
  const market = createMarket()
  const stage = new Stage([])
  const ask = stage.ask.bind(stage)
  stage.ask = (command: Command) => {
    const events = ask(command)
    market.apply([{ seq: stage.state.seq, at: stage.state.at, events }])
    return events
  }
  stage.done({ kind: 'instrument.list', spec: PRIME })
  const { account: sun } = stage.supplier('sun', 10, 8_050)
  const buyer = stage.account('buyer', 100)
  const until = later(stage.now, 60 * MICROS_PER_SECOND)
  const call = { to: 'auction', reason: 'test', until, next: [] } as const
  stage.done({ kind: 'instrument.transition', instrument: MARKET, ...call })
  const engine = () => indication(stage.state, stage.state.instruments[MARKET] ?? assert.fail('listed'))
  for (const price of [8_000, 8_060, 8_055, 8_049]) {
    stage.buy(buyer, 4, price)
    assert.deepEqual(market.indication(MARKET), engine() ?? null)
  }
  stage.done({ kind: 'order.cancel_all', account: sun, instrument: null, side: null })
  assert.equal(market.indication(MARKET), null)
  stage.sell(sun, 3, 8_020)
  const expected = engine()
  stage.until(until)
  assert.equal(market.indication(MARKET), null, 'no call, no indication')
  assert.equal(market.trades(MARKET, 1)[0]?.price, expected?.price)
  assert.equal(market.status(MARKET).status, 'open')
  assert.equal(market.depth(MARKET, 10).bids.length, 4, 'what did not trade is still there')
})
