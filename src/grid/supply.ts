import { Problem, problem } from '../api/problem.ts'
import type { AccountEventOut, BalanceOut } from '../wire/account.ts'
import type { IssuanceOut, OfferOut } from '../wire/supply.ts'
import { accepted, instrumentOf, quantityIn } from './accounts.ts'
import { callerAt } from './desk.ts'
import { sift } from './filter.ts'
import { findNamed, namesOf, symbolOf } from './name.ts'
import { accountId } from './print-account.ts'
import type { Row } from './print-market.ts'
import { numeric } from './print-market.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, page } from './route.ts'

type Events = { data: AccountEventOut[]; next_cursor: string | null }

const EVENTS_PAGE = 1_000
/** Pages of the account's events that one request reads at most. */
const PAGES_MOST = 20
/** How far back from the newest command the first look goes; every further look goes four times as far. */
const FIRST_LOOK = 4_096

const TRANSFER_FIELDS = ['id', 'transfer_id', 'account_id', 'sender_account_id', 'instrument_id', 'market_id']
const ISSUANCE_FIELDS = ['id', 'instrument_id', 'status']

/**
 * The account's newest events of one kind, newest first. Looks back ever further until there are enough, the
 * beginning is reached, or it has read as much as one request may.
 */
async function newest(
  call: GridCall,
  kind: string,
  pick: (event: AccountEventOut) => boolean = () => true,
): Promise<AccountEventOut[] | Problem> {
  let pages = 0
  for (let look = FIRST_LOOK; ; look *= 4) {
    const start = Math.max(0, call.venue.sequencer.state.seq - look)
    const found: AccountEventOut[] = []
    let after: string | null = String(start)
    while (after !== null && pages++ < PAGES_MOST) {
      const events: Events | Problem = await call.desk.ask<Events>('event.list', {
        query: { after, limit: String(EVENTS_PAGE) },
      })
      if (events instanceof Problem) return events
      found.push(...events.data.filter((event) => event.type === kind && pick(event)))
      after = events.next_cursor
    }
    if (found.length >= call.filters.limit || start === 0 || pages >= PAGES_MOST)
      return found.reverse().slice(0, call.filters.limit)
  }
}

const symbolIn = (event: AccountEventOut): string => symbolOf(String(event.payload.instrument))

async function listTransfers(call: GridCall): Promise<GridAnswer | Problem> {
  const caller = callerAt(call.desk)
  if (caller instanceof Problem) return caller
  const events = await newest(call, 'lot.opened')
  if (events instanceof Problem) return events
  const account = `acc_${caller.account}`
  const all = events.map((event): Row => {
    const symbol = symbolIn(event)
    const id = String(event.payload.lot)
    return {
      id,
      transfer_id: id,
      market_id: namesOf(symbol).market,
      instrument_id: namesOf(symbol).instrument,
      instrument_name: symbol,
      sender_account_id: accountId('trading', account, symbol),
      account_id: accountId('consumption', account, symbol),
      quantity: numeric(String(event.payload.units)),
      reason: event.payload.reason,
      transferred_at: event.at,
      inserted_at: event.at,
      updated_at: event.at,
    }
  })
  canonical(call)
  const rows = sift(call.filters, all, TRANSFER_FIELDS, 'transferred_at')
  return rows instanceof Problem ? rows : page(rows)
}

/** Turns the instruments and markets that filters name, in whatever form, into the ids that rows carry. */
function canonical({ venue, filters }: GridCall): void {
  for (const filter of filters.filters) {
    if (filter.field !== 'instrument_id' && filter.field !== 'market_id') continue
    const kind = filter.field === 'market_id' ? 'market' : 'instrument'
    filter.values = filter.values.map((value) => {
      const found = findNamed(venue.sequencer.state, value)
      return found === undefined ? value : namesOf(found.spec.symbol)[kind]
    })
  }
}

const issuanceRow = (id: string, symbol: string, quantity: string, at: string): Row => ({
  id,
  issuance_id: id,
  instrument_id: namesOf(symbol).instrument,
  instrument_symbol: symbol,
  quantity: numeric(quantity),
  status: 'completed',
  created_at: at,
  updated_at: at,
})

async function listIssuances(call: GridCall): Promise<GridAnswer | Problem> {
  const events = await newest(call, 'units.issued')
  if (events instanceof Problem) return events
  const all = events.map((event) =>
    issuanceRow(`issuance_${event.seq}`, symbolIn(event), String(event.payload.units), event.at),
  )
  canonical(call)
  const rows = sift(call.filters, all, ISSUANCE_FIELDS, 'created_at')
  return rows instanceof Problem ? rows : page(rows)
}

