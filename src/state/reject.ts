/**
 * Why the exchange says no. Numbers are permanent and sort the reasons in the order they are tested:
 * 1xxx the request itself, 2xxx who asks, 3xxx what it names, 4xxx the market's state, 5xxx its rules,
 * 6xxx money, units and authority. Each is explained in docs/rejects.md.
 */
export const rejects = {
  quantity_not_positive: 1001,
  amount_not_positive: 1002,
  price_missing: 1003,
  price_not_positive: 1004,
  post_only_needs_gtc_limit: 1005,
  budget_not_positive: 1006,
  spec_invalid: 1007,
  nothing_to_amend: 1008,
  name_empty: 1009,
  expiry_missing: 1010,
  expiry_unasked: 1011,
  reduce_only_rests: 1012,
  group_terms_invalid: 1013,
  timer_out_of_bounds: 1014,
  stop_terms: 1015,
  notice_ends_early: 1016,
  probe_invalid: 1017,
  display_terms: 1018,
  display_out_of_bounds: 1019,
  all_or_none_terms: 1020,
  budget_windows: 1021,
  bounds_invalid: 1022,
  procurement_prices_cross: 1030,

  role_missing: 2001,

  member_not_found: 3001,
  account_not_found: 3002,
  instrument_not_found: 3003,
  order_not_found: 3004,
  offer_not_found: 3005,
  mandate_not_found: 3006,
  draw_not_found: 3007,
  symbol_taken: 3008,
  client_order_id_reused: 3009,
  request_id_reused: 3010,
  group_not_found: 3011,
  penalty_not_found: 3012,
  procurement_not_found: 3020,
  procurement_exists: 3021,
  approval_not_found: 3030,

  market_halted: 4001,
  offer_suspended: 4002,
  offer_not_certified: 4003,
  mandate_revoked: 4004,
  mandate_expired: 4005,
  market_post_only: 4006,
  market_in_auction: 4007,
  market_cancel_only: 4008,
  market_closed: 4009,
  transition_not_allowed: 4010,
  kill_switch: 4011,
  group_frozen: 4012,
  order_pending: 4013,
  offer_in_maintenance: 4014,
  notice_is_over: 4015,
  approval_over: 4020,
  offer_not_suspended: 4040,
  supplier_suspended: 4041,
  default_open: 4042,

  price_above_maximum: 5001,
  quantity_above_maximum: 5002,
  price_outside_band: 5003,
  post_only_would_cross: 5004,
  fok_unfillable: 5005,
  no_liquidity: 5006,
  open_order_limit: 5007,
  settings_invalid: 5008,
  amount_above_maximum: 5009,
  expiry_not_ahead: 5010,
  nothing_to_reduce: 5011,
  group_count_limit: 5012,
  stop_already_reached: 5013,
  fixing_off_grid: 5014,
  fixing_published: 5015,
  fixing_not_published: 5016,
  all_or_none_limit: 5017,

  below_minimum_notional: 5020,
  order_size_limit: 5021,
  order_notional_limit: 5022,
  open_notional_limit: 5023,
  position_limit: 5024,

  procurement_limit: 5030,

  mandate_instrument: 6001,
  mandate_side: 6002,
  mandate_price: 6003,
  mandate_wider_than_parent: 6004,
  mandate_auto_buy: 6005,
  budget_exceeded: 6006,
  insufficient_funds: 6007,
  insufficient_units: 6008,
  units_owed: 6009,
  bond_short: 6010,
  offer_rate_exceeded: 6011,
  sells_without_bond: 6012,
  units_reserved: 6013,
  supply_short: 6014,
  cover_short: 6015,

  fixing_missing: 6020,
  mandate_fixing: 6021,
  mandate_position: 6022,
  mandate_open_orders: 6023,
  mandate_rate: 6024,
  mandate_score: 6025,
  approval_needed: 6030,
  approval_limit: 6031,
} as const

export type Reject = keyof typeof rejects

/** A refusal on its way to becoming an event. */
export type Refusal = { reason: Reject; detail: Record<string, number | string> }

/** What a refusal says that speaks for itself. */
export const NO_DETAIL: Refusal['detail'] = Object.freeze({})

/** Refusals that speak for themselves, each made once. */
const plain: Partial<Record<Reject, Refusal>> = {}

export const refuse = (reason: Reject, detail: Refusal['detail'] = NO_DETAIL): Refusal =>
  detail === NO_DETAIL ? (plain[reason] ??= { reason, detail }) : { reason, detail }
