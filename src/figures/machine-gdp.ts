import { instant, rfc3339 } from '../base/time.ts'
import type { State } from '../state/state.ts'
import type { DeliveryHour, TradeHour, Use } from '../index/hour-book.ts'
import type { UseFlow } from '../index/machine-gdp.ts'
import { accountsOf, identityFaults, ppmOfYearly, sumFlows } from '../index/machine-gdp.ts'
import { marketNameOf } from '../api/instrument-name.ts'
import { operation, publicOperation } from '../api/operation.ts'
import { forOperator } from '../api/authority.ts'
import { refusalIn } from '../api/outcome.ts'
import { Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import type { HourSpan } from '../store/hour-query.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { money, units } from '../wire/decimal.ts'
import { printDecimal } from '../base/decimal.ts'
import { printId } from '../wire/id.ts'
import type { GdpHourOut, MachineGdpOut } from '../bulletin/indices.ts'
import {
  gdpHours,
  humanGdp,
  humanGdpRequest,
  machineGdp,
  spanQuery,
  useAnswer,
  useRequest,
} from '../bulletin/indices.ts'
import { paced, spanOf } from './span.ts'

/** Rows of one page of hours; an hour is never split over two. */
const HOUR_ROWS = 5_000
/** Rows whose identity is checked in one answer: a week of nine grades and a score of suppliers. */
const CHECKED_ROWS = 50_000

const time = (at: number): string => rfc3339(instant(at))

type Flow = UseFlow & { instrument: number; supplier: number }

const sliceOf = (name: string, flows: readonly UseFlow[]) => {
  const sum = sumFlows(flows)
  return { name, deliveries: sum.deliveries, units: units(sum.wt), value: money(sum.cost - sum.refund) }
}

/** Flows as slices by what they have in common, in order of the name. */
function slicesBy(flows: readonly Flow[], nameOf: (flow: Flow) => string) {
  const groups = new Map<string, Flow[]>()
  for (const flow of flows) {
    const name = nameOf(flow)
    groups.set(name, [...(groups.get(name) ?? []), flow])
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => sliceOf(name, group))
}

const specOf = (state: State, instrument: number) => state.instruments[instrument]?.spec

/** `prime` of `text-prime`: the grade, whatever the task. */
const gradeOf = (symbol: string): string => symbol.slice(symbol.lastIndexOf('-') + 1)

/** Suppliers that let buyers know them, and others. */
const classOf = (state: State, supplier: number): string =>
  state.offers.some(({ terms }) => terms.account === supplier && terms.disclosed) ? 'named' : 'unnamed'

const share = (part: number, whole: number): string =>
  printDecimal(whole === 0 ? 0 : Math.round((part / whole) * 1_000_000), 6)

function surplusOf(rows: readonly TradeHour[]): MachineGdpOut['surplus'] {
  const sum = (column: 'lots' | 'buyerSurplus' | 'buyerLots' | 'sellerSurplus' | 'sellerLots') =>
    rows.reduce((all, row) => all + row[column], 0)
  return {
    buyers: money(sum('buyerSurplus')),
    buyers_coverage: share(sum('buyerLots'), sum('lots')),
    sellers: money(sum('sellerSurplus')),
    sellers_coverage: share(sum('sellerLots'), sum('lots')),
  }
}

async function humanOf(venue: Venue, nominal: number, span: HourSpan): Promise<MachineGdpOut['human']> {
  const [figure] = await venue.history.hours.declarations('human_gdp', 1)
  if (figure === undefined) return null
  const { dollars_per_year: dollars } = JSON.parse(figure.body) as { dollars_per_year: string }
  const ppm = ppmOfYearly(nominal, span.to - span.from, Number(dollars))
  return { dollars_per_year: dollars, source: figure.source, ppm: ppm.toFixed(9) }
}

/** Machine GDP of a span of closed hours. A side that differs from another is logged, and told. */
export async function machineGdpOf(venue: Venue, span: HourSpan): Promise<MachineGdpOut> {
  const { hours } = venue.history
  const [flows, rows, trades] = await Promise.all([
    hours.flows(span),
    hours.deliveryHours(span, CHECKED_ROWS),
    hours.tradeHours(span),
  ])
  const { state } = venue.sequencer
  const accounts = accountsOf(flows)
  const faults = identityFaults(rows)
  for (const fault of faults) venue.log.error({ fault }, 'the sides of Machine GDP differ')
  const { expenditure, production, income } = accounts
  const final = flows.filter(({ use }) => use === 'final')
  const isEqual = expenditure === production.total && expenditure === income.total
  return {
    ...paced(venue),
    from: time(span.from),
    to: time(span.to),
    deliveries: accounts.deliveries,
    units: units(accounts.wt),
    expenditure: money(expenditure),
    production: {
      output: money(production.output),
      intermediate: money(production.intermediate),
      total: money(production.total),
    },
    income: {
      suppliers: money(income.suppliers),
      exchange: money(income.exchange),
      trade: money(income.trade),
      total: money(income.total),
    },
    identity: { holds: isEqual && faults.length === 0, faults },
    by_task: slicesBy(final, ({ instrument }) => specOf(state, instrument)?.task ?? ''),
    by_grade: slicesBy(final, ({ instrument }) => gradeOf(specOf(state, instrument)?.symbol ?? '')),
    by_instrument: slicesBy(final, ({ instrument }) => marketNameOf(specOf(state, instrument)?.symbol ?? '')),
    by_supplier_class: slicesBy(final, ({ supplier }) => classOf(state, supplier)),
    outside: slicesBy(
      flows.filter(({ use }) => use !== 'final'),
      ({ use }) => use,
    ),
    surplus: surplusOf(trades),
    human: await humanOf(venue, expenditure, span),
  }
}

const getMachineGdp = publicOperation({
  id: 'gdp.get',
  method: 'GET',
  path: '/v1/machine-gdp',
  tag: 'Markets',
  summary: 'Machine GDP of closed hours by expenditure, production and income; by default of the last 24.',
  query: spanQuery,
  answer: machineGdp,
  async run(venue, { query }) {
    const span = spanOf(venue, query)
    return span instanceof Problem ? span : machineGdpOf(venue, span)
  },
})

/** Rows of hours without their suppliers, which are not told. */
function publicRows(state: State, rows: readonly DeliveryHour[]): GdpHourOut[] {
  const groups = new Map<string, { start: number; instrument: number; use: Use; rows: DeliveryHour[] }>()
  for (const row of rows) {
    const { start, instrument, use } = row
    const key = `${start} ${instrument} ${use}`
    const group = groups.get(key) ?? { start, instrument, use, rows: [] }
    group.rows.push(row)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ start, instrument, use, rows: group }) => {
    const sum = sumFlows(group)
    return {
      start: time(start),
      instrument: marketNameOf(specOf(state, instrument)?.symbol ?? ''),
      use,
      deliveries: sum.deliveries,
      units: units(sum.wt),
      cost: money(sum.cost),
      refund: money(sum.refund),
      net: money(sum.net),
      fee: money(sum.fee),
      margin: money(sum.margin),
    }
  })
}

