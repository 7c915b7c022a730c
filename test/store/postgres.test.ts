// What only a server can do to a history: be away, or belong to somebody else.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccountId } from '../../src/base/ids.ts'
import type { History } from '../../src/store/history.ts'
import { openHistory } from '../../src/store/history.ts'
import { HistoryAway } from '../../src/store/history-writer.ts'
import { Traffic } from '../market/traffic.ts'
import { openServer } from './engines.ts'
import { isWhole } from './history-contract.ts'

const engine = await openServer()
if (engine !== undefined) {
  describe('a server that is lost', () => lossOf(engine))
  describe('a database', () => ownershipOf(engine))
}

const neverFails = (error: Error) => assert.fail(error)
const LIST = { account: 1 as AccountId, limit: 5 }

async function until(done: () => boolean): Promise<void> {
  const began = Date.now()
  while (!done()) {
    assert.ok(Date.now() - began < 30_000, 'it came to that in time')
    await new Promise((soon) => setTimeout(soon, 20))
  }
}

function lossOf({ newPlace, server }: NonNullable<typeof engine>): void {
  test('stops no trading: what is missed is told when it is back, and nothing is counted twice', async () => {
    const traffic = new Traffic(41)
    const history = await openHistory(await newPlace(), neverFails)
    history.apply([...traffic.steps.slice(), ...traffic.run(300)])
    await history.flush()
    assert.equal(history.standing().state, 'current')
    await server.stop()
    const missed = traffic.run(300)
    history.apply(missed)
    assert.ok(history.told(missed).length > 100, 'accounts are told live')
    await until(() => history.standing().state === 'away')
    await assert.rejects(history.listOrders(LIST), HistoryAway)
    assert.ok(history.standing().behind >= 300)
    assert.ok(history.live.openOrders(1 as AccountId).length > 0, 'what is open is known without it')
    await server.start()
    await until(() => history.standing().state === 'current' && history.standing().behind === 0)
    history.apply(traffic.run(100))
    await isWhole(history, traffic, newPlace)
  })

  test('keeps no more waiting than it may: the next start tells the rest from the journal', async () => {
    const traffic = new Traffic(42)
    const place = await newPlace()
    const history = await openHistory(place, neverFails, { waitingMost: 2_000 })
    history.apply([...traffic.steps.slice(), ...traffic.run(100)])
    await history.flush()
    await server.stop()
    history.apply(traffic.run(10))
    await until(() => history.standing().state === 'away')
    history.apply(traffic.run(3_000))
    assert.equal(history.standing().state, 'given_up')
    const later = traffic.run(100)
    history.apply(later)
    assert.ok(history.told(later).length > 10, 'accounts are still told live')
    await server.start()
    await assert.rejects(history.listOrders(LIST), /the next start tells it from the journal/)
    await history.close()
    const again = await openHistory(place, neverFails)
    assert.ok(again.watermark() < traffic.state.seq)
    again.apply(traffic.steps)
    await isWhole(again, traffic, newPlace)
  })

  test('is no reason to hang at the end', async () => {
    const traffic = new Traffic(43)
    const history = await openHistory(await newPlace(), neverFails)
    history.apply(traffic.steps)
    await history.flush()
    await server.stop()
    history.apply(traffic.run(50))
    await history.close()
    await server.start()
  })

  test('and was never there: the start says so in one line that holds no password', async () => {
    const nowhere = 'postgres://venue:secret@127.0.0.1:1/history'
    await assert.rejects(openHistory(nowhere, neverFails), (error: Error) => {
      assert.match(error.message, /^cannot open postgres:\/\/127\.0\.0\.1:1\/history: .*ECONNREFUSED/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  })
}

function ownershipOf({ newPlace }: NonNullable<typeof engine>): void {
  test('takes the writing of one process only', async () => {
    const traffic = new Traffic(44)
    const place = await newPlace()
    const first = await openHistory(place, neverFails)
    const second = await openHistory(place, neverFails)
    first.apply(traffic.steps)
    await first.flush()
    second.apply([...traffic.steps, ...traffic.run(200)])
    await assert.rejects(second.flush(), /another process writes into it/)
    assert.equal(second.standing().state, 'given_up')
    first.apply(traffic.steps)
    await first.flush()
    assert.equal(first.watermark(), traffic.state.seq)
    await first.close()
    await second.close()
  })

  test('holds the history of one exchange, and of no more than its journal', async () => {
    const traffic = new Traffic(45)
    const place = await newPlace()
    const open = (exchange: string, last: number): Promise<History> =>
      openHistory(place, neverFails, { origin: { exchange, last } })
    const mine = await open('mine', 0)
    mine.apply(traffic.steps)
    await mine.close()
    const { seq } = traffic.state
    await assert.rejects(open('yours', seq), /holds the history of another exchange, mine/)
    await assert.rejects(
      open('mine', seq - 1),
      /tells of \d+ commands, the journal of \d+\. .*history rebuild/,
    )
    await (await open('mine', seq)).close()
  })
}
