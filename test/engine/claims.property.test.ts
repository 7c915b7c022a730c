// Any sequence of trading, calling, failing, settling and waiting: every promise holds after every step,
// and when everything has ended nothing is left standing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccountId, ApprovalId, DrawId, MandateId, OfferId, PenaltyId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import type { Lots } from '../../src/base/money.ts'
import { micros, ppm, ticks, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_MS } from '../../src/base/time.ts'
import type { Command } from '../../src/state/command.ts'
import type { Event } from '../../src/state/event.ts'
import { digestState, dumpState, loadState } from '../../src/engine/snapshot.ts'
import { all, HOUR, MARKET, reading, Stage } from './stage.ts'

const MINUTE = HOUR / 60

/** One thing somebody may try. Numbers choose among whatever exists by then. */
type Step = { what: string; who: number; other: number; amount: number; price: number }

const WHAT = [
  'issue',
  'sell',
  'sell',
  'buy',
  'buy',
  'redeem',
  'cancel',
  'transfer',
  'open',
  'open',
  'open',
  'extend',
  'reroute',
  'cover',
  'decide',
  'probe',
  'settle',
  'settle',
  'fail',
  'release',
  'wait',
  'wait',
  'suspend',
  'approve',
  'grade',
] as const

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...WHAT),
  who: fc.nat(8),
  other: fc.nat(9),
  amount: fc.nat(99_999),
  price: fc.nat(6),
})

/** Three suppliers (one of them poor), two buyers of one member (one with mandates), and a trader. */
function cast() {
  const stage = new Stage()
  const suppliers = ['sun', 'wind', 'coal'].map((name) => stage.account(name, name === 'coal' ? 0.03 : 5))
  const offers = suppliers.map((account) => stage.offer(account))
  const ada = stage.account('ada', 2)
  const bob = stage.account('bob', 0.05, stage.state.accounts[ada - 1]?.member)
  const eve = stage.account('eve', 3)
  const wide = stage.mandate(ada, { lifetime: micros(900_000) })
  const narrow = stage.mandate(ada, { hour: micros(60_000), order: micros(30_000) }, { parent: wide })
  const approval = { above: micros(9_000), wait: 2 * HOUR }
  const bounds = { approval, position: wt(200_000), perMinute: 6, scoreLeast: 90 }
  const careful = stage.mandate(ada, { day: micros(200_000) }, { parent: wide, bounds })
  for (const account of suppliers.slice(0, 2)) stage.done(graded(account, 9_500))
  const mandates = [NO_MANDATE, wide, narrow, careful]
  for (const [i, account] of suppliers.entries()) {
    const quantity = (i === 2 ? 20 : 60) as Lots
    stage.done({
      kind: 'units.issue',
      account,
      offer: offers[i] as OfferId,
      instrument: MARKET,
      lots: quantity,
    })
    stage.sell(account, quantity / 2, 8_000 + i)
  }
  return { stage, offers, mandates, accounts: [...suppliers, ada, bob, eve] }
}

const graded = (account: AccountId, score: number): Command => ({
  kind: 'supplier.grade',
  account,
  instrument: MARKET,
  standing: 'A',
  score,
  requests: 200,
})

type Cast = ReturnType<typeof cast>

