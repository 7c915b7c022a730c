// Probes on live traffic: the real gateway, real HTTP to suppliers, units bought from fees.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { createGrader } from '../../src/assay/grader.ts'
import { createProber } from '../../src/assay/prober.ts'
import { createShapes } from '../../src/assay/traffic-shape.ts'
import { chance } from '../../src/base/chance.ts'
import { ppm } from '../../src/base/money.ts'
import type { AccountId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_SECOND } from '../../src/base/time.ts'
import { REFERENCE_TEXTS, signsOf } from '../../src/measure/vector-space.ts'
import type { Spec } from '../../src/state/instrument.ts'
import { DIMENSIONS, startEmbedder, vectorOf } from '../surface/embedder.ts'
import { systemTimer } from '../../src/delivery/timer.ts'
import { openShowings } from '../../src/store/showing.ts'
import { accountOf } from '../../src/state/account.ts'
import type { ChatRequest } from '../../src/wire/openai.ts'
import type { ModeName } from '../delivery/bad-supplier.ts'
import type { RigOptions } from '../delivery/rig.ts'
import { buildRig, QUICK } from '../delivery/rig.ts'

const firstIn = ([first]: ChatRequest['messages']): string => JSON.stringify(first?.content ?? '')

/** So often a day that a slot is ten seconds. */
const PER_DAY = 8_640

async function probing(
  t: TestContext,
  modes: ModeName[],
  perDay = PER_DAY,
  options: Omit<RigOptions, 'modes'> = {},
) {
  const rig = await buildRig({ modes, ...options })
  t.after(() => rig.close())
  await rig.do({ kind: 'member.admit', name: 'Operator' })
  const member = rig.last('member.admitted').member
  await rig.do({ kind: 'account.open', member, name: 'probes', roles: ['operator', 'consumer'] })
  const account = rig.last('account.opened').account
  const grader = createGrader()
  t.after(() => grader.close())
  const showings = await openShowings(':memory:')
  t.after(() => showings.close())
  const shapes = createShapes()
  const asked: ChatRequest[] = []
  const failures: unknown[] = []
  let now = Date.now() * 1_000
  const prober = createProber({
    exchange: rig.sequencer,
    gateway: {
      complete: (request, response) => {
        asked.push(request.body)
        return rig.gateway.complete(request, response)
      },
    },
    grader,
    showings,
    shapes,
    timer: systemTimer,
    clock: () => now as Instant,
    chance: chance(3),
    account,
    perDay,
    onFailure: (error) => failures.push(error),
  })
  t.after(() => prober.stop())
  const turns = async (seconds: number) => {
    let graded = 0
    for (let second = 0; second < seconds; second++) {
      now += MICROS_PER_SECOND
      graded += await prober.turn()
    }
    return graded
  }
  return { rig, account, turns, failures, shapes, asked }
}

test('every slot of the day holds one probe, paid as ordinary delivery by units bought from fees', async (t) => {
  const { rig, account, turns } = await probing(t, ['ok'])
  const fees = rig.sequencer.state.ledger.balance[rig.sequencer.state.house.fees] ?? 0
  assert.ok(fees > 0)
  const graded = await turns(45)
  assert.ok(graded >= 3 && graded <= 5, `${graded}`)
  const probed = rig.all('lot.probed')
  assert.equal(probed.length, graded)
  const settled = rig.all('draw.settled').filter((event) => event.account === account)
  assert.equal(settled.length, graded)
  assert.ok(settled.every(({ proceeds, cost }) => proceeds > 0 && cost > 0))
  assert.ok(rig.all('probe.funded')[0]?.account === account)
  assert.ok(rig.all('insurance.funded').length > 0, 'insurance has had its share of the fees first')
  assert.ok(rig.all('trade').some(({ aggressorAccount }) => aggressorAccount === account))
  for (const { passed, failure, evidence } of probed) {
    assert.equal(passed, false, 'the supplier of this test answers nothing of the kind')
    assert.ok(failure > 0 && failure < 940_000)
    assert.match(evidence.item, /^[a-z-]+\.\d$/)
    assert.match(evidence.request, /^del_\d+$/)
    assert.match(evidence.sha256, /^[0-9a-f]{64}$/)
  }
  await rig.quiet()
})

test('a probe has the shape of a recent request: messages, length, limit and settings', async (t) => {
  const { rig, turns, shapes, asked } = await probing(t, ['ok'])
  const [instrument] = rig.sequencer.state.instruments
  assert.ok(instrument)
  shapes.note(instrument.id, {
    model: 'any',
    messages: [
      { role: 'system', content: 'private instruction' },
      { role: 'user', content: 'private question '.repeat(200) },
      { role: 'assistant', content: 'private answer' },
      { role: 'user', content: 'private sequel' },
    ],
    max_tokens: 900,
    temperature: 0.3,
    top_p: 0.9,
  })
  assert.ok((await turns(30)) > 0)
  for (const { messages, max_tokens, temperature, top_p } of asked) {
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['system', 'user', 'assistant', 'user'],
    )
    assert.deepEqual([max_tokens, temperature, top_p], [900, 0.3, 0.9])
    const length = JSON.stringify(messages).length
    assert.ok(length > 3_200 && length < 4_000, `${length}`)
    assert.doesNotMatch(JSON.stringify(messages), /private/)
  }
  await rig.quiet()
})

