import { notFound, Problem, problem } from '../api/problem.ts'
import { accountOf } from '../state/account.ts'
import { balanceOf } from '../state/ledger.ts'
import { WT_PER_UNIT } from '../base/money.ts'
import { money, units } from '../wire/decimal.ts'
import type { AccountOut, BalanceOut, LotOut } from '../wire/account.ts'
import { printPrice } from '../api/amount.ts'
import { callerAt } from './desk.ts'
import { sift } from './filter.ts'
import { named, namesOf } from './name.ts'
import { consumptionRows, currencyRows, issuanceRows, tradingRows } from './print-account.ts'
import type { Row } from './print-market.ts'
import { product } from './print-market.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, page } from './route.ts'

const ACCOUNT_FIELDS = ['account_id', 'instrument_id', 'instrument_symbol', 'status', 'currency', 'market_id']
const POSITION_FIELDS = ['instrument_id', 'market_id', 'status', 'user_account_id', 'id']

type Faces = typeof tradingRows

/** Rows of one kind of account, filtered as asked. */
async function rowsOf(call: GridCall, faces: readonly Faces[]): Promise<Row[] | Problem> {
  const caller = callerAt(call.desk)
  if (caller instanceof Problem) return caller
  const balances = await call.desk.ask<{ data: BalanceOut[] }>('balance.list')
  if (balances instanceof Problem) return balances
  const account = `acc_${caller.account}`
  return faces.flatMap((face) => face(balances.data, account, call.venue.clock()))
}

const listing = (faces: readonly Faces[]) => async (call: GridCall) => {
  const all = await rowsOf(call, faces)
  if (all instanceof Problem) return all
  const rows = sift(call.filters, all, ACCOUNT_FIELDS, 'updated_at')
  return rows instanceof Problem ? rows : page(rows)
}

const getting = (faces: readonly Faces[]) => async (call: GridCall) => {
  const all = await rowsOf(call, faces)
  if (all instanceof Problem) return all
  const found = all.find((row) => row.account_id === call.params.id)
  return found === undefined ? notFound('account') : data(found)
}

/** What the account holds in trading, at what it had cost and what it would fetch. */
async function listPositions(call: GridCall): Promise<GridAnswer | Problem> {
  const { desk, venue } = call
  const account = await desk.ask<AccountOut>('account.get')
  if (account instanceof Problem) return account
  const caller = callerAt(desk)
  if (caller instanceof Problem) return caller
  const all = await venue.sequencer.read((state) =>
    (accountOf(state, caller.account)?.positions ?? []).flatMap((position): Row[] => {
      const instrument = position && state.instruments[position.instrument]
      if (!position || !instrument) return []
      const { spec } = instrument
      const wt = balanceOf(state.ledger, position.free) + balanceOf(state.ledger, position.held)
      const { last } = venue.market.ticker(instrument.id)
      const price = last === null ? null : printPrice(spec, last)
      const names = namesOf(spec.symbol)
      return [
        {
          id: `position_${caller.account}_${spec.symbol}`,
          user_account_id: account.id,
          instrument_id: names.instrument,
          instrument_name: spec.symbol,
          market_id: names.market,
          status: wt > 0 ? 'open' : 'closed',
          quantity: units(wt),
          average_cost: wt === 0 ? null : money(Math.round((position.cost * WT_PER_UNIT) / wt)),
          total_cost: money(position.cost),
          current_market_value: price === null ? null : product(price, units(wt)),
          last_trade_price: price,
          opened_at: null,
          closed_at: null,
        },
      ]
    }),
  )
  const rows = sift(call.filters, all, POSITION_FIELDS, 'opened_at')
  return rows instanceof Problem ? rows : page(rows)
}

/** Decimal text of a quantity, which these clients send as a number. */
export function quantityIn(body: Record<string, unknown>): string | Problem {
  const { quantity } = body
  if (typeof quantity === 'number' && Number.isFinite(quantity)) return String(quantity)
  if (typeof quantity === 'string') return quantity
  return problem('invalid_request', 'quantity is a number of units.')
}

/** Our symbol of the instrument in a body. */
export function instrumentOf({ venue, body }: GridCall): string | Problem {
  const { instrument_id: id } = body
  if (typeof id !== 'string') return problem('invalid_request', 'instrument_id is needed.')
  const found = named(venue.sequencer.state, id, 'instrument')
  return found instanceof Problem ? found : found.spec.symbol
}

/** The answer to a transfer stands outside the envelope in this dialect; some clients look inside it too. */
export const accepted = (transfer: string): GridAnswer => ({
  status: 202,
  body: {
    status: 'accepted',
    transfer_id: transfer,
    data: { status: 'accepted', transfer_id: transfer },
  },
})

async function toConsumption(call: GridCall): Promise<GridAnswer | Problem> {
  const instrument = instrumentOf(call)
  if (instrument instanceof Problem) return instrument
  const quantity = quantityIn(call.body)
  if (quantity instanceof Problem) return quantity
  const body = { instrument, quantity }
  const moved = await call.desk.ask<{ lot: LotOut }>('transfer.create', { body })
  return moved instanceof Problem ? moved : accepted(moved.lot.id)
}

/** Units in consumption are there to be used: no way leads back to the book. */
const toTrading = (): Problem =>
  new Problem(
    'consumption_is_final',
    { status: 422, title: 'Units in consumption cannot return to trading' },
    'Units in consumption are used or expire. They cannot return to trading.',
  )

export const accountRoutes: readonly GridRoute[] = [
  { method: 'GET', path: '/trading-accounts', run: listing([tradingRows, currencyRows]) },
  { method: 'GET', path: '/trading-accounts/:id', run: getting([tradingRows, currencyRows]) },
  { method: 'GET', path: '/currency-trading-accounts', run: listing([currencyRows]) },
  { method: 'GET', path: '/currency-trading-accounts/:id', run: getting([currencyRows]) },
  { method: 'GET', path: '/consumption-accounts', run: listing([consumptionRows]) },
  { method: 'GET', path: '/consumption-accounts/:id', run: getting([consumptionRows]) },
  { method: 'GET', path: '/issuance-accounts', run: listing([issuanceRows]) },
  { method: 'GET', path: '/positions', run: listPositions },
  { method: 'POST', path: '/transfers/trading-to-consumption', run: toConsumption },
  { method: 'POST', path: '/transfers/consumption-to-trading', run: toTrading },
]