/** Issues against the first active offer of the account that is certified for the instrument. */
async function issue(call: GridCall): Promise<GridAnswer | Problem> {
  const symbol = instrumentOf(call)
  if (symbol instanceof Problem) return symbol
  const quantity = quantityIn(call.body)
  if (quantity instanceof Problem) return quantity
  const offer = await offerFor(call, symbol)
  if (offer instanceof Problem) return offer
  const body = { offer, instrument: symbol, quantity }
  const issued = await call.desk.ask<IssuanceOut>('units.issue', { body })
  if (issued instanceof Problem) return issued
  const at = new Date(Math.floor(call.venue.clock() / 1_000)).toISOString()
  return data(issuanceRow(`issuance_${issued.seq}`, symbol, issued.quantity, at), 201)
}

async function offerFor(call: GridCall, symbol: string): Promise<string | Problem> {
  if (typeof call.body.offer_id === 'string') return call.body.offer_id
  const offers = await call.desk.ask<{ data: OfferOut[] }>('offer.list')
  if (offers instanceof Problem) return offers
  const isCertified = ({ status, certificates }: OfferOut) =>
    status === 'active' && certificates.some(({ instrument }) => symbolOf(instrument) === symbol)
  const found = offers.data.find(isCertified)
  if (found !== undefined) return found.id
  return new Problem(
    'offer_not_certified',
    { status: 422, title: 'No offer is certified for this instrument' },
    'Register an offer with POST /v1/offers and have it qualified for this instrument first.',
  )
}

/** The account's balances as units of instruments, by the symbol. */
async function unitsOf(call: GridCall): Promise<{ symbol: string; row: BalanceOut }[] | Problem> {
  const balances = await call.desk.ask<{ data: BalanceOut[] }>('balance.list')
  if (balances instanceof Problem) return balances
  return balances.data
    .filter(({ asset }) => asset !== 'USD')
    .map((row) => ({ symbol: symbolOf(row.asset), row }))
}

/**
 * Issued units stand in the trading account at once here, so there is nothing to move: the transfer is
 * accepted if they are there, and refused as a transfer of them would be.
 */
async function toTrading(call: GridCall): Promise<GridAnswer | Problem> {
  const symbol = instrumentOf(call)
  if (symbol instanceof Problem) return symbol
  const quantity = quantityIn(call.body)
  if (quantity instanceof Problem) return quantity
  const wanted = Number(quantity)
  if (!(wanted > 0)) return problem('invalid_request', 'quantity is above zero.')
  const held = await unitsOf(call)
  if (held instanceof Problem) return held
  const row = held.find((one) => one.symbol === symbol)?.row
  if (row === undefined || Number(row.available) < wanted || Number(row.obligation) < wanted)
    return new Problem(
      'insufficient_units',
      { status: 422, title: 'There are not enough free units' },
      'Fewer issued units than that are free.',
    )
  return accepted(`issued_${call.requestId}`)
}

/** What is issued and not yet delivered, per instrument. */
async function summarise(call: GridCall): Promise<GridAnswer | Problem> {
  const held = await unitsOf(call)
  if (held instanceof Problem) return held
  const owing = held.filter(({ row }) => Number(row.obligation) > 0)
  return data(
    owing.map(({ symbol, row }) => ({
      instrument_id: namesOf(symbol).instrument,
      instrument_symbol: symbol,
      total_issued: row.obligation,
      total_outstanding: row.obligation,
      bond: row.bond,
    })),
  )
}

/** What the account still has to deliver, per instrument, and the money behind it. */
async function liability(call: GridCall): Promise<GridAnswer | Problem> {
  const held = await unitsOf(call)
  if (held instanceof Problem) return held
  const rows = held
    .filter(({ row }) => Number(row.obligation) > 0)
    .map(({ symbol, row }) => ({
      instrument_id: namesOf(symbol).instrument,
      instrument_symbol: symbol,
      outstanding: row.obligation,
      outstanding_quantity: row.obligation,
      escrow: row.escrow,
      bond: row.bond,
    }))
  const { id } = call.params
  if (id === undefined) return data(rows)
  const wanted = findNamed(call.venue.sequencer.state, id)?.spec.symbol
  return data(rows.filter(({ instrument_symbol: symbol }) => symbol === wanted))
}

export const supplyRoutes: readonly GridRoute[] = [
  { method: 'GET', path: '/transfer-histories', run: listTransfers },
  { method: 'GET', path: '/supply-issuances', run: listIssuances },
  { method: 'POST', path: '/supply-issuances', run: issue },
  { method: 'GET', path: '/supply-issuances/summary', run: summarise },
  { method: 'POST', path: '/issuance-accounts/transfer', run: toTrading },
  { method: 'GET', path: '/supplier-liability', run: liability },
  { method: 'GET', path: '/supplier-liability/:id', run: liability },
]
