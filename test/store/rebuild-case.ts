import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Client } from '../../src/client/client.ts'
import { readConfig } from '../../src/config.ts'
import { rebuildHistory } from '../../src/rebuilding.ts'
import { runExchange } from '../running-exchange.ts'

/** Whoever ends the exchange in it removes it. */
export const newFolder = () => mkdtempSync(join(tmpdir(), 'busbar-rebuild-'))

export const configOf = (folder: string, url: string | null) =>
  readConfig(
    { BUSBAR_DATA: join(folder, 'data'), BUSBAR_DATABASE_URL: url ?? '' },
    { demo: false, allowPrivateSuppliers: true },
  )

export const order = (n: number) => ({
  instrument: 'text-prime',
  side: 'buy' as const,
  price: `0.7${n % 7}`,
  quantity: '0.5',
  client_order_id: `order-${n}`,
})

/** What the API tells of an account's past. */
export async function pastOf(client: Client) {
  const orders = await client.orders.list({ limit: 1_000 })
  const events = await client.events({ limit: 1_000 })
  return { orders: orders.data, events: events.data }
}

/** An exchange's history before and after it is rebuilt is the same. */
export async function rebuilds(t: TestContext, url: string | null): Promise<void> {
  const folder = newFolder()
  const first = await runExchange(folder, url)
  const { client, key } = await first.join('Harbour AI', '1000.00')
  for (let n = 0; n < 40; n++) {
    const placed = await client.orders.place(order(n))
    if (n % 3 === 0) await client.orders.cancel(placed.id)
  }
  const before = await pastOf(client)
  assert.equal(before.orders.length, 40)
  await first.close()

  const { commands } = await rebuildHistory(configOf(folder, url))
  assert.ok(commands > 50)
  const again = await runExchange(folder, url)
  t.after(() => again.end())
  assert.deepEqual(await pastOf(again.clientFor(key)), before)
  await assert.rejects(rebuildHistory(configOf(folder, url)), /in use by another process/)
}
