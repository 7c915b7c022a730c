// What a mandate lets requests do, through the gateway: the last cent, approvals, scorecards, revocation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { micros } from '../../src/base/money.ts'
import type { Bounds, Budget } from '../../src/state/mandate-terms.ts'
import type { InstrumentId } from '../../src/base/ids.ts'
import type { Rig, RigOptions } from './rig.ts'
import { buildRig } from './rig.ts'

const MARKET = 0 as InstrumentId

async function withRig(options: RigOptions, run: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await buildRig(options)
  try {
    await run(rig)
    await rig.quiet()
  } finally {
    await rig.close()
  }
}

/** Puts the buyer under a new mandate. */
async function bind(rig: Rig, budget: Budget, bounds: Bounds = {}) {
  const [granted] = await rig.do({
    kind: 'mandate.grant',
    account: rig.buyer.account,
    parent: NO_MANDATE,
    name: 'agent',
    budget,
    instruments: null,
    sides: ['buy'],
    priceLimit: null,
    autoBuy: true,
    expiresAt: null,
    ...(Object.keys(bounds).length > 0 && { bounds }),
  })
  assert.ok(granted?.kind === 'mandate.granted')
  rig.buyer.mandate = granted.mandate
  return granted.mandate
}

const codeOf = async (response: Response) =>
  response.status === 200
    ? (await response.text(), 'served')
    : ((await response.json()) as { error: { code: string } }).error.code

test('forty requests at once against the last cent: what the budget pays for is served, and no more', () =>
  withRig({ modes: ['ok'], buyerUnits: 0 }, async (rig) => {
    // A lot of 10,000 wt at 0.80 costs 0.008016 with the fee, and is enough for many answers.
    const mandate = await bind(rig, { lifetime: micros(8_016) })
    const codes = await Promise.all(
      Array.from({ length: 40 }, async () => codeOf(await rig.ask({ max_tokens: 1_000 }))),
    )
    const served = codes.filter((code) => code === 'served').length
    assert.ok(served >= 1 && served < 40, codes.join())
    for (const code of codes) assert.ok(code === 'served' || code === 'budget_exceeded', code)
    await rig.quiet()
    const { spent, reserved } = rig.sequencer.state.mandates[mandate - 1] ?? assert.fail('granted')
    assert.deepEqual([spent.lifetime.amount, reserved], [8_016, 0], 'the last cent was spent exactly once')
    assert.equal(rig.all('draw.opened').filter(({ bought }) => bought > 0).length, 1)
  }))

test('a request above the threshold asks a person, once; approved, it is served once', () =>
  withRig({ modes: ['ok'], buyerUnits: 0 }, async (rig) => {
    const { account } = rig.buyer
    const approval = { above: micros(5_000), wait: 3_600_000_000 }
    await bind(rig, {}, { approval })
    const refused = await rig.ask({ max_tokens: 1_000 })
    assert.equal(refused.status, 403)
    const { error } = (await refused.json()) as { error: { code: string; message: string } }
    assert.equal(error.code, 'approval_needed')
    assert.match(error.message, /apr_1/)
    assert.equal((await rig.ask({ max_tokens: 1_000 })).status, 403)
    assert.equal(rig.all('approval.asked').length, 1, 'the same again is the same')
    assert.equal(rig.all('draw.opened').length, 0)
    const { approval: id } = rig.last('approval.asked')
    await rig.do({
      kind: 'approval.decide',
      account,
      mandate: NO_MANDATE,
      approval: id,
      approve: true,
      reason: '',
    })
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => codeOf(await rig.ask({ max_tokens: 1_000 }))),
    )
    assert.equal(rig.all('approval.used').length, 1)
    // What the first bought too much is prepaid: it costs the others nothing, so they need nobody.
    assert.ok(answers.includes('served'), answers.join())
    await rig.quiet()
  }))

test('only a supplier with the scorecard that is asked for is called', () =>
  withRig({ modes: ['ok', 'ok'] }, async (rig) => {
    await bind(rig, {}, { scoreLeast: 95 })
    assert.equal(await codeOf(await rig.ask({})), 'mandate_score')
    const account = rig.accounts[1] ?? assert.fail('two suppliers')
    const grade = {
      kind: 'supplier.grade',
      account,
      instrument: MARKET,
      standing: 'B',
      requests: 500,
    } as const
    await rig.do({ ...grade, score: 9_500 })
    for (let n = 0; n < 6; n++) assert.equal(await codeOf(await rig.ask({})), 'served')
    await rig.quiet()
    for (const { supplier } of rig.all('draw.settled')) assert.equal(supplier, account)
  }))

test('revoked while it streams: the answer is not extended, and the next request is forbidden', () =>
  withRig({ modes: ['endless'], buyLimit: null, buyerUnits: 2 }, async (rig) => {
    const mandate = await bind(rig, {})
    const response = await rig.ask({ stream: true, max_tokens: 60_000 })
    assert.equal(response.status, 200)
    await rig.do({ kind: 'mandate.revoke', account: rig.buyer.account, mandate })
    assert.match(await response.text(), /"finish_reason":"length"/)
    await rig.quiet()
    assert.equal(rig.all('draw.settled').length, 1, 'what was delivered is owed')
    assert.equal(await codeOf(await rig.ask({})), 'mandate_revoked')
  }))
