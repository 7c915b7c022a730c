import type { EventOf } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import type { Reject } from '../state/reject.ts'
import { rejects } from '../state/reject.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { printPrice, printQuantity } from './amount.ts'
import { Problem, requestProblems } from './problem.ts'

/** What the numbers in a refusal's detail count. */
type Unit = 'money' | 'units' | 'ticks' | 'lots' | 'count'

type Explanation = { status?: 403 | 404 | 409; title: string; unit?: Unit }

/** Every refusal of the engine as the outside reads it. 422 unless said otherwise. */
const EXPLAINED: Record<Reject, Explanation> = {
  quantity_not_positive: { title: 'The quantity must be above zero', unit: 'lots' },
  amount_above_maximum: { title: 'The amount is more than the exchange can hold' },
  amount_not_positive: { title: 'The amount must be above zero' },
  price_missing: { title: 'A limit order needs a price' },
  price_not_positive: { title: 'The price must be above zero', unit: 'ticks' },
  post_only_needs_gtc_limit: { title: 'Only a limit order that may rest can be post-only' },
  budget_not_positive: { title: 'A budget cannot be below zero' },
  budget_windows: { title: 'A window has more than one that contains it' },
  bounds_invalid: { title: 'A bound of the mandate is out of its own bounds', unit: 'count' },
  spec_invalid: { title: 'The specification breaks a rule' },
  nothing_to_amend: { title: 'The amendment changes nothing' },
  name_empty: { title: 'A name is needed' },
  expiry_missing: { title: 'A good-till-date order needs a time to end' },
  expiry_unasked: { title: 'Only a good-till-date order names the time it ends' },
  group_terms_invalid: { title: 'The terms of the group are out of bounds' },
  timer_out_of_bounds: { title: 'The timer runs for up to a day' },
  notice_ends_early: { title: 'The maintenance would end before it begins' },
  probe_invalid: { title: 'The probe does not say what a model at the floor would do' },
  display_terms: { title: 'Only a limit order that may rest can show part of itself' },
  display_out_of_bounds: { title: 'The shown quantity is out of bounds', unit: 'lots' },
  all_or_none_terms: { title: 'An all-or-none order is a limit order that waits' },
  all_or_none_limit: { title: 'The account has as many all-or-none orders waiting as it may', unit: 'count' },
  order_pending: { title: 'The order waits for the delay of takers to end' },
  stop_terms: { title: 'The order cannot have that stop price, or that price beside it' },
  stop_already_reached: { title: 'The last trade has reached the stop price already', unit: 'ticks' },
  fixing_off_grid: { title: 'A fixing is of a period of the grid that has ended' },
  fixing_published: { status: 409, title: 'The fixing of this period is published' },
  fixing_not_published: { title: 'Only what is published can be corrected' },
  procurement_prices_cross: { title: 'It must sell above the price that it buys at' },
  procurement_not_found: { status: 404, title: 'There is no such standing procurement' },
  procurement_exists: {
    status: 409,
    title: 'The instrument has a standing procurement already',
    unit: 'count',
  },
  procurement_limit: { title: 'The account has as many procurements as it may have', unit: 'count' },
  approval_not_found: { status: 404, title: 'There is no such approval for this key to decide' },
  approval_over: { status: 409, title: 'The approval waits no more' },
  group_not_found: { status: 404, title: 'There is no such open order group' },
  penalty_not_found: { status: 404, title: 'There is no such penalty, or it can no longer be disputed' },
  group_frozen: { title: 'The group has filled what it may and is frozen' },
  group_count_limit: { title: 'The account has as many order groups as it may have', unit: 'count' },
  reduce_only_rests: { title: 'A reduce-only order cannot rest' },
  role_missing: { status: 403, title: 'The account lacks the role' },
  member_not_found: { status: 404, title: 'There is no such member' },
  account_not_found: { status: 404, title: 'There is no such account' },
  instrument_not_found: { status: 404, title: 'There is no such instrument' },
  order_not_found: { status: 404, title: 'There is no such open order' },
  offer_not_found: { status: 404, title: 'There is no such offer' },
  mandate_not_found: { status: 404, title: 'There is no such mandate' },
  draw_not_found: { status: 404, title: 'There is no such delivery under way' },
  symbol_taken: { status: 409, title: 'The symbol is taken' },
  client_order_id_reused: { status: 409, title: 'This client_order_id belongs to another order' },
  request_id_reused: { status: 409, title: 'This request id was used before' },
  market_halted: { title: 'The market is halted' },
  offer_suspended: { status: 403, title: 'The offer is suspended' },
  offer_not_suspended: { status: 409, title: 'The offer is not suspended' },
  supplier_suspended: { status: 403, title: 'The supplier is suspended' },
  default_open: { status: 409, title: 'The default is not settled yet' },
  offer_in_maintenance: { title: 'The offer takes no new calls at the moment' },
  notice_is_over: { title: 'The maintenance would be over already' },
  offer_not_certified: { title: 'The offer is not certified for this instrument' },
  mandate_revoked: { status: 403, title: 'The mandate was revoked' },
  market_post_only: { title: 'The market takes only orders that rest without trading' },
  market_in_auction: { title: 'The market is in a call auction and takes only limit orders that rest' },
  market_cancel_only: { title: 'The market takes only cancels' },
  market_closed: { title: 'The market is closed' },
  transition_not_allowed: { title: 'The market cannot go from its state to that one' },
  kill_switch: { status: 403, title: 'A kill switch is on' },
  below_minimum_notional: { title: 'The order is worth less than an order must be' },
  order_size_limit: { title: 'The order is larger than the account may place', unit: 'units' },
  order_notional_limit: { title: 'The order is worth more than the account may place' },
  open_notional_limit: {
    title: 'The open orders together would be worth more than the account may have open',
  },
  position_limit: { title: 'The account would have more units than it may have', unit: 'units' },
  mandate_expired: { status: 403, title: 'The mandate has expired' },
  price_above_maximum: { title: 'The price is above the maximum', unit: 'ticks' },
  quantity_above_maximum: { title: 'The quantity is above the maximum of one order', unit: 'lots' },
  price_outside_band: { title: 'The price is outside the band around the reference price', unit: 'ticks' },
  post_only_would_cross: { title: 'A post-only order must not trade at once', unit: 'ticks' },
  fok_unfillable: { title: 'The order cannot be filled whole', unit: 'lots' },
  no_liquidity: { title: 'There is nothing to trade with' },
  open_order_limit: { title: 'The account has as many open orders as it may have', unit: 'count' },
  expiry_not_ahead: { title: 'It would have ended before it began' },
  nothing_to_reduce: { title: 'There is nothing that the order could reduce' },
  settings_invalid: { title: 'The settings break a rule' },
  mandate_instrument: { status: 403, title: 'The mandate does not cover this instrument' },
  mandate_side: { status: 403, title: 'The mandate does not cover this side' },
  mandate_price: { status: 403, title: 'The price is beyond the limit of the mandate' },
  mandate_wider_than_parent: { status: 403, title: 'A mandate cannot be wider than its parent' },
  mandate_auto_buy: { status: 403, title: 'The mandate does not allow buying what is lacking' },
  budget_exceeded: { status: 403, title: 'The budget of the mandate does not reach' },
  fixing_missing: { status: 403, title: 'The mandate asks for a fixing, and there is none yet' },
  mandate_fixing: { status: 403, title: 'The price is too far from the fixing for the mandate' },
  mandate_position: {
    status: 403,
    title: 'There would be more units under the mandate than it allows',
    unit: 'units',
  },
  mandate_open_orders: {
    status: 403,
    title: 'As many orders are open under the mandate as it allows',
    unit: 'count',
  },
  mandate_rate: {
    status: 403,
    title: 'The mandate has had its orders and draws of this minute',
    unit: 'count',
  },
  mandate_score: { status: 403, title: 'The scorecard of the supplier is below the mandate', unit: 'count' },
  approval_needed: { status: 403, title: 'A person has to approve this' },
  approval_limit: { title: 'As many approvals wait as an account may have', unit: 'count' },
  insufficient_funds: { title: 'There is not enough free money' },
  insufficient_units: { title: 'There are not enough free units', unit: 'units' },
  units_owed: { title: 'Units that the account still owes cannot leave trading', unit: 'units' },
  bond_short: { title: 'There is not enough free money for the bond' },
  offer_rate_exceeded: { title: 'The offer cannot back that much', unit: 'units' },
  sells_without_bond: { title: 'Open sell orders were placed before anything was owed', unit: 'lots' },
  units_reserved: { title: 'The units are called by deliveries under way', unit: 'units' },
  cover_short: { title: 'No cover can be bought within its limits' },
  supply_short: { title: 'No supplier owes enough', unit: 'units' },
}

