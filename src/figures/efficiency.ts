import type { z } from 'zod'
import { printDecimal } from '../base/decimal.ts'
import { PPM } from '../base/money.ts'
import { rfc3339 } from '../base/time.ts'
import type { CostInputs, Spread } from '../index/efficiency.ts'
import {
  impliedHeatRate,
  observedUtilisation,
  PHYSICAL,
  physicalFault,
  spreadAt,
  worstTier,
} from '../index/efficiency.ts'
import { DAY_HOURS } from '../index/week.ts'
import { accountOf } from '../state/account.ts'
import type { Instrument, State } from '../state/state.ts'
import { readMoney } from '../api/amount.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { operation, publicOperation } from '../api/operation.ts'
import { refusalIn } from '../api/outcome.ts'
import { faultAt, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import type { DeclarationRecord } from '../store/projection.ts'
import type { EfficienciesOut, EfficiencyOut } from '../bulletin/efficiency.ts'
import {
  costAnswer,
  costRequest,
  efficiencies,
  efficiencyHistory,
  efficiencyPath,
  efficiencyQuery,
} from '../bulletin/efficiency.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { money } from '../wire/decimal.ts'
import { closedUntil, paced } from './span.ts'

const LOW = 0.3
const HIGH = 0.8
const ROWS = 168
const DECLARATIONS_READ = 10_000

/** The field of the request that holds an input. */
const FIELD: Record<keyof typeof PHYSICAL, string> = {
  gpus: 'gpus',
  gpuHour: 'gpu_hour',
  goodput: 'goodput_per_second',
  capitalHour: 'capital_per_gpu_hour',
  overheadHour: 'overhead_per_gpu_hour',
  wattsPerGpu: 'watts_per_gpu',
  pue: 'pue',
  kwh: 'kwh',
}

/** The inputs of a request, or the first field that is no amount or beyond what hardware can be. */
function inputsOf(body: z.output<typeof costRequest>): CostInputs | Problem {
  const amounts: Record<string, number> = {}
  for (const name of ['gpu_hour', 'capital_per_gpu_hour', 'overhead_per_gpu_hour', 'pue', 'kwh'] as const) {
    const amount = readMoney(body[name], `/${name}`)
    if (amount instanceof Problem) return amount
    amounts[name] = amount
  }
  const inputs: CostInputs = {
    hardware: body.hardware,
    gpus: body.gpus,
    gpuHour: amounts['gpu_hour'] ?? 0,
    gpuHourTier: body.gpu_hour_tier,
    goodput: body.goodput_per_second,
    goodputTier: body.goodput_tier,
    capitalHour: amounts['capital_per_gpu_hour'] ?? 0,
    overheadHour: amounts['overhead_per_gpu_hour'] ?? 0,
    wattsPerGpu: body.watts_per_gpu,
    pue: amounts['pue'] ?? 0,
    kwh: amounts['kwh'] ?? 0,
    ownTier: body.own_tier,
  }
  const wrong = physicalFault(inputs)
  if (wrong === undefined) return inputs
  const [least, most] = PHYSICAL[wrong]
  const isDollars = wrong === 'pue' || wrong === 'kwh' || wrong.endsWith('Hour')
  const show = (bound: number) => (isDollars ? money(bound) : String(bound))
  return faultAt('invalid_request', `/${FIELD[wrong]}`, `between ${show(least)} and ${show(most)}`)
}

const declareCosts = operation({
  id: 'supply.costs',
  method: 'PUT',
  path: '/v1/cost-inputs/{instrument}',
  tag: 'Supply',
  summary: 'Put on the public record what delivering a grade costs on some hardware, with the sources.',
  scope: 'supply:manage',
  params: efficiencyPath,
  body: costRequest,
  answer: costAnswer,
  example: {
    hardware: '8 × H200',
    gpus: 8,
    gpu_hour: '2.60',
    gpu_hour_tier: 'B',
    goodput_per_second: 20_000,
    goodput_tier: 'D',
    capital_per_gpu_hour: '1.10',
    overhead_per_gpu_hour: '0.25',
    watts_per_gpu: 700,
    pue: '1.25',
    kwh: '0.08',
    own_tier: 'D',
    source: 'Rent: public listing of the day; goodput and own costs: our own books',
  },
  async run(venue, { path, body, caller }) {
    const { state } = venue.sequencer
    const found = namedInstrument(state, path.instrument, '/path/instrument')
    if (found instanceof Problem) return found
    const inputs = inputsOf(body)
    if (inputs instanceof Problem) return inputs
    const applied = await venue.sequencer.ask({
      kind: 'declaration.make',
      account: caller.account,
      topic: 'cost',
      subject: marketName(found),
      body: canonicalJson(inputs),
      source: body.source,
    })
    const answer = { instrument: marketName(found), hardware: body.hardware, seq: applied.seq }
    return refusalIn(applied) ?? answer
  },
})

type Declared = { inputs: CostInputs; record: DeclarationRecord }

const declaredOf = (record: DeclarationRecord): Declared => ({
  inputs: JSON.parse(record.body) as CostInputs,
  record,
})

/** What is on record at a time: the last word of each account on each hardware and instrument. */
function standing(records: readonly DeclarationRecord[], at = Number.MAX_SAFE_INTEGER): Declared[] {
  const last = new Map<string, Declared>()
  for (const record of records) {
    const declared = declaredOf(record)
    const key = `${record.account} ${record.subject} ${declared.inputs.hardware}`
    if (record.at <= at && !last.has(key)) last.set(key, declared)
  }
  return [...last.values()]
}

const ratio = (value: number): string => printDecimal(Math.round(value * PPM), 6)

const printSpread = (spread: Spread) => ({
  utilisation: ratio(spread.utilisation),
  heat_rate: ratio(spread.heatRate),
  rent_spread: money(spread.rent),
  own_spread: money(spread.own),
})

/** An operator, or a supplier that lets buyers know it. */
function declarerOf(state: State, { account }: DeclarationRecord): string {
  const found = accountOf(state, account)
  if (found?.roles.includes('operator') === true) return 'operator'
  const disclosed = state.offers.some(({ terms }) => terms.account === account && terms.disclosed)
  return disclosed ? (found?.name ?? '') : 'undisclosed'
}

async function spreadOf(venue: Venue, instrument: Instrument, declared: Declared): Promise<EfficiencyOut> {
  const { inputs, record } = declared
  const { hour } = venue.sequencer.state.settings
  const to = closedUntil(venue)
  const span = { hour, from: Math.max(0, to - DAY_HOURS * hour), to }
  const flows = await venue.history.hours.flows(span)
  const wt = flows
    .filter((one) => one.supplier === record.account && one.instrument === instrument.id)
    .reduce((sum, one) => sum + one.wt, 0)
  const price = instrument.fixing === 0 ? null : instrument.fixing * instrument.spec.tick
  const observed = observedUtilisation(wt, span.to - span.from, inputs)
  const at = (utilisation: number | null) =>
    price === null || utilisation === null ? null : printSpread(spreadAt(price, inputs, utilisation))
  const rentTiers = [inputs.gpuHourTier, inputs.goodputTier]
  return {
    instrument: marketName(instrument),
    hardware: inputs.hardware,
    declared_by: declarerOf(venue.sequencer.state, record),
    source: record.source,
    since: rfc3339(record.at),
    price: price === null ? null : money(price),
    implied_heat_rate: price === null ? null : ratio(impliedHeatRate(price, inputs)),
    implied_tier: inputs.gpuHourTier,
    rent_tier: worstTier(rentTiers),
    own_tier: worstTier([inputs.goodputTier, inputs.ownTier]),
    low: at(LOW),
    observed: at(observed),
    high: at(HIGH),
  }
}

/** The spreads of every grade and hardware whose costs are on record. */
export async function lastSpreads(venue: Venue): Promise<EfficienciesOut> {
  const records = await venue.history.hours.declarations('cost', DECLARATIONS_READ)
  const data: EfficiencyOut[] = []
  for (const instrument of venue.sequencer.state.instruments)
    for (const declared of standing(records))
      if (declared.record.subject === marketName(instrument))
        data.push(await spreadOf(venue, instrument, declared))
  return { ...paced(venue), data }
}

const listSpreads = publicOperation({
  id: 'efficiency.list',
  method: 'GET',
  path: '/v1/efficiency',
  tag: 'Markets',
  summary: 'Efficiency spreads and token heat rates of every grade and hardware whose costs are on record.',
  answer: efficiencies,
  run: (venue) => lastSpreads(venue),
})

const getHistory = publicOperation({
  id: 'efficiency.history',
  method: 'GET',
  path: '/v1/efficiency/{instrument}/history',
  tag: 'Markets',
  summary: 'Spreads of a grade at each hourly fixing, from the inputs on record then, oldest first.',
  params: efficiencyPath,
  query: efficiencyQuery,
  answer: efficiencyHistory,
  async run(venue, { path, query }) {
    const found = namedInstrument(venue.sequencer.state, path.instrument, '/path/instrument')
    if (found instanceof Problem) return found
    const limit = query.limit ?? ROWS
    const [{ records: fixings }, records] = await Promise.all([
      venue.history.listFixings({ instrument: found.id, period: 'hour', limit }),
      venue.history.hours.declarations('cost', DECLARATIONS_READ),
    ])
    const mine = records.filter(({ subject }) => subject === marketName(found))
    const data = fixings.reverse().flatMap(({ print: { price, at, corrects } }) =>
      price === null || corrects !== null
        ? []
        : standing(mine, at).map(({ inputs }) => {
            const low = spreadAt(price, inputs, LOW)
            const high = spreadAt(price, inputs, HIGH)
            return {
              at: rfc3339(at),
              hardware: inputs.hardware,
              price: money(price),
              implied_heat_rate: ratio(impliedHeatRate(price, inputs)),
              rent_spread_low: money(low.rent),
              own_spread_low: money(low.own),
              rent_spread_high: money(high.rent),
              own_spread_high: money(high.own),
            }
          }),
    )
    return { instrument: marketName(found), ...paced(venue), data }
  },
})

export const efficiencyOperations = [listSpreads, getHistory, declareCosts]
