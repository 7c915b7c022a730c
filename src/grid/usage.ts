import { parseDecimal, printDecimal } from '../base/decimal.ts'
import { notFound, Problem, problem } from '../api/problem.ts'
import type { DeliveryOut } from '../wire/account.ts'
import type { Receipt } from '../wire/receipt.ts'
import { sift, take } from './filter.ts'
import { instrumentIn } from './orders.ts'
import { symbolOf } from './name.ts'
import type { Row } from './print-market.ts'
import { sum } from './print-market.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, page } from './route.ts'

type Deliveries = { data: DeliveryOut[]; next_cursor: string | null }

const USAGE_FIELDS = ['request_id', 'status', 'cost_status', 'requested_model', 'api_key_id']
const PAGE_ROWS = 1_000
/** Deliveries that one request looks at, at most: the newest. */
const PAGES_MOST = 10
const DAYS_MOST = 31
const BUCKETS_MOST = 100
/** Places of a price per token, which is a millionth of a price per unit. */
const TOKEN_PLACES = 12

/** What became of a request, and of its cost, in their words. */
const STATUS = {
  open: ['pending', 'pending'],
  settled: ['reconciled', 'reconciled'],
  failed: ['error', 'cancelled'],
  released: ['error', 'cancelled'],
} as const

const tokensOf = ({ input_tokens: input, output_tokens: output }: DeliveryOut): number =>
  (input ?? 0) + (output ?? 0)

/** Decimal dollars by a count, as text; null where there is nothing to divide by. */
function perToken(cost: string, tokens: number): string | null {
  const micros = parseDecimal(cost, 6)
  if (micros === undefined || tokens === 0) return null
  return printDecimal(Math.round((micros * 1_000_000) / tokens), TOKEN_PLACES)
}

/** One request's record. Timing and the price's parts are in the receipt, which a list does not read. */
function printUsage(delivery: DeliveryOut, receipt?: Receipt): Row {
  const [status, costStatus] = STATUS[delivery.status]
  const isSettled = delivery.status === 'settled'
  const cost = isSettled ? delivery.cost : null
  const tokens = tokensOf(delivery)
  return {
    request_id: delivery.request_id,
    receipt_id: delivery.id,
    status,
    cost_status: costStatus,
    requested_model: symbolOf(delivery.instrument),
    serving_model: delivery.supplier,
    endpoint: '/v1/chat/completions',
    api_key_id: null,
    created_at: delivery.at,
    inserted_at: delivery.at,
    usage: {
      input_tokens: delivery.input_tokens ?? 0,
      output_tokens: delivery.output_tokens ?? 0,
      total_tokens: tokens,
    },
    cost: {
      amount: cost,
      currency: 'USD',
      status: costStatus,
      effective_price_per_token: cost === null ? null : perToken(cost, tokens),
      metering_policy_version: 'busbar-receipt-1',
      reconciled_at: isSettled ? delivery.at : null,
      breakdown: receipt === undefined ? [] : [breakdownOf(receipt)],
    },
    timing: timingOf(receipt),
  }
}

/** What the units used had cost: one average, since a receipt names no trades. */
function breakdownOf(receipt: Receipt): Row {
  const weighted = parseDecimal(receipt.units, 6) ?? 0
  return {
    acquisition_price_per_token: perToken(receipt.cost, weighted),
    tokens: weighted,
    subtotal: receipt.cost,
  }
}

function timingOf(receipt: Receipt | undefined): Row {
  if (receipt === undefined) return { ttft_ms: null, tokens_per_second: null, duration_ms: null }
  const seconds = receipt.generation_us / 1_000_000
  return {
    ttft_ms: Math.round(receipt.first_token_us / 1_000),
    tokens_per_second: seconds === 0 ? null : Math.round((receipt.output_tokens / seconds) * 100) / 100,
    duration_ms: Math.round((receipt.first_token_us + receipt.generation_us) / 1_000),
  }
}

async function list(call: GridCall): Promise<GridAnswer | Problem> {
  const { filters } = call
  const model = filters.filters.find(({ field }) => field === 'model')
  if (model !== undefined) model.field = 'instrument_id'
  bounds(call)
  const instrument = instrumentIn(call)
  if (instrument instanceof Problem) return instrument
  const query = { instrument, limit: String(filters.limit), after: filters.next }
  const deliveries = await call.desk.ask<Deliveries>('delivery.list', { query })
  if (deliveries instanceof Problem) return deliveries
  const printed = deliveries.data.map((one) => printUsage(one))
  const rows = sift(filters, printed, USAGE_FIELDS, 'inserted_at')
  return rows instanceof Problem ? rows : page(rows, deliveries.next_cursor)
}

/** `from` and `to` are bounds of time here. */
function bounds({ filters }: GridCall): void {
  for (const filter of filters.filters) {
    if (filter.field !== 'from' && filter.field !== 'to') continue
    filter.compare = filter.field === 'from' ? '>=' : '<='
    filter.field = 'time'
  }
}

