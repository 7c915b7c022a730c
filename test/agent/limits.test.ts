// Agents against a crowd that trades by chance: after every turn their limits are counted again from the
// exchange's record, and not from what the agents believe.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentKind } from '../../src/agent/agents.ts'
import { createAgent } from '../../src/agent/agents.ts'
import { chance } from '../../src/base/chance.ts'
import type { Client } from '../../src/client/client.ts'
import { audit } from '../../src/engine/audit.ts'
import type { TestVenue } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'
import { clientOn, deskOn, passSweep, turnsOf } from './door.ts'

const TURNS = 20
const TAKER_FEE = 0.002
const SHEET = {
  name: 'posted',
  format: 'openrouter',
  source: 'test',
  licence: 'test',
  as_of: '2026-11-01',
  document: '{"data":[{"id":"lab/one","pricing":{"prompt":"0.0000004","completion":"0.0000008"}}]}',
} as const

/** Dollars paid less received by the orders of a name, behind its bids, and in the account's bond. */
async function spentBy(client: Client, name: string): Promise<number> {
  let outlay = 0
  for await (const fill of client.fills.all())
    if (fill.client_order_id?.startsWith(`${name}.`)) {
      const sign = fill.side === 'buy' ? 1 : -1
      outlay += sign * Number(fill.price) * Number(fill.quantity) + Number(fill.fee.amount)
    }
  let bids = 0
  for await (const order of client.orders.all({ status: 'open', side: 'buy' }))
    bids += Number(order.price) * Number(order.remaining_quantity) * (1 + TAKER_FEE)
  const { data } = await client.balances()
  return Math.max(0, outlay) + bids + Number(data.find(({ asset }) => asset === 'USD')?.bond)
}

async function held(client: Client): Promise<number> {
  const { data } = await client.balances()
  const row = data.find(({ asset }) => asset === 'TEXT_PRIME')
  return Number(row?.available ?? 0) + Number(row?.held ?? 0)
}

async function tradeByChance(venue: TestVenue, key: string, luck: ReturnType<typeof chance>): Promise<void> {
  for (let n = 0; n < 4; n++) {
    const side = luck.fraction() < 0.5 ? 'buy' : 'sell'
    const price = (0.7 + 0.2 * luck.fraction()).toFixed(4)
    const quantity = (0.05 + 1.5 * luck.fraction()).toFixed(2)
    const isMarket = luck.fraction() < 0.4
    const body = { instrument: 'text-prime', side, quantity, ...(isMarket ? { type: 'market' } : { price }) }
    await venue.send('POST', '/v1/orders', { key, body })
  }
  if (luck.fraction() < 0.3) await venue.send('POST', '/v1/orders/cancel', { key, body: {} })
  // The sweep comes now and then.
  venue.pass(Math.round(luck.fraction() * 15 * 60 * 1_000_000))
}

for (const seed of [1, 2])
  test(`no agent passes its limits, whatever the crowd does (${seed})`, async (t) => {
    const venue = await openTestVenue()
    t.after(() => venue.close())
    await passSweep(venue)
    const operator = clientOn(venue, venue.operator.key)
    await operator.sheets.import(SHEET)
    await operator.sheets.decide('text-prime', { key: 'one', include: true, reason: 'test' })
    const crowd = await venue.supply('Crowd', 'text-prime', '200')
    const own = await venue.supply('Own', 'text-prime', '0.01')
    const luck = chance(seed)
    const start = async (kind: AgentKind, limit: number, settings: object, key?: string) => {
      const client = clientOn(venue, key ?? (await venue.join(kind, { cash: 100 })).key)
      const desk = await deskOn(client, kind, limit.toFixed(2))
      return { kind, limit, client, desk, agent: createAgent(kind, desk, { ...settings }), sent: 0 }
    }
    const agents = [
      await start('maker', 3, { instrument: 'text-prime', levels: 3, target: 2, max_units: 3 }),
      await start('arbitrageur', 2, { max_units: 2, unwind_minutes: 30, min_gap: 0.001 }),
      await start(
        'supplier',
        1.5,
        { instrument: 'text-prime', offer: own.offer, cost: 0.7, stock: 4 },
        own.key,
      ),
    ]
    for (let turn = 0; turn < TURNS; turn++) {
      await tradeByChance(venue, crowd.key, luck)
      for (const one of agents) {
        const told = await turnsOf(one.desk, one.agent, 1)
        one.sent += told.filter(({ outcome }) => outcome?.order !== undefined).length
        const spent = await spentBy(one.client, one.kind)
        assert.ok(spent <= one.limit + 1e-9, `${one.kind} has spent ${spent} of ${one.limit} in turn ${turn}`)
      }
      const [maker, arbitrageur] = agents
      assert.ok((await held(maker?.client as Client)) <= 3 + 1e-9)
      assert.ok((await held(arbitrageur?.client as Client)) <= 2 + 1e-9)
    }
    t.diagnostic(
      agents
        .map(({ kind, sent, desk }) => `${kind} sent ${sent}, out of pocket $${desk.outlay.toFixed(4)}`)
        .join('; '),
    )
    assert.ok(agents.every(({ sent }) => sent > 0))
    assert.deepEqual(venue.errors, [])
    audit(venue.venue.sequencer.state)
  })
