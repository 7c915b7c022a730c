import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createGradeDesk } from '../../src/api/grade-desk.ts'
import type { DrawId, InstrumentId, OfferId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR } from '../../src/base/time.ts'
import { audit } from '../../src/engine/audit.ts'
import { scorecards } from '../../src/wire/conduct.ts'
import type { TestVenue } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'
import { reading } from '../engine/stage.ts'

let v: TestVenue
before(async () => {
  v = await openTestVenue()
})
after(async () => {
  audit(v.venue.sequencer.state)
  await v.close()
})

test('cards are public; the desk records standings that changed, and new bonds follow them', async () => {
  const sol = await v.supply('Sol', 'text-prime', '50.00')
  const desk = createGradeDesk({ ...v.venue, onFailure: (error) => assert.fail(error as Error) })
  assert.equal(await desk.grade(), 1, 'of whom nothing is known is on probation')
  assert.equal(await desk.grade(), 0, 'and is told once')
  const issue = { offer: sol.offer, instrument: 'text-prime', quantity: '10.00' }
  const issued = await v.send('POST', '/v1/issuances', { key: sol.key, body: issue })
  assert.equal(issued.json.bond, '1.600000', 'twice 10 % of $8')

  const alice = await v.join('Alice')
  const order = { instrument: 'text-prime', quantity: '10.00', price: '0.80', type: 'limit' }
  for (const [key, side] of [
    [sol.key, 'sell'],
    [alice.key, 'buy'],
  ] as const)
    await v.send('POST', '/v1/orders', { key, body: { ...order, side } })
  const draw = v.venue.sequencer.state.nextDraw as DrawId
  const offer = Number(sol.offer.slice(4)) as OfferId
  const deadline = later(v.venue.clock(), MICROS_PER_HOUR)
  const parties = { account: alice.id, mandate: NO_MANDATE, instrument: 1 as InstrumentId, offer }
  await v.ask({ kind: 'draw.open', ...parties, request: 'one', wt: wt(1_000), buyLimit: null, deadline })
  await v.ask({ kind: 'draw.settle', draw, reading: reading() })

  const listed = await v.send('GET', '/v1/instruments/text-prime/scorecards')
  const [card, ...others] = scorecards.parse(listed.json).data
  assert.equal(others.length, 0)
  assert.equal(card?.supplier, sol.account)
  assert.equal(card?.name, 'Sol')
  assert.equal(card?.standing, 'probation')
  assert.ok(
    (card?.effective_requests ?? 0) > 0.09 && (card?.effective_requests ?? 0) <= 0.1,
    'one buyer counts for a tenth',
  )
  assert.equal(card?.quality, null, 'no probe has been made')
  const own = await v.send('GET', `/v1/suppliers/${sol.account}/scorecards`)
  assert.deepEqual(own.json.data, listed.json.data)
  assert.equal((await v.send('GET', `/v1/suppliers/${alice.account}/scorecards`)).status, 404)
  assert.equal((await v.send('GET', '/v1/instruments/nothing/scorecards')).status, 404)
  await desk.stop()
})
