// Mandates and approvals through the SDK, over HTTP, against a whole exchange.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { openAccountStream } from '../../src/client/account-stream.ts'
import { createClient } from '../../src/client/client.ts'
import type { SocketClass } from '../../src/client/line.ts'
import { BusbarError } from '../../src/client/problem.ts'
import type { MandateRequest } from '../../src/wire/mandate.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

let exchange: RunningExchange
let owner: Awaited<ReturnType<RunningExchange['join']>>

before(async () => {
  exchange = await runExchange()
  owner = await exchange.join('owner', '1000')
})
after(async () => {
  assert.deepEqual(exchange.errors, [])
  await exchange.end()
})

/** A client whose key acts under a new mandate. */
async function agentUnder(terms: MandateRequest) {
  const mandate = await owner.client.mandates.grant(terms)
  const scopes = ['account:read', 'trade:place', 'trade:cancel'] as const
  const { secret } = await owner.client.keys.create({
    name: terms.name,
    scopes: [...scopes],
    mandate: mandate.id,
  })
  return { mandate: mandate.id, client: createClient({ baseUrl: exchange.baseUrl, key: secret ?? '' }) }
}

const bid = { instrument: 'text-prime', side: 'buy', price: '0.8000', quantity: '0.01' } as const

/** The code that a call is refused with, or nothing. */
const codeOf = async (call: Promise<unknown>): Promise<string | null> => {
  try {
    await call
    return null
  } catch (error) {
    assert.ok(error instanceof BusbarError, String(error))
    return error.code
  }
}

test('forty calls at once against the last cent spend it exactly once', async () => {
  // One lot at 0.80 holds 0.008 and the highest fee: 0.008016. The budget has room for two and not for three.
  const parent = await owner.client.mandates.grant({ name: 'family', budget: { day: '0.020000' } })
  const one = await agentUnder({ name: 'one', parent: parent.id, budget: { hour: '0.016032' } })
  const two = await agentUnder({ name: 'two', parent: parent.id })
  await one.client.orders.place(bid)
  const codes = await Promise.all(
    Array.from({ length: 40 }, (_, n) => codeOf((n % 2 === 0 ? one : two).client.orders.place(bid))),
  )
  assert.equal(codes.filter((code) => code === null).length, 1, codes.join())
  assert.equal(codes.filter((code) => code === 'budget_exceeded').length, 39)
  const [day] = (await owner.client.mandates.get(parent.id)).budget
  assert.equal(day?.reserved, '0.016032')
})

test('what waits is approved once by forty calls, and everybody is told the same', async () => {
  const { client, mandate } = await agentUnder({ name: 'asks', approval_above: '1.00' })
  const order = { ...bid, quantity: '2.00', client_order_id: 'asks-1' }
  const refusal = await client.orders.place(order).catch((error: unknown) => error)
  assert.ok(refusal instanceof BusbarError && refusal.code === 'approval_needed')
  assert.equal(refusal.outcome, 'accepted')
  const [waiting] = (await owner.client.approvals.list({ status: 'pending', mandate })).data
  assert.ok(waiting !== undefined)
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => owner.client.approvals.approve(waiting.id, 'Go on')),
  )
  const orders = new Set(answers.map(({ order: placed, status, reason }) => `${placed} ${status} ${reason}`))
  assert.equal(orders.size, 1, [...orders].join())
  const placed = await client.orders.place(order)
  assert.equal(placed.id, answers[0]?.order)
  const events = (await owner.client.events({ limit: 1_000 })).data
  for (const type of ['approval.asked', 'approval.approved'])
    assert.equal(events.filter((event) => event.type === type).length, 1, type)
})

test('the private stream tells of mandates and approvals as they change', async (t) => {
  const scopes = ['account:read', 'trade:place', 'keys:manage', 'drop_copy'] as const
  const { client, key } = await exchange.join('listener', '10', scopes)
  const types: string[] = []
  let hear = (): void => undefined
  const heard = new Promise<void>((resolve) => {
    hear = resolve
  })
  const stream = openAccountStream({
    baseUrl: exchange.baseUrl,
    key,
    webSocket: WebSocket as unknown as SocketClass,
    fromSeq: 0,
    on: {
      drop_copy: (rows) => {
        types.push(...rows.map(({ type }) => type).filter((type) => /^(mandate|approval)/.test(type)))
        if (types.length >= 6) hear()
      },
    },
  })
  t.after(() => stream.close())
  const mandate = await client.mandates.grant({ name: 'careful', approval_above: '0' })
  const careful = await client.keys.create({
    name: 'careful',
    scopes: ['account:read', 'trade:place'],
    mandate: mandate.id,
  })
  const agent = createClient({ baseUrl: exchange.baseUrl, key: careful.secret ?? '' })
  for (let n = 0; n < 2; n++) assert.equal(await codeOf(agent.orders.place(bid)), 'approval_needed')
  const [second] = (await client.approvals.list({ status: 'pending' })).data
  await client.approvals.refuse(second?.id ?? '', 'No')
  await client.mandates.revoke(mandate.id)
  await heard
  assert.deepEqual(types, [
    'mandate.granted',
    'approval.asked',
    'approval.asked',
    'approval.refused',
    'mandate.revoked',
    'approval.lapsed',
  ])
})

test('revoked in flight: whatever was accepted is cancelled, and nothing after it is', async () => {
  const { mandate } = await agentUnder({ name: 'top' })
  const child = await agentUnder({ name: 'child', parent: mandate })
  const calls = Array.from({ length: 30 }, () => codeOf(child.client.orders.place(bid)))
  const [, ...codes] = await Promise.all([owner.client.mandates.revoke(mandate), ...calls])
  for (const code of codes) assert.ok(code === null || code === 'mandate_revoked', String(code))
  assert.equal(await codeOf(child.client.orders.place(bid)), 'mandate_revoked')
  const open = (await owner.client.orders.list({ status: 'open' })).data
  for (const { mandate: under } of open) assert.ok(under !== mandate && under !== child.mandate)
})
