// A suspension and its way back: the operator lifts it with a reason, and the offer is measured again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { audit } from '../../src/engine/audit.ts'
import { offer, offers } from '../../src/wire/supply.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

let v: TestVenue
let sol: Trader & { offer: string }
let operator: string

before(async () => {
  v = await openTestVenue()
  sol = await v.supply('Sol', 'text-prime', '100.00')
  operator = v.operator.key
})
after(async () => {
  audit(v.venue.sequencer.state)
  assert.deepEqual(v.errors, [])
  await v.close()
})

const post = (path: string, body: object, key: string) => v.send('POST', path, { key, body })
const turn = (to: 'suspend' | 'lift', key = operator, body: object = { reason: 'Under review' }) =>
  post(`/v1/admin/offers/${sol.offer}/${to}`, body, key)
const qualify = () => post('/v1/qualifications', { offer: sol.offer, instrument: 'text-prime' }, sol.key)

test('only the operator suspends and lifts, and says why', async () => {
  for (const to of ['suspend', 'lift'] as const) {
    assert.equal((await turn(to, sol.key)).status, 403)
    assert.equal((await turn(to, operator, {})).status, 400)
    assert.equal((await turn(to, operator, { reason: '' })).status, 400)
  }
  const unknown = await post('/v1/admin/offers/off_999/lift', { reason: 'x' }, operator)
  assert.deepEqual([unknown.status, unknown.json.code], [404, 'offer_not_found'])
  const early = await turn('lift')
  assert.deepEqual([early.status, early.json.code], [409, 'offer_not_suspended'])
  assert.equal((await v.send('GET', '/v1/admin/offers', { key: sol.key })).status, 403)
})

test('a suspended offer is out until it is lifted and measured again', async () => {
  const suspended = await turn('suspend')
  assert.equal(suspended.status, 200, suspended.text)
  assert.deepEqual(offer.parse(suspended.json), suspended.json)
  assert.equal(suspended.json.status, 'suspended')
  const all = await v.send('GET', '/v1/admin/offers', { key: operator })
  assert.deepEqual(offers.parse(all.json), all.json)
  assert.equal(all.json.data.find(({ id }: { id: string }) => id === sol.offer)?.status, 'suspended')
  const measured = await qualify()
  assert.deepEqual([measured.status, measured.json.code], [403, 'offer_suspended'], 'nothing is measured')
  const another = {
    name: 'Another',
    endpoint: { base_url: 'https://models.example.com/v1', model: 'm' },
    rate: '1',
    concurrency: 1,
    context_tokens: 128_000,
  }
  const around = await post('/v1/offers', another, sol.key)
  assert.deepEqual([around.status, around.json.code], [403, 'supplier_suspended'])

  const lifted = await turn('lift', operator, { reason: 'The model is back' })
  assert.equal(lifted.status, 200, lifted.text)
  assert.deepEqual([lifted.json.status, lifted.json.certificates], ['active', []])
  const issued = { offer: sol.offer, instrument: 'text-prime', quantity: '1' }
  assert.equal((await post('/v1/issuances', issued, sol.key)).json.code, 'offer_not_certified')
  const events = await v.send('GET', '/v1/events?limit=1000', { key: sol.key })
  const told = events.json.data.filter(({ type }: { type: string }) =>
    /^offer\.(suspended|lifted)$/.test(type),
  )
  assert.deepEqual(
    told.map(({ type, payload }: { type: string; payload: { reason: string } }) => [type, payload.reason]),
    [
      ['offer.suspended', 'Under review'],
      ['offer.lifted', 'The model is back'],
    ],
  )
  assert.equal((await qualify()).status, 202)
  await v.venue.qualifications.idle()
  assert.equal((await post('/v1/issuances', issued, sol.key)).status, 201)
})
