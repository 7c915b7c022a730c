import type { OrderId, ProcurementId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Ticks } from '../base/money.ts'
import { theInstrument } from '../state/account.ts'
import { findOrder, NO_SLOT } from '../state/order.ts'
import type { Procurement, ProcurementLeg, State } from '../state/state.ts'
import { onHandOf } from '../standing/procurement.ts'
import { units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { ProcurementOut } from '../wire/procurement.ts'
import { procurement, procurementPath, procurementRequest, procurements } from '../wire/procurement.ts'
import { printPrice, printQuantity, readPrice, readQuantity } from '../api/amount.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import type { Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { notFound, Problem } from '../api/problem.ts'
import { rules } from '../api/authority.ts'

/** A procurement with what it has on hand and what stands for it. */
function printProcurement(state: State, one: Procurement): ProcurementOut {
  const instrument = theInstrument(state, one.instrument)
  const { spec } = instrument
  return {
    id: printId('procurement', one.id),
    instrument: marketName(instrument),
    mandate: one.mandate === NO_MANDATE ? null : printId('mandate', one.mandate),
    target: printQuantity(spec, one.target),
    on_hand: units(onHandOf(state, one)),
    buy_price: printPrice(spec, one.buyAt),
    sell_price: one.sellAt === null ? null : printPrice(spec, one.sellAt),
    buying: printLeg(one.buying),
    selling: printLeg(one.selling),
    status: one.ended ? 'ended' : 'active',
    seq: state.seq,
  }

  function printLeg({ order, blocked }: ProcurementLeg): ProcurementOut['buying'] {
    const slot = order === (0 as OrderId) ? NO_SLOT : findOrder(state.orders, order)
    return {
      order: slot === NO_SLOT ? null : printId('order', order),
      quantity: printQuantity(spec, slot === NO_SLOT ? 0 : (state.orders.remaining[slot] as number)),
      held_up: blocked,
    }
  }
}

/** A procurement of the caller's account that its mandate rules, or nothing. */
function ruled(state: State, caller: Caller, id: ProcurementId): Procurement | undefined {
  const one = state.procurements[id - 1]
  return one !== undefined && one.account === caller.account && rules(state, caller, one.mandate)
    ? one
    : undefined
}

function show(state: State, caller: Caller, id: ProcurementId): ProcurementOut | Problem {
  const one = ruled(state, caller, id)
  return one === undefined ? notFound('procurement', '/path/id') : printProcurement(state, one)
}

const set = operation({
  id: 'procurement.set',
  method: 'POST',
  path: '/v1/procurements',
  tag: 'Procurement',
  summary:
    'Keep so many units on hand: what is short is bid for under a price, what is spare offered above another.',
  scope: 'trade:place',
  body: procurementRequest,
  answer: procurement,
  status: 201,
  idempotent: true,
  example: { instrument: 'text-prime', target: '5.00', buy_price: '0.8200', sell_price: '0.9400' },
  async run(venue, { body, caller }) {
    const instrument = namedInstrument(venue.sequencer.state, body.instrument, '/instrument')
    if (instrument instanceof Problem) return instrument
    const { spec } = instrument
    const target = readQuantity(spec, body.target, '/target')
    if (target instanceof Problem) return target
    const buyAt = readPrice(spec, body.buy_price, '/buy_price')
    if (buyAt instanceof Problem) return buyAt
    const sellAt: Ticks | null | Problem =
      body.sell_price === undefined ? null : readPrice(spec, body.sell_price, '/sell_price')
    if (sellAt instanceof Problem) return sellAt
    const { account, mandate } = caller
    const terms = { account, mandate, instrument: instrument.id, target, buyAt, sellAt }
    const applied = await venue.sequencer.ask({ kind: 'procurement.set', ...terms })
    const done = eventIn(applied, 'procurement.set')
    if (done === undefined) return refusalIn(applied, spec) ?? notFound('procurement')
    return venue.sequencer.read((state) => show(state, caller, done.procurement))
  },
})

const list = operation({
  id: 'procurement.list',
  method: 'GET',
  path: '/v1/procurements',
  tag: 'Procurement',
  summary: 'Standing procurements, with what each has on hand and what holds it up.',
  scope: 'account:read',
  answer: procurements,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => ({
      data: state.procurements
        .filter(({ id, ended }) => !ended && ruled(state, caller, id) !== undefined)
        .map((one) => printProcurement(state, one)),
      seq: state.seq,
    })),
})

const get = operation({
  id: 'procurement.get',
  method: 'GET',
  path: '/v1/procurements/{id}',
  tag: 'Procurement',
  summary: 'One procurement, also when it has ended.',
  scope: 'account:read',
  params: procurementPath,
  answer: procurement,
  run: (venue, { path, caller }) => venue.sequencer.read((state) => show(state, caller, path.id)),
})

const end = operation({
  id: 'procurement.end',
  method: 'DELETE',
  path: '/v1/procurements/{id}',
  tag: 'Procurement',
  summary: 'End a procurement. Its orders are cancelled; what it bought stays.',
  scope: 'trade:cancel',
  rate: 'cancel',
  params: procurementPath,
  answer: procurement,
  async run(venue, { path, caller }) {
    if (ruled(venue.sequencer.state, caller, path.id) === undefined)
      return notFound('procurement', '/path/id')
    const { account } = caller
    const applied = await venue.sequencer.ask({ kind: 'procurement.end', account, procurement: path.id })
    const refused = refusalIn(applied)
    if (refused !== undefined) return refused
    return venue.sequencer.read((state) => show(state, caller, path.id))
  },
})

export const procurementOperations = [set, list, get, end]