/** The newest deliveries to the account, page by page, until `enough` says so. */
async function* newestDeliveries(call: GridCall): AsyncGenerator<DeliveryOut | Problem> {
  let after: string | undefined
  for (let pages = 0; pages < PAGES_MOST; pages++) {
    const query = { limit: String(PAGE_ROWS), after }
    const deliveries: Deliveries | Problem = await call.desk.ask<Deliveries>('delivery.list', { query })
    if (deliveries instanceof Problem) {
      yield deliveries
      return
    }
    yield* deliveries.data
    if (deliveries.next_cursor === null) return
    after = deliveries.next_cursor
  }
}

async function get(call: GridCall): Promise<GridAnswer | Problem> {
  for await (const delivery of newestDeliveries(call)) {
    if (delivery instanceof Problem) return delivery
    if (delivery.request_id !== call.params.id && delivery.id !== call.params.id) continue
    if (delivery.status !== 'settled') return data(printUsage(delivery))
    const receipt = await call.desk.ask<Receipt>('receipt.get', { params: { id: delivery.id } })
    return receipt instanceof Problem ? receipt : data(printUsage(delivery, receipt))
  }
  return notFound('request')
}

type Bucket = { key: string; rows: DeliveryOut[] }

const GROUPS: Record<string, (delivery: DeliveryOut) => string> = {
  day: ({ at }) => at.slice(0, 10),
  model: ({ instrument }) => symbolOf(instrument),
}

function totals(rows: readonly DeliveryOut[]): Row {
  const of = (status: DeliveryOut['status']) => rows.filter((row) => row.status === status)
  const settled = of('settled')
  const count = (pick: (row: DeliveryOut) => number) => rows.reduce((total, row) => total + pick(row), 0)
  return {
    request_count: rows.length,
    input_tokens: count((row) => row.input_tokens ?? 0),
    output_tokens: count((row) => row.output_tokens ?? 0),
    total_tokens: count(tokensOf),
    cost: {
      reconciled_amount: sum(...settled.map(({ cost }) => cost ?? '0')),
      currency: 'USD',
      reconciled_requests: settled.length,
      pending_requests: of('open').length,
      unpriced_requests: 0,
      cancelled_requests: rows.length - settled.length - of('open').length,
      unpriced_tokens: 0,
    },
  }
}

/** Deliveries between two times, `days` back from now unless said otherwise. */
async function deliveriesWithin(call: GridCall): Promise<DeliveryOut[] | Problem> {
  const now = Math.floor(call.venue.clock() / 1_000)
  const to = timeIn(take(call.filters, 'to')?.values[0], now)
  const from = timeIn(take(call.filters, 'from')?.values[0], to - DAYS_MOST * 86_400_000)
  if (Number.isNaN(from) || Number.isNaN(to)) return problem('invalid_request', 'from and to are times.')
  if (to - from > DAYS_MOST * 86_400_000) return problem('invalid_request', `At most ${DAYS_MOST} days.`)
  const found: DeliveryOut[] = []
  for await (const delivery of newestDeliveries(call)) {
    if (delivery instanceof Problem) return delivery
    const at = Date.parse(delivery.at)
    if (at < from) break
    if (at <= to) found.push(delivery)
  }
  return found
}

const timeIn = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : /^\d{9,11}$/.test(text) ? Number(text) * 1_000 : Date.parse(text)

async function summary(call: GridCall): Promise<GridAnswer | Problem> {
  const group = take(call.filters, 'group_by')?.values[0] ?? 'day'
  const keyOf = Object.hasOwn(GROUPS, group) ? GROUPS[group] : undefined
  if (keyOf === undefined) return problem('invalid_request', 'group_by is day or model.')
  const found = await deliveriesWithin(call)
  if (found instanceof Problem) return found
  const buckets = new Map<string, Bucket>()
  for (const delivery of found) {
    const key = keyOf(delivery)
    const bucket = buckets.get(key) ?? { key, rows: [] }
    bucket.rows.push(delivery)
    buckets.set(key, bucket)
  }
  const kept = [...buckets.values()].slice(0, BUCKETS_MOST)
  return data({
    group_by: group,
    totals: totals(found),
    buckets: kept.map(({ key, rows }) => ({ key, [group]: key, ...totals(rows) })),
  })
}

/** What was used per day and instrument. */
async function stats(call: GridCall): Promise<GridAnswer | Problem> {
  const found = await deliveriesWithin(call)
  if (found instanceof Problem) return found
  const series = new Map<string, Bucket>()
  for (const delivery of found) {
    const key = `${delivery.at.slice(0, 10)} ${symbolOf(delivery.instrument)}`
    const bucket = series.get(key) ?? { key, rows: [] }
    bucket.rows.push(delivery)
    series.set(key, bucket)
  }
  return data({
    time_series: [...series.values()].map(({ key, rows }) => ({
      date: key.slice(0, 10),
      instrument_id: key.slice(11),
      api_key_id: null,
      request_count: rows.length,
      tokens_allocated: rows.reduce((total, { units }) => total + (parseDecimal(units, 6) ?? 0), 0),
      tokens_used: rows.reduce((total, row) => total + tokensOf(row), 0),
    })),
    summary: totals(found),
  })
}

export const usageRoutes: readonly GridRoute[] = [
  { method: 'GET', path: '/usage', run: list },
  { method: 'GET', path: '/usage/summary', run: summary },
  { method: 'GET', path: '/usage/:id', run: get },
]

export const statsRoutes: readonly GridRoute[] = [{ method: 'GET', path: '/consumption/stats', run: stats }]