const getHours = publicOperation({
  id: 'gdp.hours',
  method: 'GET',
  path: '/v1/machine-gdp/hours',
  tag: 'Markets',
  summary: 'The record under the indices, hour by hour: with it anyone can compute them again.',
  query: spanQuery,
  answer: gdpHours,
  async run(venue, { query }) {
    const span = spanOf(venue, query)
    if (span instanceof Problem) return span
    const rows = await venue.history.hours.deliveryHours(span, HOUR_ROWS + 1)
    const cut = rows.length > HOUR_ROWS ? rows.at(-1)?.start : undefined
    const shown = cut === undefined ? rows : rows.filter(({ start }) => start < cut)
    return {
      ...paced(venue),
      data: publicRows(venue.sequencer.state, shown),
      next_from: cut === undefined ? null : time(cut),
    }
  },
})

const setHumanGdp = operation({
  id: 'admin.human_gdp',
  method: 'POST',
  path: '/v1/admin/human-gdp',
  tag: 'Operator',
  summary: 'Put on record the human GDP figure that Machine GDP is held against, with its source.',
  scope: 'risk:admin',
  body: humanGdpRequest,
  answer: humanGdp,
  status: 201,
  idempotent: true,
  example: { dollars_per_year: '111000000000000', source: 'World GDP 2025, as the operator read it where' },
  run: forOperator(async ({ sequencer }, { body, caller }) => {
    const { source, dollars_per_year: dollars } = body
    const applied = await sequencer.ask({
      kind: 'declaration.make',
      account: caller.account,
      topic: 'human_gdp',
      subject: 'world',
      body: canonicalJson({ dollars_per_year: dollars }),
      source,
    })
    return refusalIn(applied) ?? { dollars_per_year: dollars, source, seq: applied.seq }
  }),
})

const declareUse = operation({
  id: 'account.use',
  method: 'PUT',
  path: '/v1/account/use',
  tag: 'Accounts',
  summary: 'Say whether this account uses its inference up or makes inference from it, as a router does.',
  scope: 'transfer',
  body: useRequest,
  answer: useAnswer,
  example: { use: 'intermediate', reason: 'We route to several grades and sell the answers' },
  async run({ sequencer }, { body, caller }) {
    const { use, reason } = body
    const applied = await sequencer.ask({
      kind: 'declaration.make',
      account: caller.account,
      topic: 'use',
      subject: printId('account', caller.account),
      body: canonicalJson({ use }),
      source: reason,
    })
    return refusalIn(applied) ?? { use, seq: applied.seq }
  },
})

export const machineGdpOperations = [getMachineGdp, getHours, setHumanGdp, declareUse]
