import { chance } from '../src/base/chance.ts'
import type { AccountId, InstrumentId, MemberId, OfferId, OrderId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots, micros, ticks, wt } from '../src/base/money.ts'
import { instant, later, MICROS_PER_HOUR } from '../src/base/time.ts'
import type { Command, OrderPlace } from '../src/state/command.ts'
import { launchSpecs } from '../src/state/grade.ts'
import { sideName } from '../src/state/order.ts'
import type { Workload } from './workload.ts'
import { CANCEL, MID, REPLACE, TAKE } from './workload.ts'

// The day of bench/workload.ts as commands of the whole exchange, for whoever measures more than the book.

/** Midnight before the day. */
export const START = instant(Date.UTC(2026, 10, 25) * 1_000)
const INSTRUMENT = 0 as InstrumentId
const SUPPLIERS = 100
const ACCOUNTS = 1_000
/** Lots that every trader buys before the clock starts. */
const ENDOWMENT = 20_000

/** Suppliers that owe, and traders that have bought from them: sales of both kinds happen. */
export function opening(): Command[] {
  const [launch] = launchSpecs('')
  if (launch === undefined) throw new Error('there are launch specs')
  const spec = { ...launch, listingPrice: ticks(MID), orderMax: lots(100_000_000) }
  const commands: Command[] = [{ kind: 'instrument.list', spec }]
  for (let n = 1; n <= ACCOUNTS; n++) {
    const account = n as AccountId
    commands.push({ kind: 'member.admit', name: `member ${n}` })
    commands.push({
      kind: 'account.open',
      member: n as MemberId,
      name: `account ${n}`,
      roles: ['supplier', 'trader'],
    })
    commands.push({ kind: 'cash.deposit', account, amount: micros(8e12), reference: 'opening' })
  }
  for (let n = 1; n <= SUPPLIERS; n++) commands.push(...supplier(n))
  for (let n = SUPPLIERS + 1; n <= ACCOUNTS; n++)
    commands.push({ ...order(n as AccountId, 0, MID, ENDOWMENT), timeInForce: 'ioc' })
  return commands
}

function supplier(n: number): Command[] {
  const account = n as AccountId
  const offer = n as OfferId
  const expiresAt = later(START, 1_000 * MICROS_PER_HOUR)
  const evidence = { requests: 0, ttftMsP95: 0, tokensPerSecondP5: 0, items: 0, passed: 0, sha256: '' }
  const terms = { concurrency: 1, capabilities: [], contextTokens: 1, disclosed: true }
  const quantity = (ENDOWMENT * ACCOUNTS) / SUPPLIERS
  return [
    { kind: 'offer.register', account, name: `offer ${n}`, rate: wt(1e12), ...terms },
    { kind: 'offer.certify', offer, instrument: INSTRUMENT, expiresAt, evidence },
    { kind: 'units.issue', account, offer, instrument: INSTRUMENT, lots: lots(2 * quantity) },
    order(account, 1, MID, quantity),
  ]
}

const order = (account: AccountId, side: number, price: number, quantity: number): OrderPlace => ({
  kind: 'order.place',
  account,
  instrument: INSTRUMENT,
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
export function ownersOf(work: Workload): Int32Array {
  const random = chance(7)
  return new Int32Array(work.count + 1).map(() => 1 + random.below(ACCOUNTS))
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
  const place = order(account, work.side[at] as number, price, quantity)
  if (op === TAKE) place.timeInForce = 'ioc'
  return place
}
