import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SupplierView } from '../../src/agent/supplier.ts'
import { decideSupply, leastPrice, rentedCost, SUPPLIER } from '../../src/agent/supplier.ts'
import { readSettings } from '../../src/agent/setting.ts'
import { heatRate } from '../../src/index/efficiency.ts'
import type { OfferOut } from '../../src/wire/supply.ts'
import { holding, instrument, marketOf, openOrder } from './sample-market.ts'

const settings = (more: Record<string, unknown> = {}) =>
  readSettings(SUPPLIER, { instrument: 'text-prime', offer: 'off_1', cost: 0.7, ...more })
const offer = (more: Partial<OfferOut> = {}) =>
  ({
    id: 'off_1',
    status: 'active',
    maintenance: null,
    rate: '1.00',
    outstanding: '0.00',
    certificates: [{ instrument: 'TEXT_PRIME-USD', expires_at: '2030-01-01T00:00:00Z' }],
    ...more,
  }) as OfferOut
const view = (more: Partial<SupplierView> = {}): SupplierView => ({
  now: 0,
  market: marketOf([[0.74, 5]], [[0.81, 5]]),
  holding: holding(),
  offer: offer(),
  cost: 0.7,
  cash: 100,
  room: 50,
  open: [],
  ...more,
})
const acts = (steps: ReturnType<typeof decideSupply>) =>
  steps.map((step) =>
    step.act === 'place'
      ? `ask ${step.order.quantity} at ${step.order.price}`
      : step.act === 'issue' || step.act === 'redeem'
        ? `${step.act} ${step.quantity}`
        : step.act,
  )

test('a unit on rented hardware costs the heat rate times the rent of an hour', () => {
  // 4 GPUs, 8,000 weighted tokens a second, used 60 %: 0.2315 GPU-hours at $2.50.
  assert.equal(rentedCost(2.5, 4, 8_000, 0.6).toFixed(4), '0.5787')
  assert.equal(rentedCost(2.5, 4, 8_000, 0.6), 2.5 * heatRate({ gpus: 4, goodput: 8_000 }, 0.6))
})

test('the least price leaves the margin after the delivery fee', () => {
  const least = leastPrice(0.7, 0.1, 0.005)
  assert.equal(least.toFixed(4), '0.7739')
  assert.ok(Math.abs(least * (1 - 0.005) - 0.7 * 1.1) < 1e-12)
})

test('it issues its stock and asks a tick below the best other ask', () => {
  assert.deepEqual(acts(decideSupply(settings(), view())), ['issue 10.00', 'ask 10.00 at 0.8099'])
})

test('below its cost it follows nobody', () => {
  const cheap = view({ market: marketOf([], [[0.5, 5]]) })
  assert.deepEqual(acts(decideSupply(settings(), cheap)), ['issue 10.00', 'ask 10.00 at 0.7739'])
})

test('alone in the book it asks the last price, or its cost where that is more', () => {
  const alone = (last: number) => view({ market: marketOf([], [], { reference: last }) })
  assert.deepEqual(acts(decideSupply(settings(), alone(0.9))), ['issue 10.00', 'ask 10.00 at 0.9000'])
  assert.deepEqual(acts(decideSupply(settings(), alone(0.6))), ['issue 10.00', 'ask 10.00 at 0.7739'])
})

test('it refills when half is sold, and moves its ask with the market', () => {
  const sold = (units: number) =>
    view({
      holding: holding({ selling: units, obligation: 10 }),
      offer: offer({ outstanding: '10.00' }),
      open: [openOrder('ord_1', 'sell', '0.8099', units.toFixed(2))],
    })
  assert.deepEqual(acts(decideSupply(settings(), sold(6))), ['wait'])
  assert.deepEqual(acts(decideSupply(settings(), sold(4))), ['issue 6.00', 'amend'])
  assert.deepEqual(acts(decideSupply(settings(), { ...sold(8), market: marketOf([], [[0.8, 5]]) })), [
    'amend',
  ])
})

test('it owes no more than a share of what its rate can back', () => {
  // 1 unit a minute for 240 minutes, of which 0.8.
  const busy = view({ offer: offer({ outstanding: '187.00' }) })
  assert.deepEqual(acts(decideSupply(settings(), busy)), ['issue 5.00', 'ask 5.00 at 0.8099'])
  const full = decideSupply(settings(), view({ offer: offer({ outstanding: '192.00' }) }))
  assert.deepEqual(acts(full), ['wait'])
  assert.match(full[0]?.why ?? '', /10\.00 units are missing from its stock, but it owes all but 0\.00 units/)
})

test('when the bond runs out it issues no more', () => {
  const poor = decideSupply(settings(), view({ room: 0.4 }))
  assert.deepEqual(acts(poor), ['issue 2.50', 'ask 2.50 at 0.8099'])
  assert.match(decideSupply(settings(), view({ room: 0 }))[0]?.why ?? '', /no money is left for the bond/)
})

test('when it may not sell it cancels and hands back what is unsold', () => {
  const standing = {
    holding: holding({ selling: 3, obligation: 8 }),
    open: [openOrder('ord_1', 'sell', '0.8099', '3.00')],
  }
  const closed: Partial<SupplierView>[] = [
    { offer: offer({ status: 'suspended' }) },
    { offer: offer({ certificates: [] }) },
    { offer: offer({ maintenance: { starts_at: '1970-01-01T00:00:00Z', ends_at: null } }) },
    { cash: 1 },
  ]
  for (const why of closed)
    assert.deepEqual(acts(decideSupply(settings({ reserve: 5 }), view({ ...standing, ...why }))), [
      'cancel',
      'redeem 3.00',
    ])
  assert.deepEqual(acts(decideSupply(settings({ reserve: 5 }), view({ cash: 1 }))), ['wait'])
})

test('it never asks less than its cost, margin and fee, nor issues beyond capacity, bond or stock', () => {
  const cents = (most: number) => fc.integer({ min: 0, max: most }).map((value) => value / 100)
  fc.assert(
    fc.property(
      fc.integer({ min: 5_000, max: 12_000 }),
      fc.integer({ min: 3_000, max: 12_000 }),
      cents(1_500),
      cents(20_000),
      cents(5_000),
      cents(5_000),
      (ask, cost, unsold, owed, room, cash) => {
        const seen = view({
          market: marketOf([], [[ask / 10_000, 1]]),
          cost: cost / 10_000,
          holding: holding({ free: unsold }),
          offer: offer({ outstanding: owed.toFixed(2) }),
          room,
          cash,
        })
        let issued = 0
        for (const step of decideSupply(settings({ cost: cost / 10_000 }), seen)) {
          if (step.act === 'place') {
            assert.ok(Number(step.order.price) >= leastPrice(cost / 10_000, 0.1, 0.005) - 1e-9)
            assert.ok(Number(step.order.quantity) <= unsold + issued + 1e-9)
          }
          if (step.act !== 'issue') continue
          issued = Number(step.quantity)
          assert.ok(owed + issued <= 192 + 1e-9)
          assert.ok(step.bond <= Math.min(room, cash) + 1e-9)
          assert.ok(unsold + issued <= 10 + 1e-9)
        }
      },
    ),
  )
  assert.equal(instrument.delivery_fee, '0.005')
})
