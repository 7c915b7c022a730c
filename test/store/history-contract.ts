import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccountId, DrawId, OrderId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_DAY } from '../../src/base/time.ts'
import type { Event, EventOf } from '../../src/state/event.ts'
import { lotTick } from '../../src/state/instrument.ts'
import { findOrder, liveOrders, NO_SLOT, viewOrder } from '../../src/state/order.ts'
import type { History } from '../../src/store/history.ts'
import { openHistory } from '../../src/store/history.ts'
import type { FillRecord, OrderRecord } from '../../src/store/projection.ts'
import { FIRST, SECOND, Traffic } from '../market/traffic.ts'
import { ownMoney } from '../index/reconcile.ts'
import type { Engine } from './engines.ts'

const neverFails = (error: Error) => assert.fail(error)

const eventsOf = <Kind extends Event['kind']>(traffic: Traffic, kind: Kind): EventOf<Kind>[] =>
  traffic.steps.flatMap(({ events }) => events.filter((event): event is EventOf<Kind> => event.kind === kind))

/** Every page of a list, put together again. */
async function allPages<Row, Id>(
  list: (before: Id | undefined) => Promise<{ records: Row[]; next: Id | null }>,
): Promise<Row[]> {
  const found: Row[] = []
  let before: Id | undefined
  do {
    const { records, next } = await list(before)
    found.push(...records)
    before = next ?? undefined
  } while (before !== undefined)
  return found
}

const allOrders = (history: History, account: AccountId) =>
  allPages<OrderRecord, OrderId>((before) => history.listOrders({ account, before, limit: 50 }))

const ALWAYS = (2 ** 52) as Instant

/** Everything history can be asked, for every account. */
async function everything(history: History, traffic: Traffic) {
  const told = []
  for (const account of traffic.accounts)
    told.push({
      orders: await allOrders(history, account),
      fills: (await history.listFills({ account, limit: 100_000 })).records,
      bought: (await history.listDeliveries({ account, as: 'buyer', limit: 100_000 })).records,
      made: (await history.listDeliveries({ account, as: 'supplier', limit: 100_000 })).records,
      events: await history.listEvents(account, 0, 100_000),
      statement: await history.statement(account, 0 as Instant, ALWAYS),
    })
  return told
}

/** Holds a history against one that was told everything at once, and closes both. */
export async function isWhole(
  history: History,
  traffic: Traffic,
  newPlace: Engine['newPlace'],
): Promise<void> {
  const whole = await openHistory(await newPlace(), neverFails)
  whole.apply(traffic.steps)
  assert.deepEqual(await everything(history, traffic), await everything(whole, traffic))
  await history.close()
  await whole.close()
}

