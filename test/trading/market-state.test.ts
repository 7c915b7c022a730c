// What each state of a market admits, as a table, and what may follow what.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { OrderId } from '../../src/base/ids.ts'
import { later, MICROS_PER_SECOND } from '../../src/base/time.ts'
import type { Command } from '../../src/state/command.ts'
import type { InstrumentStatus } from '../../src/state/status.ts'
import { ADMITS, FOLLOWS } from '../../src/state/status.ts'
import { MARKET, Stage } from '../engine/stage.ts'

const STATUSES = Object.keys(ADMITS) as InstrumentStatus[]

const moving = (to: InstrumentStatus): Command => ({
  kind: 'instrument.transition',
  instrument: MARKET,
  to,
  reason: 'test',
  until: null,
  next: [],
})

/** A market with a supplier's asks at 8,000, a buyer with units and a bid at 7,900, in a state. */
function marketIn(status: InstrumentStatus) {
  const stage = new Stage()
  stage.supplier('sun', 20, 8_000)
  const buyer = stage.account('buyer', 10)
  stage.buy(buyer, 5, 8_000)
  stage.buy(buyer, 4, 7_900)
  const bid = (stage.state.nextOrder - 1) as OrderId
  stage.done(moving(status))
  return { stage, buyer, bid }
}

type Place = ReturnType<typeof marketIn>
const amending = ({ buyer, bid }: Place, price: number | null, lots: number | null): Command => ({
  kind: 'order.amend',
  account: buyer,
  order: bid,
  price: price as never,
  lots: lots as never,
  mandate: 0 as never,
})

const ATTEMPTS: Record<string, (place: Place) => Command> = {
  rests: ({ stage, buyer }) => stage.order(buyer, 'buy', 1, 7_950),
  posts: ({ stage, buyer }) => ({ ...stage.order(buyer, 'buy', 1, 7_950), postOnly: 'reject' }) as Command,
  crosses: ({ stage, buyer }) => stage.order(buyer, 'buy', 1, 8_000),
  ioc: ({ stage, buyer }) => ({ ...stage.order(buyer, 'buy', 1, 8_000), timeInForce: 'ioc' }) as Command,
  less: (place) => amending(place, null, 3),
  moves: (place) => amending(place, 7_910, null),
  draws: ({ stage, buyer }) => stage.opening(buyer, { wt: 10_000 }),
  'buys a draw': ({ stage, buyer }) => stage.opening(buyer, { wt: 60_000, buyLimit: 8_000 }),
  cancels: ({ buyer, bid }) => ({ kind: 'order.cancel', account: buyer, order: bid }),
}

const TABLE: Record<InstrumentStatus, string> = {
  open: 'rests posts crosses ioc less moves draws, buys a draw, cancels',
  post_only: 'rests posts less moves draws cancels',
  auction: 'rests crosses less moves draws cancels',
  volatility_auction: 'rests crosses less moves draws cancels',
  cancel_only: 'less draws cancels',
  halted: 'draws cancels',
  closed: 'draws',
}

test('each state admits what its row says', () => {
  for (const status of STATUSES) {
    const admitted = Object.entries(ATTEMPTS).filter(([, attempt]) => {
      const place = marketIn(status)
      const last = place.stage.ask(attempt(place)).at(-1)
      if (last?.kind !== 'command.rejected') return true
      const wanted =
        status === 'closed' && /order_not_found/.test(last.reason) ? last.reason : ADMITS[status].refusal
      assert.equal(last.reason, wanted)
      return false
    })
    assert.equal(admitted.map(([name]) => name).join(' '), TABLE[status].replaceAll(',', ''), status)
  }
})

test('the document has the same states and refusals', () => {
  const page = readFileSync(new URL('../../docs/trading.md', import.meta.url), 'utf8')
  for (const status of STATUSES) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${status}\` |`))
    assert.ok(row !== undefined, status)
    if (status !== 'open') assert.ok(row.includes(`\`${ADMITS[status].refusal}\``), row)
  }
})

test('a state may follow another exactly as the table says', () => {
  for (const from of STATUSES)
    for (const to of STATUSES) {
      const { stage } = marketIn(from)
      const last = stage.ask(moving(to)).at(-1)
      assert.equal(last?.kind !== 'command.rejected', FOLLOWS[from].includes(to), `${from} to ${to}`)
    }
})

test('phases end one after the other, and only the last has no end', () => {
  const { stage } = marketIn('open')
  const until = later(stage.now, MICROS_PER_SECOND)
  const endless = { status: 'post_only', until: null } as const
  stage.refused({ ...moving('halted'), next: [endless] } as Command, 'transition_not_allowed')
  stage.refused({ ...moving('halted'), until: stage.now } as Command, 'transition_not_allowed')
  stage.refused(
    { ...moving('halted'), until, next: [{ status: 'auction', until }] } as Command,
    'transition_not_allowed',
  )
  stage.done({ ...moving('halted'), until, next: [endless] } as Command)
  stage.until(until)
  assert.equal(stage.state.instruments[MARKET]?.status, 'post_only')
})
