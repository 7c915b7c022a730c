import { rfc3339 } from '../base/time.ts'
import type { Instant } from '../base/time.ts'
import type { BalanceOut } from '../wire/account.ts'
import { namesOf, symbolOf, USD_ID } from './name.ts'
import type { Row } from './print-market.ts'
import { numeric, sum } from './print-market.ts'

/** The three accounts in which these clients look for the units of one of ours. */
export type Kind = 'trading' | 'consumption' | 'issuance'

/** `trading_account_1_text-prime`: which account of ours, which of its faces, and for what. */
export const accountId = (kind: Kind, account: string, symbol: string): string =>
  `${kind}_account_${account.replace(/^acc_/, '')}_${symbol}`

const isUnits = ({ asset }: BalanceOut): boolean => asset !== 'USD'

/** What every account row ends in. They are read as they stand now, so that is when they were updated. */
const ends = (now: Instant): Row => ({
  status: 'active',
  created_at: rfc3339(now),
  updated_at: rfc3339(now),
})

export const tradingRows = (balances: readonly BalanceOut[], account: string, now: Instant): Row[] =>
  balances.filter(isUnits).map((row) => {
    const symbol = symbolOf(row.asset)
    const { instrument, market } = namesOf(symbol)
    const id = accountId('trading', account, symbol)
    return {
      account_id: id,
      id,
      user_id: account,
      instrument_id: instrument,
      instrument_symbol: symbol,
      instrument_name: symbol,
      market_id: market,
      total_balance: sum(row.available, row.held),
      available_balance: row.available,
      reserved_balance: row.held,
      locked_balance: row.held,
      ...ends(now),
    }
  })

export const currencyRows = (balances: readonly BalanceOut[], account: string, now: Instant): Row[] =>
  balances
    .filter((row) => !isUnits(row))
    .map((row) => {
      const id = accountId('trading', account, 'usd')
      return {
        account_id: id,
        id,
        user_id: account,
        instrument_id: USD_ID,
        instrument_symbol: 'USD',
        currency: 'USD',
        total_balance: sum(row.available, row.held),
        available_balance: row.available,
        reserved_balance: row.held,
        locked_balance: row.held,
        ...ends(now),
      }
    })

/**
 * Units in consumption. What running requests hold is committed. We keep no running totals of what went in
 * and out, so the totals say what is there.
 */
export const consumptionRows = (balances: readonly BalanceOut[], account: string, now: Instant): Row[] =>
  balances.filter(isUnits).map((row) => {
    const symbol = symbolOf(row.asset)
    const total = sum(row.consumption, row.drawn)
    return {
      account_id: accountId('consumption', account, symbol),
      user_id: account,
      instrument_id: namesOf(symbol).instrument,
      instrument_symbol: symbol,
      available_balance: row.consumption,
      committed_balance: row.drawn,
      uncommitted_balance: numeric(row.consumption),
      total_balance: total,
      total_deposits: total,
      total_withdrawals: '0.000000',
      total_commitments: row.drawn,
      total_transfers_in: total,
      total_transfers_out: '0.000000',
      last_transfer_at: null,
      ...ends(now),
    }
  })

/** The smaller of two decimal texts. */
const least = (a: string, b: string): string => (Number(a) <= Number(b) ? a : b)

/** What a supplier has issued and still owes, and how much of it is unsold. */
export const issuanceRows = (balances: readonly BalanceOut[], account: string, now: Instant): Row[] =>
  balances
    .filter((row) => isUnits(row) && Number(row.obligation) > 0)
    .map((row) => {
      const symbol = symbolOf(row.asset)
      const id = accountId('issuance', account, symbol)
      const unsold = least(row.obligation, sum(row.available, row.held))
      return {
        issuance_account_id: id,
        account_id: id,
        user_id: account,
        instrument_id: namesOf(symbol).instrument,
        instrument_symbol: symbol,
        total_balance: unsold,
        available_balance: least(row.obligation, row.available),
        total_issued: row.obligation,
        total_deposits: row.obligation,
        total_transferred: row.obligation,
        total_transferred_to_trading: row.obligation,
        total_transfers: 0,
        ...ends(now),
      }
    })
