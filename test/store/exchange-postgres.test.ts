// A whole exchange whose history is on a server, which goes away and comes back.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runExchange } from '../running-exchange.ts'
import { openServer } from './engines.ts'
import { newFolder, order, pastOf, rebuilds } from './rebuild-case.ts'

const engine = await openServer()
if (engine !== undefined) describe('on a server', () => onServer(engine))

function onServer({ newPlace, server }: NonNullable<typeof engine>): void {
  test('history is rebuilt from the journal with the same result', async (t) => rebuilds(t, await newPlace()))

  test('that goes away, trading goes on, the venue says what it lacks, and history catches up', async (t) => {
    const exchange = await runExchange(newFolder(), await newPlace())
    t.after(() => exchange.end())
    const { client } = await exchange.join('Harbour AI', '1000.00')
    const ready = async () => (await fetch(`${exchange.baseUrl}/ready`)).json()
    const metrics = async () => (await fetch(`${exchange.baseUrl}/metrics`)).text()
    await client.orders.place(order(1))
    await pastOf(client)
    assert.deepEqual(await ready(), { status: 'ready', history: 'current' })
    assert.match(await metrics(), /^busbar_history_reachable 1$/m)
    await server.stop()
    const placed = await client.orders.place(order(2))
    assert.equal(placed.status, 'open')
    while (((await ready()) as { history: string }).history !== 'away')
      await new Promise((soon) => setTimeout(soon, 20))
    assert.equal((await client.orders.get(placed.id)).status, 'open', 'what is open needs no database')
    await assert.rejects(client.orders.list({}), { code: 'history_away', status: 503, retryable: true })
    assert.match(await metrics(), /^busbar_history_reachable 0$/m)
    assert.match(await metrics(), /^busbar_history_behind [1-9]/m)
    await server.start()
    while (((await ready()) as { history: string }).history !== 'current')
      await new Promise((soon) => setTimeout(soon, 20))
    const names = (await client.orders.list({})).data.map((one) => one.client_order_id)
    assert.deepEqual(names, ['order-2', 'order-1'])
    assert.deepEqual(exchange.errors, [])
  })
}
