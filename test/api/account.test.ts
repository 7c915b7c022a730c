import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { verifyReceipt } from '../../src/delivery/receipt.ts'
import type { DrawId, OfferId, InstrumentId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { audit } from '../../src/engine/audit.ts'
import { accountEvents, balances, deliveries, lots } from '../../src/wire/account.ts'
import { offer, qualification } from '../../src/wire/supply.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { openTestVenue, PASSED } from './test-venue.ts'

let v: TestVenue
let alice: Trader
let sol: Trader & { offer: string }

before(async () => {
  v = await openTestVenue()
  alice = await v.join('Alice')
  sol = await v.supply('Sol', 'text-prime', '100.00')
  await v.send('POST', '/v1/orders', {
    key: sol.key,
    body: { instrument: 'text-prime', side: 'sell', price: '0.8000', quantity: '20.00' },
  })
  await v.send('POST', '/v1/orders', {
    key: alice.key,
    body: { instrument: 'text-prime', side: 'buy', price: '0.8000', quantity: '10.00' },
  })
})
after(async () => {
  audit(v.venue.sequencer.state)
  assert.deepEqual(v.errors, [])
  await v.close()
})

const get = (path: string, key = alice.key) => v.send('GET', path, { key })
const post = (path: string, body: object, key = alice.key, headers = {}) =>
  v.send('POST', path, { key, body, headers })

describe('a transfer', () => {
  test('turns units into a lot that lives one window', async () => {
    const moved = await post('/v1/transfers', { instrument: 'text-prime', quantity: '2.500001' })
    assert.equal(moved.status, 201, moved.text)
    assert.equal(moved.json.lot.quantity, '2.500001')
    const listed = await get('/v1/lots')
    assert.deepEqual(lots.parse(listed.json), listed.json)
    assert.deepEqual(listed.json.data, [moved.json.lot])
    const shown = await get('/v1/balances')
    assert.deepEqual(balances.parse(shown.json), shown.json)
    const row = shown.json.data.find(({ asset }: { asset: string }) => asset === 'TEXT_PRIME')
    assert.equal(row.available, '7.499999')
    assert.equal(row.consumption, '2.500001')
  })

  test('of more than there is, or of what is owed, is refused', async () => {
    const much = await post('/v1/transfers', { instrument: 'text-prime', quantity: '100' })
    assert.equal(much.json.code, 'insufficient_units')
    assert.equal(much.json.facts.needed, '100.000000')
    const owed = await post('/v1/transfers', { instrument: 'text-prime', quantity: '1' }, sol.key)
    assert.equal(owed.json.code, 'units_owed')
    for (const quantity of ['0', '-1'])
      assert.equal(
        (await post('/v1/transfers', { instrument: 'text-prime', quantity })).json.code,
        'quantity_not_positive',
      )
  })
})

describe('an idempotency key', () => {
  const body = { instrument: 'text-prime', quantity: '0.10' }
  const headers = { 'idempotency-key': 'move-1' }

  test('makes a repeat the same request', async () => {
    const first = await post('/v1/transfers', body, alice.key, headers)
    const again = await post('/v1/transfers', body, alice.key, headers)
    assert.equal(first.status, 201)
    assert.equal(again.text, first.text)
    assert.equal(again.headers['idempotency-replayed'], 'true')
    const racing = await Promise.all(
      Array.from({ length: 20 }, () => post('/v1/transfers', body, alice.key, { 'idempotency-key': 'race' })),
    )
    assert.equal(racing.filter(({ status }) => status === 201).length >= 1, true)
    assert.equal(new Set(racing.filter(({ status }) => status === 201).map(({ text }) => text)).size, 1)
    for (const { status, json } of racing) if (status !== 201) assert.equal(json.code, 'request_in_progress')
  })

  test('belongs to one body, and to one account', async () => {
    const other = await post('/v1/transfers', { ...body, quantity: '0.20' }, alice.key, headers)
    assert.equal(other.status, 409)
    assert.equal(other.json.code, 'idempotency_key_reused')
    const bob = await v.join('Bob')
    assert.equal((await post('/v1/transfers', body, bob.key, headers)).json.code, 'insufficient_units')
  })

  test('is free again after a refusal', async () => {
    const refused = await post('/v1/transfers', { ...body, quantity: '1000' }, alice.key, {
      'idempotency-key': 'again',
    })
    assert.equal(refused.json.code, 'insufficient_units')
    assert.equal((await post('/v1/transfers', body, alice.key, { 'idempotency-key': 'again' })).status, 201)
  })

  test('has one form', async () => {
    for (const key of ['', ' ', 'a b', 'x'.repeat(65), 'ä']) {
      const answer = await post('/v1/transfers', body, alice.key, { 'idempotency-key': key })
      assert.equal(answer.status, 400, JSON.stringify(key))
      assert.equal(answer.json.errors[0].pointer, '/headers/idempotency-key')
    }
  })
})

describe('supply', () => {
  test('an offer shows its endpoint without its secrets', async () => {
    const secret = 'sk-canary-0123456789abcdef'
    const made = await post(
      '/v1/offers',
      {
        name: 'Second rack',
        endpoint: {
          base_url: 'http://127.0.0.1:9/v1',
          model: 'm',
          api_key: secret,
          headers: { 'x-team': 'canary-header' },
        },
        rate: '1.00',
        concurrency: 4,
        context_tokens: 8_192,
      },
      sol.key,
    )
    assert.equal(made.status, 201, made.text)
    assert.deepEqual(offer.parse(made.json), made.json)
    assert.equal(made.json.endpoint.api_key, '…cdef')
    assert.ok(!made.text.includes('canary'))
    const changed = await v.send('PATCH', `/v1/offers/${made.json.id}`, {
      key: sol.key,
      body: { endpoint: { base_url: 'http://127.0.0.1:10/v1', model: 'n' } },
    })
    assert.equal(changed.json.endpoint.base_url, 'http://127.0.0.1:10/v1')
    assert.equal(changed.json.endpoint.api_key, null)
    const echoed = await post(
      '/v1/offers',
      { endpoint: { base_url: 'x', model: 'm', api_key: 'sk canary with spaces' } },
      sol.key,
    )
    assert.equal(echoed.status, 400)
    assert.ok(!echoed.text.includes('canary'), 'a refused secret is not said back')
  })

  test('declares where it is and what it keeps, and announces its maintenance', async () => {
    const place = { base_url: 'http://127.0.0.1:9/v1', model: 'm' }
    const body = { name: 'R', endpoint: place, rate: '1', concurrency: 1, context_tokens: 1 }
    const bad = await post('/v1/offers', { ...body, region: 'EU!' }, sol.key)
    assert.equal(bad.json.errors[0].pointer, '/region')
    const declared = { region: 'eu', zero_retention: true, shown_model: 'Harbour 31B' }
    const { json } = await post('/v1/offers', { ...body, ...declared }, sol.key)
    assert.equal(json.region, 'eu')
    assert.equal(json.zero_retention, true)
    assert.equal(json.shown_model, 'Harbour 31B')
    assert.equal(json.maintenance, null)
    const path = `/v1/offers/${json.id}/maintenance`
    const times = { starts_at: '2099-01-01T00:00:00Z', ends_at: '2099-01-02T00:00:00Z' }
    const drained = await v.send('PUT', path, { key: sol.key, body: times })
    assert.equal(drained.json.maintenance.starts_at, '2099-01-01T00:00:00.000000Z')
    const upside = await v.send('PUT', path, { key: sol.key, body: { ...times, ends_at: times.starts_at } })
    assert.equal(upside.json.errors[0].pointer, '/ends_at')
    assert.equal((await v.send('DELETE', path, { key: sol.key })).json.maintenance, null)
    const other = await v.join('Nosy')
    assert.equal((await v.send('PUT', path, { key: other.key, body: {} })).status, 404)
  })

  test('needs the role, an allowed address and a certificate', async () => {
    const consumer = await v.join('Carl', { roles: ['consumer'] })
    const body = {
      name: 'R',
      endpoint: { base_url: 'http://127.0.0.1:9/v1', model: 'm' },
      rate: '1',
      concurrency: 1,
      context_tokens: 1,
    }
    assert.equal((await post('/v1/offers', body, consumer.key)).json.code, 'role_missing')
    for (const base_url of [
      'http://u:p@127.0.0.1/v1',
      'http://127.0.0.1/v1?x=1',
      'http://169.254.169.254/v1',
    ])
      assert.equal(
        (await post('/v1/offers', { ...body, endpoint: { base_url, model: 'm' } }, sol.key)).json.code,
        'endpoint_not_allowed',
        base_url,
      )
    const own = await post(
      '/v1/offers',
      { ...body, endpoint: { ...body.endpoint, headers: { Host: 'x' } } },
      sol.key,
    )
    assert.equal(own.json.errors[0].pointer, '/endpoint/headers/Host')
    const { json } = await post('/v1/offers', body, sol.key)
    const early = await post(
      '/v1/issuances',
      { offer: json.id, instrument: 'code-max', quantity: '1.00' },
      sol.key,
    )
    assert.equal(early.json.code, 'offer_not_certified')
  })

  test('a qualification is measured in the background and leads to a certificate, or not', async () => {
    let go: () => void = () => undefined
    v.measure = (_order, onProgress) => {
      onProgress(3, 10, { phase: 'item', passed: 2 })
      return new Promise((resolve) => {
        go = () => resolve(PASSED)
      })
    }
    const body = { offer: sol.offer, instrument: 'code-prime', plan: 'brief' }
    const started = await post('/v1/qualifications', body, sol.key)
    assert.equal(started.status, 202, started.text)
    assert.deepEqual(qualification.parse(started.json), started.json)
    assert.equal(started.json.status, 'running')
    const path = `/v1/qualifications/${started.json.id}`
    assert.deepEqual([(await get(path, sol.key)).json.done, (await get(path, sol.key)).json.total], [3, 10])
    assert.equal((await get(path, alice.key)).status, 404)
    assert.equal((await post('/v1/qualifications', body, sol.key)).json.code, 'already_measuring')
    assert.equal((await post('/v1/qualifications', body)).status, 404, 'for the owner of the offer only')
    go()
    await v.venue.qualifications.idle()
    assert.equal((await get(path, sol.key)).json.status, 'passed')
    const shown = await get(`/v1/offers/${sol.offer}`, sol.key)
    assert.deepEqual(
      shown.json.certificates.map(({ instrument }: { instrument: string }) => instrument),
      ['TEXT_PRIME-USD', 'CODE_PRIME-USD'],
    )

    v.measure = async () => ({ ...PASSED, passed: false, reason: 'too slow' })
    const failing = await post('/v1/qualifications', { ...body, instrument: 'agent-max' }, sol.key)
    await v.venue.qualifications.idle()
    const failed = await get(`/v1/qualifications/${failing.json.id}`, sol.key)
    assert.deepEqual([failed.json.status, failed.json.reason], ['failed', 'too slow'])
    v.measure = async () => PASSED
    assert.equal((await get('/v1/qualifications', sol.key)).json.data.length, 3)
  })

  test('units are issued against a bond and redeemed for it', async () => {
    const issued = await post(
      '/v1/issuances',
      { offer: sol.offer, instrument: 'code-prime', quantity: '10.00' },
      sol.key,
    )
    assert.equal(issued.status, 201, issued.text)
    assert.equal(issued.json.bond, '1.000000')
    assert.equal(issued.json.obligation, '10.000000')
    const redeemed = await post('/v1/redemptions', { instrument: 'code-prime', quantity: '4.00' }, sol.key)
    assert.equal(redeemed.json.bond, '0.400000')
    assert.equal(redeemed.json.obligation, '6.000000')
    const much = await post('/v1/redemptions', { instrument: 'code-prime', quantity: '7.00' }, sol.key)
    assert.equal(much.json.code, 'insufficient_units')
    const over = await post(
      '/v1/issuances',
      { offer: sol.offer, instrument: 'code-prime', quantity: '9000.00' },
      sol.key,
    )
    assert.equal(over.status, 201, over.text)
    const rate = await post(
      '/v1/issuances',
      { offer: sol.offer, instrument: 'code-prime', quantity: '999999.00' },
      sol.key,
    )
    assert.equal(rate.status, 422, rate.text)
  })
})

describe('a delivery', () => {
  test('is told to its buyer and its supplier, each its own side', async () => {
    const { sequencer, signer } = v.venue
    const instrument = 1 as InstrumentId
    assert.equal(sequencer.state.instruments[instrument]?.spec.symbol, 'text-prime')
    const at = v.venue.clock()
    const opened = await v.ask({
      kind: 'draw.open',
      account: alice.id,
      mandate: NO_MANDATE,
      instrument,
      offer: Number(sol.offer.slice(4)) as OfferId,
      request: 'req-1',
      wt: wt(1_000),
      buyLimit: null,
      deadline: later(at, 60 * MICROS_PER_SECOND),
    })
    const event = opened.events.find(({ kind }) => kind === 'draw.opened')
    assert.ok(event?.kind === 'draw.opened', JSON.stringify(opened.events))
    const draw = event.draw as DrawId
    const open = await get('/v1/deliveries')
    assert.equal(open.json.data[0].status, 'open')
    const hash = 'a'.repeat(64)
    await v.ask({
      kind: 'draw.settle',
      draw,
      reading: {
        inputTokens: 400,
        cachedTokens: 0,
        outputTokens: 300,
        finish: 'stop',
        ttft: 200_000,
        generation: 2_000_000,
        excused: false,
        attempts: 1,
        claimedInput: 400,
        claimedOutput: 300,
        promptHash: hash,
        outputHash: hash,
      },
    })
    const bought = await get('/v1/deliveries')
    assert.deepEqual(deliveries.parse(bought.json), bought.json)
    const [row] = bought.json.data
    assert.deepEqual(
      [row.id, row.status, row.verdict, row.units, row.supplier],
      [`del_${draw}`, 'settled', 'conforming', '0.000400', 'Sol'],
    )
    assert.equal(row.proceeds, null)
    const made = await get('/v1/deliveries?as=supplier', sol.key)
    assert.equal(made.json.data[0].id, row.id)
    assert.equal(made.json.data[0].cost, null)
    assert.equal(made.json.data[0].proceeds, '0.000320')
    assert.deepEqual((await get('/v1/deliveries', sol.key)).json.data, [])

    const receipt = await get(`/v1/receipts/${row.id}`)
    assert.ok(verifyReceipt(receipt.json, signer.publicKey), 'it is signed by the exchange')
    assert.equal((await get(`/v1/receipts/${row.id}`)).text, receipt.text, 'and the same each time')
    assert.equal((await get(`/v1/receipts/${row.id}`, sol.key)).status, 200)
    const eve = await v.join('Eve')
    assert.equal((await get(`/v1/receipts/${row.id}`, eve.key)).status, 404)
    assert.equal((await get('/v1/receipts/del_999')).status, 404)

    const all = await get('/v1/receipts')
    assert.deepEqual(all.json, { data: [receipt.json], next_cursor: null })
    assert.deepEqual((await get('/v1/receipts?as=supplier', sol.key)).json.data, [receipt.json])
    assert.deepEqual((await get('/v1/receipts', eve.key)).json.data, [])
    const csv = await get('/v1/exports/receipts?limit=1')
    assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8')
    const [names = '', values = '', end] = csv.text.split('\r\n')
    assert.equal(end, '')
    const cells = new Map(names.split(',').map((name, i) => [name, values.split(',')[i]]))
    assert.equal(cells.get('id'), row.id)
    assert.equal(cells.get('signature'), receipt.json.signature)
    assert.equal(cells.get('claimed_output_tokens'), '300')
    assert.equal((await get(`/v1/exports/receipts?after=${row.id}`)).text, `${names}\r\n`)
    assert.equal((await get('/v1/exports/receipts?after=x!')).status, 400)
  })
})

describe('events', () => {
  test('tell an account its own story in order, from any point', async () => {
    const all = await get('/v1/events?limit=1000')
    assert.deepEqual(accountEvents.parse(all.json), all.json)
    const types = all.json.data.map(({ type }: { type: string }) => type)
    assert.deepEqual(types.slice(0, 3), ['account.opened', 'cash.deposited', 'order.accepted'])
    for (const type of ['trade', 'order.closed', 'lot.opened', 'draw.opened', 'draw.settled'])
      assert.ok(types.includes(type), type)
    const seqs = all.json.data.map(({ seq }: { seq: number }) => seq)
    assert.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    )
    const deposit = all.json.data[1]
    assert.deepEqual(deposit.payload, {
      account: alice.account,
      amount: '10000.000000',
      reference: 'opening',
    })
    const trade = all.json.data.find(({ type }: { type: string }) => type === 'trade').payload
    assert.equal(trade.price, '0.8000')
    assert.equal(trade.quantity, '10.00')
    assert.equal(trade.instrument, 'TEXT_PRIME-USD')
    assert.match(trade.order, /^ord_\d+$/)

    const seen: unknown[] = []
    let after = '0'
    for (;;) {
      const page = await get(`/v1/events?after=${after}&limit=2`)
      seen.push(...page.json.data)
      if (page.json.next_cursor === null) break
      after = page.json.next_cursor
    }
    assert.deepEqual(seen, all.json.data)
    assert.ok(!all.text.includes(`acc_${sol.id}`), 'no other account is named')
  })
})

test('the sweep takes units into consumption, and what expires pays who stood ready', async () => {
  v.pass(4 * MICROS_PER_HOUR)
  await v.ask({ kind: 'time.tick' })
  const held = await get('/v1/lots')
  assert.ok(held.json.data.length > 0)
  const free = (await get('/v1/balances')).json.data.find(
    ({ asset }: { asset: string }) => asset === 'TEXT_PRIME',
  )
  assert.equal(free.available, '0.000000')
})