function commandOf(
  { stage, accounts, offers, mandates }: Cast,
  { what, who, other, amount, price }: Step,
): Command {
  // Mostly a buyer's turn to buy, and a supplier's to sell.
  const account = accounts[what === 'issue' || what === 'sell' ? who % 4 : ((who + 3) % 9) % 6] as AccountId
  const quantity = (1 + (amount % 12)) as Lots
  const offer = offers[other % 3] as OfferId
  const live = [...stage.state.draws.keys()]
  const draw = (live[other % Math.max(1, live.length)] ?? 0) as DrawId
  switch (what) {
    case 'issue':
      return {
        kind: 'units.issue',
        account,
        offer: offers[who % 3] as OfferId,
        instrument: MARKET,
        lots: quantity,
      }
    case 'sell':
    case 'buy':
      return stage.order(account, what, quantity, 7_997 + price)
    case 'redeem':
      return { kind: 'units.redeem', account, instrument: MARKET, lots: quantity }
    case 'cancel':
      return { kind: 'order.cancel_all', account, instrument: MARKET, side: price > 3 ? 'sell' : null }
    case 'transfer':
      return { kind: 'units.transfer', account, instrument: MARKET, wt: wt(1 + (amount % 60_000)) }
    case 'open': {
      const mandate = (account === accounts[3] ? mandates[other % 4] : NO_MANDATE) as MandateId
      const deadline = (stage.now + (1 + (amount % 300)) * MINUTE) as Instant
      const ask = stage.opening(account, { wt: 1 + (amount % 60_000), offer, mandate, deadline })
      const whole = mandate === mandates[3] ? { whole: wt(ask.wt * (1 + (who % 3))) } : {}
      return { ...ask, ...whole, buyLimit: price === 0 ? null : ticks(8_000 + price) }
    }
    case 'approve': {
      const waiting = [...stage.state.approvals.values()].filter(({ status }) => status === 'pending')
      const one = {
        account: accounts[3] as AccountId,
        approval: (waiting[0]?.id ?? 1) as ApprovalId,
        reason: '',
      }
      return {
        kind: 'approval.decide',
        mandate: mandates[amount % 4] as MandateId,
        ...one,
        approve: price < 5,
      }
    }
    case 'grade':
      return graded(accounts[who % 3] as AccountId, 8_900 + (amount % 400))
    case 'extend':
      return { kind: 'draw.extend', draw, wt: wt(1 + (amount % 20_000)) }
    case 'reroute':
      return {
        kind: 'draw.reroute',
        draw,
        offer: offers[amount % 3] as OfferId,
        failure: 'reset',
        fault: price > 3 ? 'supplier' : 'nobody',
      }
    case 'cover':
      return { kind: 'draw.cover', draw, offers, failure: 'reset' }
    case 'probe': {
      const expected = [{ instrument: MARKET, failure: ppm(10_000) }]
      const evidence = { item: 'sum', request: 'req', sha256: '' }
      return { kind: 'lot.probe', offer, instrument: MARKET, passed: price > 0, expected, evidence }
    }
    case 'decide': {
      const open = [...stage.state.penalties.values()]
      const { id = 0 as PenaltyId, account: payer = account } = open[amount % Math.max(1, open.length)] ?? {}
      if (price < 3) return { kind: 'penalty.dispute', account: payer, penalty: id, statement: 'no' }
      return { kind: 'penalty.decide', penalty: id, upheld: price > 4, reason: 'log' }
    }
    case 'settle': {
      const ttft = (1 + (amount % 11)) * 1_000 * MICROS_PER_MS
      const tokens = {
        inputTokens: amount % 7_000,
        cachedTokens: amount % 3_000,
        outputTokens: amount % 41_000,
      }
      return { kind: 'draw.settle', draw, reading: reading({ ...tokens, ttft, excused: price === 6 }) }
    }
    case 'fail':
      return {
        kind: 'draw.fail',
        draw,
        failure: 'truncated',
        fault: price > 3 ? 'supplier' : 'venue',
        relayed: { inputTokens: amount % 4_000, outputTokens: amount % 900 },
      }
    case 'release':
      return { kind: 'draw.release', draw, reason: 'no_route' }
    case 'suspend':
      return amount % 20 === 0 && offer === offers[1]
        ? { kind: amount % 40 === 0 ? 'offer.suspend' : 'offer.lift', offer, reason: 'test' }
        : { kind: 'time.tick' }
    default:
      stage.now = (stage.now + (amount % 100) * MINUTE) as Instant
      return { kind: 'time.tick' }
  }
}

/** What may be said of one command's events, whatever it was. */
function eventsAddUp(events: readonly Event[]): void {
  const refused = events.findIndex((event) => event.kind === 'command.rejected')
  assert.ok(refused === -1 || refused === events.length - 1, 'a refusal is the last word')
  for (const settled of all(events, 'draw.settled')) {
    const { proceeds, deliveryFee, refund } = settled
    assert.ok(deliveryFee + refund <= proceeds, 'fee and refund come out of the proceeds')
    assert.ok(settled.verdict !== 'rejected' || settled.used === 0, 'what is rejected is not charged')
  }
}

test('no sequence of trading, drawing, failing and waiting breaks a promise', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 160, size: 'max' }), (steps) => {
      const venue = cast()
      const { stage, accounts } = venue
      for (const next of steps) {
        const command = commandOf(venue, next)
        const { seq, at } = stage.state
        const before = digestState(stage.state)
        const events = stage.ask(command)
        eventsAddUp(events)
        if (events.length > 1 || events[0]?.kind !== 'command.rejected') continue
        const after = digestState({ ...stage.state, seq, at })
        assert.equal(after, before, `a refused ${command.kind} leaves no trace`)
      }
      const copy = loadState(dumpState(stage.state))
      assert.equal(digestState(copy), digestState(stage.state))
      // Whatever is open ends by itself: deadlines pass, lots expire, suppliers are paid and nothing stands.
      stage.done({
        kind: 'order.cancel_all',
        account: accounts[3] as AccountId,
        instrument: null,
        side: null,
      })
      for (const { id } of stage.state.penalties.values())
        stage.done({ kind: 'penalty.decide', penalty: id, upheld: true, reason: 'end' })
      stage.until((stage.now + 48 * HOUR) as Instant)
      // What was charged on the way stays open to dispute for a day more.
      const { draws, lots, withheld, mandates, nextDue } =
        (stage.until((stage.now + 48 * HOUR) as Instant), stage.state)
      assert.deepEqual([draws.size, lots.size, withheld.length], [0, 0, 0])
      assert.ok(nextDue > stage.now)
      for (const cell of ['escrow', 'bonds', 'withheld', 'penalties'] as const)
        assert.equal(stage.house(cell), 0)
      for (const { reserved } of mandates) assert.equal(reserved, 0)
      for (const account of accounts) {
        const position = stage.state.accounts[account - 1]?.positions[MARKET]
        if (position === undefined) continue
        assert.deepEqual(stage.units(account), { trading: 0, lots: 0, drawn: 0, owed: 0, escrowed: 0 })
        assert.deepEqual([position.cost, position.bond, position.reserved], [0, 0, 0])
      }
    }),
    { numRuns: 100 },
  )
})
