// `busbar mandates` and `busbar approvals`, against a whole exchange.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import { runLine } from './command-line.ts'

let exchange: RunningExchange
let key: string

before(async () => {
  exchange = await runExchange()
  key = (await exchange.join('owner', '100')).key
})
after(() => exchange.end())

/** Runs a line with its words in quotes, as a person types it. */
function busbar(line: string, as = key) {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
  return runLine(['--url', exchange.baseUrl, '--key', as, ...words])
}

test('a mandate is granted, listed and revoked, and says what is left of it', async () => {
  assert.match((await busbar('mandates list')).out, /no mandates/)
  const granted = await busbar(
    'mandates grant "night shift" --budget day=50 --budget lifetime=90 --instrument text-prime --auto-buy ' +
      '--fixing-most 1.05 --position 9 --open-orders 3 --per-minute 60 --score-least 95 --approval-above 2 ' +
      '--approval-wait 600 --expires-in 3600 --json',
  )
  const mandate = JSON.parse(granted.out)
  assert.equal(mandate.approval_wait, 600)
  assert.equal(mandate.fixing_most, '1.050000')
  const { out } = await busbar('mandates list')
  assert.match(out, /night shift[^\n]*active[^\n]*day[^\n]*\$50[^]*lifetime[^\n]*\$90/)
  assert.match((await busbar(`mandates show ${mandate.id}`)).out, /approval/)
  const wider = await busbar(`mandates grant child --parent ${mandate.id} --budget day=51`)
  assert.equal(wider.code, 1)
  assert.match(wider.err, /wider than its parent/)
  assert.match((await busbar('mandates grant odd --budget daily=51')).err, /--budget must be/)
  assert.match((await busbar(`mandates revoke ${mandate.id}`)).out, /revoked/)
})

test('approvals are listed, approved and refused', async () => {
  assert.match((await busbar('approvals list')).out, /no approvals/)
  const mandate = JSON.parse((await busbar('mandates grant asks --approval-above 0.50 --json')).out)
  const { baseUrl } = exchange
  const made = await fetch(`${baseUrl}/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'asks', scopes: ['account:read', 'trade:place'], mandate: mandate.id }),
  })
  const { secret } = (await made.json()) as { secret: string }
  for (const quantity of ['1', '2']) {
    const asked = await busbar(`buy text-prime ${quantity} --price 0.80`, secret)
    assert.equal(asked.code, 1)
    assert.match(asked.err, /waits as apr_/)
  }
  assert.match((await busbar('approvals list --status pending')).out, /apr_2[^\n]*buy 2[^]*apr_1[^\n]*buy 1/)
  assert.match((await busbar('approvals approve apr_1')).out, /done[^\n]*ord_/)
  assert.match((await busbar('approvals refuse apr_2 --reason "too much"')).out, /refused[^\n]*too much/)
  const own = await busbar('approvals approve apr_2', secret)
  assert.match(own.err, /keys:manage/)
})
