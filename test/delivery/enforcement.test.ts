// What a supplier's failure costs it, through the whole way from its socket to the ledger.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ppm } from '../../src/base/money.ts'
import type { Rig, RigOptions } from './rig.ts'
import { buildRig, QUICK, readStream } from './rig.ts'

async function withRig(options: RigOptions, act: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await buildRig(options)
  try {
    await act(rig)
    await rig.quiet()
  } finally {
    await rig.close()
  }
}

test('a call that another supplier serves costs the failing one 5 % of its contract price', () =>
  withRig({ modes: ['s500', 'ok'] }, async (rig) => {
    for (let i = 0; rig.all('draw.rerouted').length === 0 && i < 20; i++)
      assert.equal((await rig.ask({})).status, 200)
    const { wt, fault, supplier } = rig.last('draw.rerouted')
    assert.deepEqual([fault, supplier], ['supplier', rig.accounts[0]])
    const { amount, buyer, offence } = rig.last('penalty.charged')
    assert.deepEqual([offence, buyer], ['hard_failure', null])
    assert.equal(amount, Math.ceil(Math.ceil(wt * 0.8) * 0.05), '800,000 µ$ a unit')
    assert.equal(rig.all('draw.covered').length, 0, 'the other one owed enough')
  }))

test('where the others owe nothing, cover is bought from one that can serve, and the buyer sees nothing', () =>
  withRig({ modes: ['s500', 'ok'], sold: 0 }, async (rig) => {
    const bought = rig.cash(rig.buyer.account)
    for (let i = 0; rig.all('draw.covered').length === 0 && i < 20; i++)
      assert.equal((await rig.ask({})).status, 200)
    const { lots, supplier, to } = rig.last('draw.covered')
    assert.deepEqual([lots, supplier, to], [1, rig.accounts[0], 2])
    assert.equal(rig.last('draw.settled').supplier, rig.accounts[1])
    assert.equal(rig.cash(rig.buyer.account), bought)
  }))

test('a stream that breaks is not charged: 5 % to the insurance fund, 25 % of what was asked and got to the buyer', () =>
  withRig({ modes: ['rstMid'] }, async (rig) => {
    const before = rig.cash(rig.buyer.account)
    const streamed = await readStream(await rig.ask({ stream: true }))
    assert.ok(streamed.error !== null && !streamed.done)
    await rig.quiet()
    const [fine, compensation] = rig.all('penalty.charged')
    assert.equal(fine?.offence, 'hard_failure')
    assert.equal(compensation?.offence, 'undelivered')
    assert.equal(compensation?.buyer, rig.buyer.account)
    assert.ok((compensation?.wt ?? 0) > 1, 'the prompt and what was relayed')
    assert.equal(rig.cash(rig.buyer.account) - before, compensation?.amount)
    const { reason } = rig.last('lot.opened')
    assert.equal(reason, 'restored')
  }))

test('nobody is fined for a bad request, or for a buyer that hangs up', () =>
  withRig({ modes: ['s400', 's400'] }, async (rig) => {
    assert.equal((await rig.ask({})).status, 400)
    await rig.quiet()
    assert.equal(rig.all('penalty.charged').length, 0)
  }))

/** Weighted tokens a minute: just what lets the rig's units be issued, and less than one long prompt. */
const SLOW = 50_000
const HEAVY = { ...QUICK, weights: { ...QUICK.weights, input: ppm(1_000_000) } }

/** Asks until the supplier is above its committed rate, then once more while it is full. */
async function askAboveRate(rig: Rig, mode: 's429' | 's429Late'): Promise<void> {
  const content = 'word '.repeat(60_000)
  assert.equal((await rig.ask({ messages: [{ role: 'user', content }] })).status, 200)
  const [supplier] = rig.suppliers
  assert.ok(supplier)
  supplier.mode = mode
  assert.equal((await rig.ask({})).status, 503)
  await rig.quiet()
}

test('a 429 within 300 ms above the committed rate costs the supplier nothing', () =>
  withRig({ modes: ['ok'], rate: SLOW, spec: HEAVY }, async (rig) => {
    await askAboveRate(rig, 's429')
    const { failure, fault } = rig.last('draw.failed')
    assert.deepEqual([failure, fault], ['rate_limited', 'nobody'])
    assert.equal(rig.all('penalty.charged').length, 0)
  }))

test('a 429 that comes later, or within the committed rate, is a failure like any other', async () => {
  const patient = { ...HEAVY, latencyBaseMs: 600 }
  await withRig({ modes: ['ok'], rate: SLOW, spec: patient }, async (rig) => {
    await askAboveRate(rig, 's429Late')
    assert.equal(rig.last('draw.failed').fault, 'supplier')
    assert.ok(rig.all('penalty.charged').some(({ offence }) => offence === 'hard_failure'))
  })
  await withRig({ modes: ['ok'] }, async (rig) => {
    await askAboveRate(rig, 's429')
    assert.equal(rig.last('draw.failed').fault, 'supplier')
  })
})
