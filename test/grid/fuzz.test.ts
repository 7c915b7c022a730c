import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { GRID_ROUTES } from '../../src/grid/routes.ts'
import { NAUGHTY, VALUES } from '../api/naughty.ts'
import { detail, told } from './grid-client.ts'
import type { Stage, Trader } from './stage.ts'
import { openStage } from './stage.ts'

/** Requests per route. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 25)

let stage: Stage
let trader: Trader

before(async () => {
  stage = await openStage()
  trader = await stage.trader('trader', '100')
  await stage.certify(trader)
})

after(() => stage.end())

test('whatever is sent to whichever route is answered by their envelope, and never breaks anything', async () => {
  const luck = chance(20_261_125)
  const draw = () => luck.fraction()
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)] as Item
  const texts = [
    ...NAUGHTY.filter((text) => text.length < 2_000 && !/[\uD800-\uDFFF]/.test(text)),
    stage.market,
    stage.instrument,
    'ord_1',
    'trd_1',
    '1',
    '0.8',
  ]
  const names = [
    'market_id',
    'side',
    'type',
    'quantity',
    'price',
    'instrument_id',
    'api_key',
    'signing_key',
    'mode',
    'time_in_force',
    'client_order_id',
    'post_only',
    'reduce_only',
    'stop_price',
    'offer_id',
    'name',
    'grant_type',
    'client_id',
    'device_code',
    'refresh_token',
    'token',
    'scope',
    'user_code',
    'approve',
  ]
  const parameters = [
    'market_id',
    'status',
    'side',
    'limit',
    'next',
    'prev',
    'page',
    'order_by[]',
    'order_direction',
    'flop[filters][0][field]',
    'flop[filters][0][value]',
    'flop[filters][0][op]',
    'filters[1][field]',
    'filters[1][value][]',
    'start_datetime',
    'from',
    'to',
    'resolution',
    'group_by',
    'depth',
    'x',
  ]
  const value = (): unknown => (draw() < 0.5 ? pick(texts) : pick(VALUES as readonly unknown[]))
  for (const { method, path } of GRID_ROUTES)
    for (let run = 0; run < RUNS; run++) {
      const place = path.replace(/:\w+/g, () => encodeURIComponent(pick(texts)) || 'x')
      const query = new URLSearchParams(
        Array.from({ length: Math.floor(draw() * 4) }, () => [pick(parameters), pick(texts)]),
      )
      const body = Object.fromEntries(
        Array.from({ length: Math.floor(draw() * 6) }, () => [pick(names), value()]),
      )
      const response = await fetch(`${stage.base}/${pick(['v1', 'api/v1'])}${place}?${query.toString()}`, {
        method,
        headers: { authorization: `Bearer ${trader.key}`, 'content-type': 'application/json' },
        redirect: 'manual',
        ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
      })
      const answer = await told(response)
      const shown = `${method} ${place}?${query.toString()} ${JSON.stringify(body)} -> ${answer.text}`
      assert.ok(answer.status < 500, shown)
      if (answer.status >= 400)
        assert.ok(detail(answer) !== undefined || typeof answer.body.error === 'string', shown)
    }
})

test('bodies that are no JSON object, and headers that are no signature, are refused', async () => {
  const send = (body: string, headers: Record<string, string>) =>
    fetch(`${stage.base}/v1/orders`, { method: 'POST', headers, body })
  const key = { authorization: `Bearer ${trader.key}` }
  const json = { ...key, 'content-type': 'application/json' }
  for (const body of [
    '{',
    '[]',
    '7',
    'null',
    '{"a":1,"a":2}',
    '{"__proto__":{}}',
    `{"x":"${'a'.repeat(70_000)}"}`,
  ])
    assert.ok([400, 413].includes((await send(body, json)).status), body.slice(0, 20))
  assert.equal((await send('a=b', { ...key, 'content-type': 'text/plain' })).status, 415)
  for (const text of ['', 'x', '9'.repeat(500), '-1', '1e9'])
    for (const name of ['x-thegrid-timestamp', 'x-thegrid-signature', 'x-thegrid-fingerprint']) {
      const headers = { 'x-thegrid-signature': 'AA==', 'x-thegrid-timestamp': '1700000000', [name]: text }
      assert.equal((await send('{}', { ...headers, 'content-type': 'application/json' })).status, 401)
    }
})
