// The accounts of the hours in history: the sums of the events, whenever they are written or begun again.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MICROS_PER_HOUR } from '../../src/base/time.ts'
import { accountsOf } from '../../src/index/machine-gdp.ts'
import type { History } from '../../src/store/history.ts'
import { openHistory } from '../../src/store/history.ts'
import { Traffic } from '../market/traffic.ts'
import type { Engine } from './engines.ts'
import { openServer, openSqlite } from './engines.ts'

const traffic = new Traffic(5)
traffic.run(3_000)
const { steps } = traffic
const ALWAYS = { hour: MICROS_PER_HOUR, from: 0, to: Number.MAX_SAFE_INTEGER }

const open = (place: string) => openHistory(place, (error) => assert.fail(error))
const all = async ({ hours }: History) => ({
  deliveries: await hours.deliveryHours(ALWAYS, 100_000),
  trades: await hours.tradeHours(ALWAYS),
  grades: await hours.gradeHours(ALWAYS),
})

function contract({ newPlace }: Engine): void {
  test('the rows sum to the events, side by side', async () => {
    const history = await open(await newPlace())
    history.apply(steps)
    const events = steps.flatMap((step) => step.events)
    const settled = events.filter((event) => event.kind === 'draw.settled')
    const trades = events.filter((event) => event.kind === 'trade')
    const { deliveries, trades: rows } = await all(history)
    assert.ok(settled.length > 20 && trades.length > 100, 'much happened')
    const sum = <Row>(list: readonly Row[], of: (row: Row) => number) =>
      list.reduce((total, row) => total + of(row), 0)
    assert.equal(
      sum(deliveries, (row) => row.deliveries),
      settled.length,
    )
    assert.equal(
      sum(deliveries, (row) => row.wt),
      sum(settled, (event) => event.used),
    )
    assert.equal(
      sum(deliveries, (row) => row.cost - row.refund),
      sum(settled, (one) => one.cost - one.refund),
    )
    assert.equal(
      sum(rows, (row) => row.trades),
      trades.length,
    )
    assert.equal(
      sum(rows, (row) => row.lots),
      sum(trades, (event) => event.lots),
    )
    const flows = await history.hours.flows(ALWAYS)
    const { expenditure, production, income } = accountsOf(flows)
    assert.ok(expenditure > 0)
    assert.deepEqual([production.total, income.total], [expenditure, expenditure])
    await history.close()
  })

  test('closed and opened again in the middle of an hour, again and again: the same rows', async () => {
    const whole = await open(await newPlace())
    whole.apply(steps)
    const expected = await all(whole)
    await whole.close()
    const place = await newPlace()
    for (let from = 0; from < steps.length; from += 1_000) {
      const part = await open(place)
      part.apply(steps.slice(from, from + 1_000))
      await part.close()
    }
    const again = await open(place)
    assert.deepEqual(await all(again), expected)
    await again.close()
  })
}

describe('in SQLite,', () => contract(openSqlite()))
const server = await openServer()
if (server !== undefined) describe('in PostgreSQL,', () => contract(server))