test('now and then a supplier of another member compares the answer with a reference, in both orders', async (t) => {
  const { rig, turns, asked } = await probing(t, ['able', 'able'])
  await turns(160)
  const compared = rig.all('lot.probed').filter(({ evidence }) => evidence.item.startsWith('notice.'))
  assert.ok(compared.length >= 2, `${compared.length}`)
  assert.ok(
    compared.every(({ passed }) => passed),
    'it says everything, and the reference does not',
  )
  const judging = asked.filter(({ messages }) => /<answer_a>/.test(firstIn(messages)))
  assert.equal(judging.length, 2 * compared.length)
  // Who answered a brief is not who judged it: of each three calls in turn one goes to the other supplier.
  const called = rig.all('draw.settled').filter(({ account }) => account !== rig.buyer.account)
  for (const [at, { messages }] of asked.entries()) {
    if (!firstIn(messages).startsWith('"Write a notice')) continue
    const [writer, ...judges] = called.slice(at, at + 3).map(({ offer }) => offer)
    assert.equal(judges.length, 2)
    assert.ok(judges.every((offer) => offer !== writer && offer === judges[0]))
  }
  await rig.quiet()
})

test('where there is no supplier of another member, nothing is judged', async (t) => {
  const { rig, turns, asked } = await probing(t, ['able'])
  await turns(160)
  assert.ok(rig.all('lot.probed').length > 10)
  assert.ok(asked.every(({ messages }) => !firstIn(messages).includes('notice')))
})

test('a supplier that fails a call is not graded on it: the call has its own consequences', async (t) => {
  const { rig, turns } = await probing(t, ['s500'])
  assert.equal(await turns(25), 0)
  assert.ok((rig.suppliers[0]?.calls ?? 0) > 0)
  assert.equal(rig.all('lot.probed').length, 0)
})

test('each supplier is probed for itself, whoever else could serve', async (t) => {
  const { rig, account, turns } = await probing(t, ['ok', 'ok'])
  await turns(30)
  const offers = new Set(rig.all('lot.probed').map(({ offer }) => offer))
  assert.equal(offers.size, 2)
  const called = rig.all('draw.settled').filter((event) => event.account === account)
  for (const [at, { offer }] of rig.all('lot.probed').entries()) assert.equal(called[at]?.offer, offer)
})

test('a venue that wants no probes sends none', async (t) => {
  const { rig, turns } = await probing(t, ['ok'], 0)
  assert.equal(await turns(5), 0)
  assert.equal(rig.suppliers[0]?.calls, 0)
})

test('only the exchange is paid out of fees, and never more than there is', async (t) => {
  const { rig, account } = await probing(t, ['ok'])
  const { state } = rig.sequencer
  const refusal = async (who: AccountId, amount: number) => {
    const { events } = await rig.sequencer.ask({ kind: 'probe.fund', account: who, amount: amount as never })
    const [event] = events
    return event?.kind === 'command.rejected' ? event.reason : 'accepted'
  }
  assert.equal(await refusal(rig.buyer.account, 1), 'role_missing')
  assert.equal(await refusal(account, 0), 'amount_not_positive')
  assert.equal(await refusal(account, 1e12), 'insufficient_funds')
  assert.equal(await refusal(999 as AccountId, 1), 'account_not_found')
  const before = state.ledger.balance[state.house.fees] ?? 0
  assert.equal(await refusal(account, before), 'accepted')
  const free = state.ledger.balance[accountOf(state, account)?.free ?? 0] ?? 0
  assert.equal(state.ledger.balance[state.house.insurance], before - free)
  assert.ok(free > 0.89 * before && free < before)
})

test('a supplier of embeddings is probed by where its vectors lie, and rejected once they lie elsewhere', async (t) => {
  const embedder = await startEmbedder(7)
  t.after(() => embedder.close())
  const signs = REFERENCE_TEXTS.map((text) => signsOf(vectorOf(7, text))).join('')
  const spec: Spec = {
    ...QUICK,
    task: 'embeddings',
    intelligenceFloor: 0,
    outputTokensMax: 0,
    throughputFloor: 0,
    weights: { input: ppm(1_000_000), cachedInput: ppm(1_000_000), output: ppm(0) },
    vectors: { dimensions: DIMENSIONS, signs },
  }
  const endpoint = { baseUrl: embedder.baseUrl, dialect: 'embeddings' } as const
  const { rig, turns, failures } = await probing(t, ['ok'], PER_DAY, { spec, endpoint })
  await turns(45)
  const honest = rig.all('lot.probed')
  assert.ok(honest.length >= 3 && honest.every(({ passed }) => passed))
  embedder.seed = 8
  await turns(60)
  const [rejected] = rig.all('lot.rejected')
  assert.ok(rejected !== undefined && rejected.failed <= 5, 'four or five probes are enough')
  assert.deepEqual(failures, [])
  await rig.quiet()
})