function printFact(value: number | string, unit: Unit, spec: Spec | undefined): string {
  if (typeof value === 'string') return value
  if (unit === 'count' || !Number.isSafeInteger(value)) return String(value)
  if (unit === 'money') return money(value)
  if (unit === 'units') return units(value)
  if (spec === undefined) return units(value)
  return unit === 'ticks' ? printPrice(spec, value) : printQuantity(spec, value)
}

/** The detail of a refusal with its numbers as decimal text. */
export function factsOf(
  reason: Reject,
  detail: Readonly<Record<string, number | string>>,
  spec?: Spec,
): Record<string, string> {
  const unit = EXPLAINED[reason].unit ?? 'money'
  return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, fact(name, value)]))

  function fact(name: string, value: number | string): string {
    return (name === 'order' || name === 'procurement' || name === 'approval') && typeof value === 'number'
      ? printId(name, value)
      : printFact(value, unit, spec)
  }
}

/** One sentence: the title, and the numbers behind it. */
function sentence(title: string, facts: Record<string, string>): string {
  const numbers = Object.entries(facts).map(([name, value]) => `${name} ${value}`)
  return numbers.length === 0 ? `${title}.` : `${title}: ${numbers.join(', ')}.`
}

type Refused = Pick<EventOf<'command.rejected'>, 'reason' | 'detail'>

/** An engine refusal as a problem. `seq` is the command that was refused, if it became one. */
export function refusalProblem({ reason, detail }: Refused, spec?: Spec, seq?: number): Problem {
  const { status = 422, title } = EXPLAINED[reason]
  const facts = factsOf(reason, detail, spec)
  return new Problem(reason, { status, title }, sentence(title, facts), {
    ...(Object.keys(facts).length > 0 ? { facts } : {}),
    ...(seq === undefined ? {} : { seq }),
  })
}

/**
 * Every code a request can be refused with: the engine's in the order they are tested, then the request's
 * own.
 */
export const errorCatalogueRows = () => [
  ...Object.entries(rejects).map(([code, number]) => {
    const { status = 422, title } = EXPLAINED[code as Reject]
    return { code, number, status, title, retryable: false }
  }),
  ...Object.entries(requestProblems).map(([code, kind]) => ({
    code,
    number: null,
    status: kind.status,
    title: kind.title,
    retryable: 'retryable' in kind,
  })),
]
