// The accounts of the hours in history: the sums of the events, whenever they are written or begun again.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../src/base/time.ts'
import { accountsOf } from '../../src/index/machine-gdp.ts'
import type { Event } from '../../src/state/event.ts'
import { DEFAULT_SETTINGS } from '../../src/state/state.ts'
import type { History } from '../../src/store/history.ts'
import { openHistory } from '../../src/store/history.ts'
import type { Step } from '../market/traffic.ts'
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

type Counted = Map<string, [trades: number, deliveries: number]>

function add(counted: Counted, { hour, start }: { hour: number; start: number }, by: [number, number]): void {
  const key = `${hour} ${start}`
  const [trades, deliveries] = counted.get(key) ?? [0, 0]
  counted.set(key, [trades + by[0], deliveries + by[1]])
}

/** The hours of a day on which the venue changes its pace again and again. */
const PACES = [30, 1, 30, 10, 1, 30].map((minutes) => minutes * MICROS_PER_MINUTE)

/** A day in parts of another pace each, and the trades and deliveries of every hour, counted by hand. */
function pacedDay(): { parts: Step[][]; counted: Counted } {
  const day = new Traffic(21)
  const counted: Counted = new Map()
  const parts = PACES.map((hour, part) => {
    const from = part === 0 ? 0 : day.steps.length
    day.do({ kind: 'venue.configure', settings: { ...DEFAULT_SETTINGS, hour } })
    for (const { at, events } of day.run(50)) {
      const of = (kind: Event['kind']) => events.filter((event) => event.kind === kind).length
      const [trades, deliveries] = [of('trade'), of('draw.settled')]
      const start = Math.floor(at / hour) * hour
      if (trades + deliveries > 0) add(counted, { hour, start }, [trades, deliveries])
    }
    return day.steps.slice(from)
  })
  return { parts, counted }
}

/** The same, as history has it. */
async function countedIn({ hours }: History): Promise<Counted> {
  const found: Counted = new Map()
  for (const hour of new Set(PACES)) {
    const span = { ...ALWAYS, hour }
    for (const row of await hours.tradeHours(span)) add(found, row, [row.trades, 0])
    for (const row of await hours.deliveryHours(span, 100_000)) add(found, row, [0, row.deliveries])
  }
  return found
}

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

  test('at a change of pace every hour keeps its own count, and grows on where its pace returns', async () => {
    const { parts, counted } = pacedDay()
    const starts = [...counted.keys()].map((key) => key.split(' ')[1])
    assert.ok(new Set(starts).size < starts.length, 'hours of other lengths begin together')
    const place = await newPlace()
    let history = await open(place)
    let found: Counted = new Map()
    for (const [part, steps] of parts.entries()) {
      // In the last hour that comes back, history is another that has read what this one wrote.
      if (part === parts.length - 1) {
        await history.close()
        history = await open(place)
      }
      history.apply(steps)
      found = await countedIn(history)
    }
    await history.close()
    assert.deepEqual(found, counted)
  })
}

describe('in SQLite,', () => contract(openSqlite()))
const server = await openServer()
if (server !== undefined) describe('in PostgreSQL,', () => contract(server))
