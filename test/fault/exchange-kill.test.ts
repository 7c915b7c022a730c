import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chance } from '../../src/base/chance.ts'
import type { Client } from '../../src/client/client.ts'
import { createClient } from '../../src/client/client.ts'
import { BusbarError } from '../../src/client/problem.ts'
import type { OrderOut } from '../../src/wire/order.ts'

const clone = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const main = join(clone, 'dist', 'main.js')

const KILLS = 20
const WRITERS = 8
const SEED = 2_026

/** Starts the built exchange on a folder and resolves with where it listens. */
async function start(data: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, 'start', '--no-demo'], {
    env: { ...process.env, BUSBAR_DATA: data, BUSBAR_PORT: '0', BUSBAR_ORDER_RATE: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the exchange left with code ${code}: ${said}`)))
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => {
        said += text.toString()
        const ready = /busbar ready (\S+)/.exec(said)
        if (ready) resolve(ready[1] ?? '')
      })
  })
  child.removeAllListeners('exit')
  return { child, url }
}

/** Replays the whole journal and audits every promise, as `busbar verify` does. */
async function verify(data: string): Promise<void> {
  const child = spawn(process.execPath, [main, 'verify', data], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said += text.toString()
    })
  const code = await new Promise<number | null>((resolve) => {
    child.on('exit', resolve)
  })
  assert.equal(code, 0, said)
}

const exited = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.on('exit', () => resolve())
  })

/** A funded trader whose key outlives every restart. */
async function traderKey(url: string, data: string): Promise<string> {
  const operator = createClient({
    baseUrl: url,
    key: readFileSync(join(data, 'operator-key'), 'utf8').trim(),
  })
  const member = await operator.admin.admitMember({ name: 'Survivor' })
  const account = await operator.admin.openAccount({ member: member.id, name: 'survivor', roles: ['trader'] })
  await operator.admin.deposit({ account: account.id, amount: '1000000', reference: 'test' })
  const key = await operator.admin.createKey({
    account: account.id,
    name: 'survivor',
    scopes: ['account:read', 'trade:place', 'trade:cancel'],
  })
  return key.secret ?? ''
}

/** Places orders one after the other until the exchange is gone, and notes each acknowledgement. */
async function write(client: Client, name: string, acknowledged: Map<string, OrderOut>): Promise<void> {
  for (let count = 0; ; count++) {
    const id = `${name}-${count}`
    const price = `0.7${String(count % 1000).padStart(3, '0')}`
    try {
      const order = {
        client_order_id: id,
        instrument: 'text-prime',
        side: 'buy',
        price,
        quantity: '0.01',
      } as const
      acknowledged.set(id, await client.orders.place(order))
    } catch (error) {
      // The process was killed under the request. Anything that the exchange itself says would be a failure.
      assert.ok(error instanceof BusbarError && error.code === 'unreachable', String(error))
      return
    }
  }
}

test('an exchange killed twenty times under load has every order it acknowledged, once and unchanged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-kill-'))
  const data = join(folder, 'data')
  const luck = chance(SEED)
  const acknowledged = new Map<string, OrderOut>()
  let { child, url } = await start(data)
  const key = await traderKey(url, data)
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const client = createClient({ baseUrl: url, key, attempts: 1 })
      const fresh = new Map<string, OrderOut>()
      const writers = Array.from({ length: WRITERS }, (_, i) => write(client, `k${kill}-w${i}`, fresh))
      await new Promise((resolve) => setTimeout(resolve, 60 + luck.below(250)))
      const gone = exited(child)
      child.kill('SIGKILL')
      await gone
      await Promise.all(writers)
      // Every promise is checked over what the killed process left, while the next one starts on it.
      const proved = verify(data)
      ;({ child, url } = await start(data))
      const after = createClient({ baseUrl: url, key })
      for (const [id, order] of fresh) {
        const found = await after.orders.getByClientId(id)
        // How much stands before it is of the moment of asking; everything else is the order's own.
        const own = { ...order, queue_ahead: found.queue_ahead }
        assert.deepEqual(found, own, `${id} after kill ${kill}`)
        acknowledged.set(id, order)
      }
      // A repeat after the restart is answered with the first order, not a second one.
      const [first] = fresh.values()
      if (first !== undefined) await repeat(after, first)
      await proved
    }
    assert.ok(acknowledged.size > KILLS, 'orders were acknowledged between the kills')
    assert.equal(new Set([...acknowledged.values()].map(({ id }) => id)).size, acknowledged.size)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})

async function repeat(client: Client, order: OrderOut): Promise<void> {
  const { client_order_id: id, instrument, side, price, quantity } = order
  const again = await client.orders.place({ client_order_id: id ?? '', instrument, side, price, quantity })
  assert.equal(again.id, order.id)
}