/** What history promises, whatever keeps it. */
export function historyContract({ newPlace, copyOf }: Engine): void {
  const open = async (place?: string) => openHistory(place ?? (await newPlace()), neverFails)

  describe('an order in history', () => {
    test('is what the engine says of it while it is open, right after each batch', async () => {
      const traffic = new Traffic(21)
      const history = await open()
      history.apply(traffic.steps)
      const pool = traffic.state.orders
      for (let i = 0; i < 300; i++) {
        history.apply(traffic.run(1 + (i % 3)))
        for (const slot of liveOrders(pool)) {
          const { updatedSeq, waits, ...view } = viewOrder(pool, slot)
          const record = await history.orderById(view.id)
          assert.ok(record !== undefined)
          const { status, reason, priority: _, seq, ...same } = record
          assert.deepEqual({ ...same }, { ...view })
          assert.deepEqual([status, reason, seq], [waits ? 'pending' : 'open', null, updatedSeq])
        }
      }
      await history.close()
    })

    test('keeps its final state for good, and its fills add up to it', async () => {
      const traffic = new Traffic(22)
      const path = await newPlace()
      const history = await open(path)
      traffic.run(700)
      history.apply(traffic.steps)
      await history.close()
      const reopened = await open(path)
      let done = 0
      for (const { order, account, clientOrderId, instrument } of eventsOf(traffic, 'order.accepted')) {
        const record = await reopened.orderById(order)
        assert.ok(record !== undefined)
        const closed = eventsOf(traffic, 'order.closed').find((event) => event.order === order)
        assert.equal(record.status, closed?.status ?? 'open')
        assert.equal(record.reason, closed?.reason ?? null)
        if (closed !== undefined) assert.equal(record.remaining, closed.remaining)
        const { records: fills } = await reopened.listFills({ account, order, limit: 1_000 })
        const sum = (of: (fill: FillRecord) => number) => fills.reduce((total, fill) => total + of(fill), 0)
        const spec = traffic.state.instruments[instrument]?.spec
        assert.ok(spec)
        assert.equal(
          record.filled,
          sum(({ lots }) => lots),
        )
        assert.equal(
          record.fees,
          sum(({ fee }) => fee),
        )
        assert.equal(
          record.value,
          sum(({ lots, price }) => lots * price * lotTick(spec)),
        )
        if (clientOrderId !== null)
          assert.deepEqual(await reopened.orderByClientId(account, clientOrderId), record)
        if (closed !== undefined) done++
      }
      assert.ok(done > 100)
      await reopened.close()
    })

    test('is found by account, instrument, side and status, newest first, a page at a time', async () => {
      const traffic = new Traffic(23)
      const history = await open()
      history.apply([...traffic.steps.slice(), ...traffic.run(800)])
      const account = 3 as AccountId
      const all = await allOrders(history, account)
      assert.deepEqual(
        all.map(({ id }) => id),
        eventsOf(traffic, 'order.accepted')
          .filter((event) => event.account === account)
          .map(({ order }) => order)
          .reverse(),
      )
      const filter = { instrument: SECOND, side: 'buy', status: 'canceled' } as const
      const { records } = await history.listOrders({ account, ...filter, limit: 1_000 })
      assert.ok(records.length > 0)
      const matches = ({ instrument, side, status }: OrderRecord) =>
        instrument === SECOND && side === 'buy' && status === 'canceled'
      assert.deepEqual(records, all.filter(matches))
      await history.close()
    })

    test('is nobody else’s to find by its client order id', async () => {
      const traffic = new Traffic(24)
      const history = await open()
      history.apply([...traffic.steps.slice(), ...traffic.run(200)])
      const named = eventsOf(traffic, 'order.accepted').find(({ clientOrderId }) => clientOrderId !== null)
      assert.ok(named?.clientOrderId)
      const stranger = ((named.account % 6) + 1) as AccountId
      assert.equal(await history.orderByClientId(stranger, named.clientOrderId), undefined)
      assert.equal((await history.orderByClientId(named.account, named.clientOrderId))?.id, named.order)
      await history.close()
    })
  })

  describe('deliveries in history', () => {
    test('follow a draw from its opening to its end, for its buyer and its supplier', async () => {
      const traffic = new Traffic(25)
      const history = await open()
      history.apply([...traffic.steps.slice(), ...traffic.run(2_000)])
      for (const opened of eventsOf(traffic, 'draw.opened')) {
        const delivery = await history.deliveryById(opened.draw)
        assert.ok(delivery !== undefined)
        const live = traffic.state.draws.get(opened.draw)
        assert.equal(delivery.status === 'open', live !== undefined)
        if (live !== undefined)
          assert.deepEqual(
            [delivery.wt, delivery.offer, delivery.supplier],
            [live.wt, live.offer, live.supplier],
          )
        else assert.equal(delivery.outcome?.draw, opened.draw)
        const { records } = await history.listDeliveries({
          account: delivery.supplier,
          as: 'supplier',
          before: (opened.draw + 1) as DrawId,
          limit: 1,
        })
        assert.deepEqual(records, [delivery])
      }
      await history.close()
    })
  })

  describe('a statement', () => {
    test('opens with what was, lists what changed, and closes with what the ledger says, to the µ$', async () => {
      const traffic = new Traffic(36)
      const history = await open()
      history.apply([...traffic.steps.slice(), ...traffic.run(1_500)])
      const midnight = (Math.floor(traffic.state.at / MICROS_PER_DAY) * MICROS_PER_DAY) as Instant
      for (const account of traffic.accounts) {
        const sums = [
          await history.statement(account, 0 as Instant, midnight),
          await history.statement(account, midnight, ALWAYS),
        ]
        const closing = sums.map(({ opening, lines }) => lines.reduce((sum, { cash }) => sum + cash, opening))
        assert.equal(sums[0]?.opening, 0)
        assert.equal(sums[1]?.opening, closing[0])
        assert.equal(closing[1], ownMoney(traffic.state, account))
        const trades = sums.flatMap(({ lines }) => lines).filter(({ kind }) => kind === 'purchase')
        const { records } = await history.listFills({ account, limit: 100_000 })
        assert.equal(
          trades.reduce((sum, { count }) => sum + count, 0),
          records.filter(({ side }) => side === 'buy').length,
        )
      }
      await history.close()
    })
  })

  describe('what an account is told', () => {
    test('is the same live and later, in order, from any sequence number on', async () => {
      const traffic = new Traffic(26)
      const history = await open()
      const first = traffic.steps.slice()
      history.apply(first)
      const live = history.told(first)
      for (let i = 0; i < 100; i++) {
        const batch = traffic.run(5)
        history.apply(batch)
        live.push(...history.told(batch))
      }
      for (const account of traffic.accounts) {
        const own = live.filter((told) => told.account === account)
        assert.ok(own.length > 10)
        const later = await history.listEvents(account, 0, 100_000)
        assert.deepEqual(later, JSON.parse(JSON.stringify(own)))
        const middle = own[5]?.seq ?? 0
        const rest = await history.listEvents(account, middle, 3)
        assert.deepEqual(
          rest.map(({ seq }) => seq),
          own.slice(6, 9).map(({ seq }) => seq),
        )
      }
      await history.close()
    })

    test('never names the other side of a trade, nor a buyer’s cost to its supplier', async () => {
      const traffic = new Traffic(27)
      const history = await open()
      const batch = [...traffic.steps.slice(), ...traffic.run(2_000)]
      history.apply(batch)
      const told = history.told(batch)
      let trades = 0
      let settlements = 0
      for (const { account, events } of told)
        for (const event of events) {
          if (event.kind === 'trade') {
            trades++
            assert.equal(event.account, account)
            for (const field of ['aggressorAccount', 'restingAccount', 'aggressor', 'resting'])
              assert.ok(!(field in event), field)
          }
          if (event.kind !== 'draw.settled') continue
          settlements++
          const hidden = event.account === account ? ['supplier', 'offer', 'proceeds'] : ['account', 'cost']
          for (const field of hidden) assert.ok(!(field in event), field)
        }
      assert.equal(trades, 2 * eventsOf(traffic, 'trade').length)
      assert.equal(settlements, 2 * eventsOf(traffic, 'draw.settled').length)
      await history.close()
    })
  })

  describe('the watermark', () => {
    test('lets history go on after a clean end where it stopped', async () => {
      const traffic = new Traffic(28)
      const path = await newPlace()
      const first = await open(path)
      first.apply([...traffic.steps.slice(), ...traffic.run(500)])
      await first.close()
      const second = await open(path)
      assert.equal(second.watermark(), traffic.state.seq)
      // What is written passes by.
      second.apply(traffic.steps)
      second.apply(traffic.run(500))
      await isWhole(second, traffic, newPlace)
    })

    test('says after a crash from where to tell it again, and nothing is missing or counted twice', async () => {
      const traffic = new Traffic(29)
      const path = await newPlace()
      const crashed = await open(path)
      crashed.apply([...traffic.steps.slice(), ...traffic.run(300)])
      await crashed.listOrders({ account: 1 as AccountId, limit: 1 })
      const written = crashed.watermark()
      crashed.apply(traffic.run(300))
      // What is on disk at this moment is what a killed process leaves behind.
      const copy = await copyOf(path)
      await crashed.close()
      const recovered = await open(copy)
      // A write is there whole or not at all; the last one may have been done by now.
      assert.ok([written, traffic.state.seq].includes(recovered.watermark()))
      assert.ok(written < traffic.state.seq)
      recovered.apply(traffic.steps)
      const whole = await open()
      for (const step of traffic.steps) whole.apply([step])
      assert.deepEqual(await everything(recovered, traffic), await everything(whole, traffic))
      await recovered.close()
      await whole.close()
    })

    test('stands at everything applied once history is flushed', async () => {
      const traffic = new Traffic(32)
      const history = await open()
      history.apply(traffic.steps)
      assert.equal(history.watermark(), 0)
      await history.flush()
      assert.equal(history.watermark(), traffic.state.seq)
      await history.close()
    })

    test('does not jump over a command that is missing', async () => {
      const traffic = new Traffic(33)
      const history = await open()
      assert.throws(() => history.apply(traffic.steps.slice(1)), /history goes on at 1, not at 2/)
      await history.close()
    })

    test('moves by itself soon after a batch', async () => {
      const traffic = new Traffic(34)
      const history = await open()
      history.apply(traffic.steps)
      const began = Date.now()
      while (history.watermark() < traffic.state.seq && Date.now() - began < 10_000)
        await new Promise((soon) => setTimeout(soon, 20))
      assert.equal(history.watermark(), traffic.state.seq)
      await history.close()
    })
  })

  describe('forgetting', () => {
    test('takes old done orders, fills and events of the accounts named, and open orders never', async () => {
      const traffic = new Traffic(35)
      const history = await open()
      history.apply([...traffic.steps.slice(), ...traffic.run(1_000)])
      await history.flush()
      const forgotten = 3 as AccountId
      const kept = 4 as AccountId
      const before = await allOrders(history, kept)
      const openOrders = (await allOrders(history, forgotten)).filter(({ status }) => status === 'open')
      const end = (traffic.state.at + 1) as Instant
      assert.ok((await history.forget([forgotten], end, 10)) <= 30)
      assert.ok((await history.forget([forgotten], end, 100_000)) > 30)
      assert.deepEqual(await allOrders(history, forgotten), openOrders)
      assert.deepEqual((await history.listFills({ account: forgotten, limit: 10 })).records, [])
      assert.deepEqual(await history.listEvents(forgotten, 0, 10), [])
      assert.deepEqual(await allOrders(history, kept), before)
      history.apply(traffic.run(200))
      for (const { id } of openOrders)
        if (findOrder(traffic.state.orders, id) === NO_SLOT)
          assert.notEqual((await history.orderById(id))?.status, 'open', 'what was open goes on')
      assert.equal(
        (await history.listOrders({ account: kept, instrument: FIRST, limit: 1 })).records.length,
        1,
      )
      await history.close()
    })
  })
}
