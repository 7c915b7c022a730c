import { theInstrument, theAccount, accountOf } from '../state/account.ts'
import type { AccountId, TradeId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { State } from '../state/state.ts'
import {
  account,
  accountEvents,
  balances,
  eventQuery,
  lots,
  transfer,
  transferRequest,
} from '../wire/account.ts'
import type { LotOut } from '../wire/account.ts'
import { printId } from '../wire/id.ts'
import { fillQuery, fills } from '../wire/order.ts'
import { readUnits } from '../api/amount.ts'
import { namedInstrument } from '../api/instrument-name.ts'
import { operation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { PAGE_ROWS, printCursor, readCursor } from '../api/page.ts'
import { printBalances, printLot } from '../api/print-account.ts'
import { printEvents } from '../api/print-event.ts'
import { printFill } from '../api/print-order.ts'
import { notFound, Problem } from '../api/problem.ts'

const getAccount = operation({
  id: 'account.get',
  method: 'GET',
  path: '/v1/account',
  tag: 'Account',
  summary: 'Whose key this is, and what it may do.',
  scope: 'account:read',
  answer: account,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => {
      const own = accountOf(state, caller.account)
      if (own === undefined) return notFound('account')
      return {
        id: printId('account', own.id),
        name: own.name,
        member: printId('member', own.member),
        roles: [...own.roles],
        scopes: [...caller.scopes],
        mandate: caller.mandate === NO_MANDATE ? null : printId('mandate', caller.mandate),
        seq: state.seq,
      }
    }),
})

const listBalances = operation({
  id: 'balance.list',
  method: 'GET',
  path: '/v1/balances',
  tag: 'Account',
  summary: 'Money, and the units of every instrument the account has had to do with.',
  scope: 'account:read',
  answer: balances,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => {
      const own = accountOf(state, caller.account)
      return own === undefined ? notFound('account') : { data: printBalances(state, own), seq: state.seq }
    }),
})

/** An account's consumption lots, the first to expire first. */
export function printLots(state: State, id: AccountId): LotOut[] {
  const own = theAccount(state, id).positions.flatMap((position) => position?.lots ?? [])
  return own
    .flatMap((lot) => state.lots.get(lot) ?? [])
    .sort((a, b) => a.expiresAt - b.expiresAt || a.id - b.id)
    .map((lot) => printLot(lot, theInstrument(state, lot.instrument).spec.symbol))
}

const listLots = operation({
  id: 'lot.list',
  method: 'GET',
  path: '/v1/lots',
  tag: 'Account',
  summary: 'Units in consumption, the first to expire first.',
  scope: 'account:read',
  answer: lots,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) =>
      accountOf(state, caller.account) === undefined
        ? notFound('account')
        : { data: printLots(state, caller.account), seq: state.seq },
    ),
})

const createTransfer = operation({
  id: 'transfer.create',
  method: 'POST',
  path: '/v1/transfers',
  tag: 'Account',
  summary: 'Move units from trading into consumption. They become a lot that lives one window.',
  scope: 'transfer',
  body: transferRequest,
  answer: transfer,
  status: 201,
  idempotent: true,
  example: { instrument: 'TEXT_PRIME-USD', quantity: '1.00' },
  async run(venue, { body, caller }) {
    const instrument = namedInstrument(venue.sequencer.state, body.instrument, '/instrument')
    if (instrument instanceof Problem) return instrument
    const wt = readUnits(body.quantity, '/quantity')
    if (wt instanceof Problem) return wt
    const { account: id } = caller
    const applied = await venue.sequencer.ask({
      kind: 'units.transfer',
      account: id,
      instrument: instrument.id,
      wt,
    })
    const refused = refusalIn(applied, instrument.spec)
    if (refused !== undefined) return refused
    const opened = eventIn(applied, 'lot.opened')
    if (opened === undefined) return notFound('lot')
    const lot = await venue.sequencer.read((state) => state.lots.get(opened.lot))
    const facts = lot ?? { id: opened.lot, wt: opened.wt, drawn: 0, cost: 0, expiresAt: opened.expiresAt }
    return { lot: printLot(facts, instrument.spec.symbol), seq: applied.seq }
  },
})

const listFills = operation({
  id: 'fill.list',
  method: 'GET',
  path: '/v1/fills',
  tag: 'Account',
  summary: "The account's sides of its trades, newest first.",
  scope: 'account:read',
  query: fillQuery,
  answer: fills,
  async run(venue, { query, caller }) {
    const { state } = venue.sequencer
    const instrument = query.instrument && namedInstrument(state, query.instrument, '/query/instrument')
    if (instrument instanceof Problem) return instrument
    const before = readCursor<TradeId>('trade', query.after)
    if (before instanceof Problem) return before
    const page = await venue.history.listFills({
      account: caller.account,
      instrument: instrument ? instrument.id : undefined,
      order: query.order,
      before,
      limit: query.limit ?? PAGE_ROWS,
    })
    return {
      data: page.records.map((row) => printFill(theInstrument(state, row.instrument).spec, row)),
      next_cursor: printCursor('trade', page.next),
    }
  },
})

const listEvents = operation({
  id: 'event.list',
  method: 'GET',
  path: '/v1/events',
  tag: 'Account',
  summary: 'Private events after a sequence number, oldest first. The cursor of the stream.',
  scope: 'account:read',
  query: eventQuery,
  answer: accountEvents,
  async run(venue, { query, caller }) {
    const { state } = venue.sequencer
    const limit = query.limit ?? PAGE_ROWS
    const rows = await venue.history.listEvents(caller.account, query.after ?? 0, limit + 1)
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    return {
      data: shown.flatMap((row) => printEvents(state, row)),
      next_cursor: rows.length > shown.length && last !== undefined ? String(last.seq) : null,
    }
  },
})

export const accountOperations = [getAccount, listBalances, listLots, createTransfer, listFills, listEvents]
