import type { AccountId, MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import { micros, mulDivDown, mulDivUp, wt } from '../base/money.ts'
import { freeCash, mandateOf } from '../state/account.ts'
import { purchaseFault, unfixedFault } from '../mandate/bound.ts'
import { budgetFault, budgetLeft, prepaidOf } from '../mandate/budget.ts'
import { costOfLots, spareUnits } from './claim.ts'
import { costOf } from '../trading/fill.ts'
import { balanceOf } from '../state/ledger.ts'
import { BUY } from '../state/order.ts'
import { canCall, NO_SALES } from '../trading/obligation.ts'
import type { Purchase } from './purchase.ts'
import { buyCeiling, lotsFor, planPurchase } from './purchase.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Account, Instrument, State } from '../state/state.ts'
import { ADMITS } from '../state/status.ts'

/** What a draw asks to hold: at its opening, or once more when it is extended. */
export type Ask = {
  account: Account
  mandate: MandateId
  instrument: Instrument
  supplier: AccountId
  /** Suppliers that keep what they owe. */
  failed: readonly AccountId[]
  wt: Wt
  buyLimit: Ticks | null
  /** µ$ that the same draw has already asked of its mandate. */
  committed: number
}

/** Where the units of a draw will come from, and what that asks of its mandate. */
export type Holding = {
  wt: Wt
  fromLots: Wt
  /** What is lacking in lots and in trading, bought in whole lots; the surplus stays in trading. */
  purchase: Purchase | undefined
  /** Of the units, those bought under the mandate; and the budget that the others take, at their cost. */
  prepaid: Wt
  spend: Micros
}

/** What the account has: units in lots, spare in trading (negative: it owes more than that), their cost. */
type Owned = { fromLots: number; fromTrading: number; spare: number; cost: number }

/** Every test of money, units and authority for a draw, touching nothing. Each refusal says what would do. */
export function planHolding(state: State, ask: Ask): Holding | Refusal {
  const { instrument, mandate, supplier } = ask
  const owned = ownedBy(state, ask)
  const lack = ask.wt - owned.fromLots - owned.fromTrading
  const purchase = lack === 0 ? undefined : planShortfall(state, ask, owned, lack)
  if (purchase !== undefined && 'reason' in purchase) return purchase
  const { prepaid, spend } = budgetOf(state, ask, owned, purchase)
  const worst = spend + (purchase?.worst ?? 0)
  const broke =
    budgetFault(state, mandate, state.at, worst, ask.committed + worst) ??
    fundsFault(state, ask.account, purchase)
  if (broke !== undefined) return affordable(state, ask, owned, broke)
  if (!canCall(state, instrument, supplier, ask.wt, purchase?.sales ?? NO_SALES, ask.failed))
    return refuse('supply_short', { needed: ask.wt })
  return { wt: ask.wt, fromLots: wt(owned.fromLots), purchase, prepaid, spend }
}

function ownedBy(state: State, { account, instrument, wt: needed }: Ask): Owned {
  const position = account.positions[instrument.id]
  if (position === undefined) return { fromLots: 0, fromTrading: 0, spare: 0, cost: 0 }
  const fromLots = Math.min(needed, balanceOf(state.ledger, position.consumption))
  const spare = spareUnits(state, position)
  const fromTrading = Math.min(needed - fromLots, Math.max(0, spare))
  const cost = costOfLots(state, position, wt(fromLots)) + costOf(state, position, fromTrading)
  return { fromLots, fromTrading, spare, cost }
}

/** What buying the lacking units takes, or why they may not or cannot be bought. */
function planShortfall(state: State, ask: Ask, owned: Owned, lack: number): Purchase | Refusal {
  const { account, instrument, mandate, buyLimit } = ask
  const available = owned.fromLots + owned.fromTrading
  const short = (refusal: Refusal) => affordable(state, ask, owned, refusal)
  if (buyLimit === null) return short(refuse('insufficient_units', { needed: ask.wt, free: available }))
  if (mandate !== NO_MANDATE && mandateOf(state, mandate)?.terms.autoBuy !== true)
    return short(refuse('mandate_auto_buy', { needed: ask.wt, free: available }))
  if (instrument.status !== 'open') return short(refuse(ADMITS[instrument.status].refusal))
  if (owned.spare < 0) return short(refuse('units_owed', { needed: ask.wt, lacking: -owned.spare }))
  const wanted = Math.ceil(lack / instrument.spec.lot) as Lots
  const { orderMax } = instrument.spec
  if (wanted > orderMax) return refuse('quantity_above_maximum', { maximum: orderMax })
  const unbought =
    unfixedFault(state, mandate, instrument, BUY) ??
    purchaseFault(state, mandate, account, instrument, wanted)
  if (unbought !== undefined) return short(unbought)
  const { limit, byMandate } = buyCeiling(state, instrument, mandate, buyLimit)
  const purchase = planPurchase(state, instrument, account, limit, wanted)
  if (purchase.lots === wanted) return purchase
  const reason = byMandate ? 'mandate_price' : 'no_liquidity'
  return short(refuse(reason, { limit, wanted, found: purchase.lots }))
}

/** Prepaid units go first; the budget of the rest is their share of what the account's own units had cost. */
function budgetOf(state: State, ask: Ask, owned: Owned, purchase: Purchase | undefined) {
  if (ask.mandate === NO_MANDATE) return { prepaid: wt(0), spend: micros(0) }
  const bought = purchase?.sales.bought ?? 0
  const prepaid = wt(Math.min(ask.wt, prepaidOf(state, ask.mandate, ask.instrument.id) + bought))
  const own = owned.fromLots + owned.fromTrading
  const spend = own === 0 ? 0 : mulDivUp(owned.cost, ask.wt - prepaid, own)
  return { prepaid, spend: micros(spend) }
}

function fundsFault(state: State, account: Account, purchase: Purchase | undefined): Refusal | undefined {
  const needed = purchase?.worst ?? 0
  const free = freeCash(state, account)
  return needed > free ? refuse('insufficient_funds', { needed, free }) : undefined
}

/** Adds to a refusal how many wt could be drawn now: what is owned, and what money and market allow. */
function affordable(state: State, ask: Ask, owned: Owned, refusal: Refusal): Refusal {
  const { account, instrument, mandate, buyLimit } = ask
  const own = owned.fromLots + owned.fromTrading
  const budget = budgetLeft(state, mandate, state.at)
  const usable = withinBudget(state, ask, owned, budget)
  const mayBuy =
    buyLimit !== null && (mandate === NO_MANDATE || mandateOf(state, mandate)?.terms.autoBuy === true)
  if (usable < own || !mayBuy || instrument.status !== 'open' || owned.spare < 0)
    return { ...refusal, detail: { ...refusal.detail, affordable_wt: usable } }
  const { limit } = buyCeiling(state, instrument, mandate, buyLimit)
  const { spend } = budgetOf(state, { ...ask, wt: wt(own) }, owned, undefined)
  const money = Math.min(freeCash(state, account), budget - spend)
  const wanted = Math.min(Math.ceil((ask.wt - own) / instrument.spec.lot), instrument.spec.orderMax)
  const bought = lotsFor(state, instrument, account, limit, wanted, money) * instrument.spec.lot
  return { ...refusal, detail: { ...refusal.detail, affordable_wt: own + bought } }
}

/** Of the units owned, those that the mandate's budget lets it use. */
function withinBudget(state: State, ask: Ask, owned: Owned, budget: number): number {
  const own = owned.fromLots + owned.fromTrading
  const { prepaid, spend } = budgetOf(state, { ...ask, wt: wt(own) }, owned, undefined)
  return spend <= budget ? own : prepaid + mulDivDown(own - prepaid, Math.max(0, budget), spend)
}
