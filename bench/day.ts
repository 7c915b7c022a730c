import { chance } from '../src/base/chance.ts'
import type { AccountId, InstrumentId, MemberId, OfferId, OrderId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots, micros, ticks, wt } from '../src/base/money.ts'
import { instant, later, MICROS_PER_HOUR } from '../src/base/time.ts'
import type { Command, OrderPlace } from '../src/state/command.ts'
import { launchSpecs } from '../src/state/grade.ts'
import { sideName } from '../src/state/order.ts'
import { widenInlining } from '../src/sequencer/inlining.ts'
import type { Workload } from './workload.ts'
import { CANCEL, MID, REPLACE, TAKE } from './workload.ts'

// The day of bench/workload.ts as commands of the whole exchange, for whoever measures more than the book.

// As the exchange does.
widenInlining()

/** Midnight before the day. */
export const START = instant(Date.UTC(2026, 10, 25) * 1_000)

/** How large the exchange is: one account in ten supplies every instrument. */
export type Shape = { accounts: number; instruments: number }
export const ONE_MARKET: Shape = { accounts: 1_000, instruments: 1 }

/** µ$ of all accounts together: as much as a ledger holds. */
const FUNDS = 8e15
/** Lots that every trader buys before the clock starts, per instrument. */
const ENDOWMENT = 200_000

/** Suppliers that owe, and traders that have bought from them: sales of both kinds happen. */
export function opening({ accounts, instruments }: Shape = ONE_MARKET): Command[] {
  const [launch] = launchSpecs('')
  if (launch === undefined) throw new Error('there are launch specs')
  const spec = { ...launch, listingPrice: ticks(MID), orderMax: lots(100_000_000) }
  const suppliers = accounts / 10
  const commands: Command[] = []
  for (let n = 0; n < instruments; n++)
    commands.push({ kind: 'instrument.list', spec: { ...spec, symbol: `text-bench-${n}` } })
  for (let n = 1; n <= accounts; n++) commands.push(...member(n, FUNDS / accounts))
  for (let n = 1; n <= suppliers; n++) commands.push(offer(n))
  for (let market = 0; market < instruments; market++) {
    const instrument = market as InstrumentId
    for (let n = 1; n <= suppliers; n++) commands.push(...issue(n, instrument, accounts / suppliers))
    for (let n = suppliers + 1; n <= accounts; n++)
      commands.push({ ...order(n as AccountId, instrument, 0, MID, ENDOWMENT), timeInForce: 'ioc' })
  }
  return commands
}

const member = (n: number, cash: number): Command[] => [
  { kind: 'member.admit', name: `member ${n}` },
  {
    kind: 'account.open',
    member: n as MemberId,
    name: `account ${n}`,
    roles: ['supplier', 'trader'],
  },
  { kind: 'cash.deposit', account: n as AccountId, amount: micros(cash), reference: 'opening' },
]

const offer = (n: number): Command => ({
  kind: 'offer.register',
  account: n as AccountId,
  name: `offer ${n}`,
  rate: wt(1e12),
  concurrency: 1,
  capabilities: [],
  contextTokens: 1,
  disclosed: true,
})

/** A supplier's units for `share` accounts, half of them for sale at once. */
function issue(n: number, instrument: InstrumentId, share: number): Command[] {
  const account = n as AccountId
  const offer = n as OfferId
  const expiresAt = later(START, 1_000 * MICROS_PER_HOUR)
  const evidence = { requests: 0, ttftMsP95: 0, tokensPerSecondP5: 0, items: 0, passed: 0, sha256: '' }
  const quantity = ENDOWMENT * share
  return [
    { kind: 'offer.certify', offer, instrument, expiresAt, evidence },
    { kind: 'units.issue', account, offer, instrument, lots: lots(2 * quantity) },
    order(account, instrument, 1, MID, quantity),
  ]
}

/** A plain order that rests. */
export const order = (
  account: AccountId,
  instrument: InstrumentId,
  side: number,
  price: number,
  quantity: number,
): OrderPlace => ({
  kind: 'order.place',
  account,
  instrument,
  side: sideName(side),
  type: 'limit',
  timeInForce: 'gtc',
  postOnly: 'none',
  selfTrade: 'cancel_oldest',
  price: ticks(price),
  lots: lots(quantity),
  clientOrderId: null,
  mandate: NO_MANDATE,
})

/** Who places each order of the day. */
export function ownersOf(work: Workload, { accounts }: Shape = ONE_MARKET): Int32Array {
  const random = chance(7)
  return new Int32Array(work.count + 1).map(() => 1 + random.below(accounts))
}

/**
 * One command of the day, made as a parser would; order ids follow the order of placing, the opening's first.
 */
export function commandAt(work: Workload, owners: Int32Array, at: number, firstOrder: number): Command {
  const id = work.id[at] as number
  const account = owners[id] as AccountId
  const name = (firstOrder + id - 1) as OrderId
  const op = work.op[at]
  if (op === CANCEL) return { kind: 'order.cancel', account, order: name }
  const price = ticks(work.price[at] as number)
  const quantity = lots(work.lots[at] as number)
  if (op === REPLACE)
    return { kind: 'order.amend', account, order: name, price, lots: quantity, mandate: NO_MANDATE }
  const place = order(account, 0 as InstrumentId, work.side[at] as number, price, quantity)
  if (op === TAKE) place.timeInForce = 'ioc'
  return place
}
