// Published numbers of a make-believe market, shaped as the exchange shapes them.
import type { EfficiencyOut } from '../../src/bulletin/efficiency.ts'
import type { IntelligenceHistoryOut, IntelligenceOut } from '../../src/bulletin/intelligence.ts'
import type { FixingOut } from '../../src/bulletin/fixing.ts'
import type { IndexHistoryOut, IndexName, IndicesOut, MachineGdpOut } from '../../src/bulletin/indices.ts'
import type {
  GapOut,
  MappingOut,
  PostedFloorOut,
  PostedPriceOut,
  SheetOut,
} from '../../src/bulletin/sheet.ts'
import { INDICES } from '../../src/index/index-value.ts'

const PACED = { hour_seconds: 60, pace: 60 }
const at = (minute: number): string => `2026-11-25T09:${String(minute).padStart(2, '0')}:00.000000Z`
const MARKETS = ['TEXT_STANDARD-USD', 'TEXT_PRIME-USD', 'CODE_MAX-USD']

const indices = (): IndicesOut => ({
  ...PACED,
  start: at(29),
  end: at(30),
  data: Object.entries(INDICES).map(([name, described]) => ({
    name: name as IndexName,
    ...described,
    value: name === 'intelligence_slope' ? null : '99.500000',
  })),
})

const history = (name: IndexName): IndexHistoryOut => ({
  name,
  ...INDICES[name],
  ...PACED,
  interval: 'hour',
  data: Array.from({ length: 30 }, (_, hour) => ({
    start: at(hour),
    end: at(hour + 1),
    value: hour === 7 ? null : `${100 + (hour % 5)}.250000`,
  })),
})

const slice = (name: string) => ({ name, deliveries: 12, units: '0.041200', value: '0.033100' })
const gdp = (): MachineGdpOut => ({
  ...PACED,
  from: at(6),
  to: at(30),
  deliveries: 24,
  units: '0.082400',
  expenditure: '0.066200',
  production: { output: '0.070000', intermediate: '0.003800', total: '0.066200' },
  income: { suppliers: '0.064000', exchange: '0.000330', trade: '0.001870', total: '0.066200' },
  identity: { holds: true, faults: [] },
  by_task: [slice('text')],
  by_grade: [slice('prime')],
  by_instrument: MARKETS.map(slice),
  by_supplier_class: [slice('named')],
  outside: [slice('probe')],
  surplus: { buyers: '1.20', buyers_coverage: '0.810000', sellers: '0.40', sellers_coverage: '1.000000' },
  human: { dollars_per_year: '111000000000000', source: 'a stub', ppm: '0.000000012' },
})

const fixings = (): FixingOut[] =>
  MARKETS.flatMap((instrument, market) =>
    [30, 29].map((minute) => ({
      id: `fix_${minute * 10 + market}`,
      instrument,
      period: 'hour' as const,
      at: at(minute),
      ...PACED,
      price: market === 2 ? null : `0.8${minute}000`,
      tier: market === 2 ? ('no_settle' as const) : ('hour' as const),
      methodology_sha256: 'a'.repeat(64),
      inputs_root: 'b'.repeat(64),
      corrects: null,
      published_at: at(minute),
      seq: minute * 10 + market,
    })),
  )

const spread = (utilisation: string) => ({
  utilisation,
  heat_rate: '0.370370',
  rent_spread: '-0.162963',
  own_spread: '0.274074',
})
const efficiency = (): EfficiencyOut[] => [
  {
    instrument: 'TEXT_PRIME-USD',
    hardware: '8 × H200',
    declared_by: 'operator',
    source: 'a stub',
    since: at(1),
    price: '0.800000',
    implied_heat_rate: '0.307692',
    implied_tier: 'B',
    rent_tier: 'C',
    own_tier: 'D',
    low: spread('0.300000'),
    observed: null,
    high: spread('0.800000'),
  },
]

const posted = (included: boolean): PostedPriceOut => ({
  model: 'a-provider-with-a-long-name/accounts/lab/models/some-model-120b',
  key: 'some-model-120b',
  provider: 'a-provider-with-a-long-name',
  sheet: 'models.dev',
  as_of: '2026-07-02',
  input_per_million: '0.100000',
  output_per_million: '0.400000',
  unit_price: '0.400000',
  published_place: included ? '104.20' : null,
  misses: included ? [] : ['json_schema is not posted', 'no published score'],
  included,
  decided: null,
})
const floors = (): PostedFloorOut[] =>
  MARKETS.map((instrument) => ({
    instrument,
    mix: { input_tokens: 1_155, output_tokens: 211 },
    models: 1,
    floor: '0.400000',
    median: '0.400000',
    cheapest: posted(true),
    best_bid: '0.799000',
    best_ask: null,
    fixing: '0.830000',
  }))
const mapping = (instrument: string): MappingOut => ({
  instrument,
  mix: { input_tokens: 1_155, output_tokens: 211 },
  data: [posted(true), posted(false)].map((one, row) => ({ ...one, model: `${one.model}-${row}` })),
})
const gaps = (): GapOut[] => [
  {
    kind: 'sheet_below_bid',
    buy: posted(true).model,
    buy_price: '0.400000',
    sell: 'TEXT_PRIME-USD bid',
    sell_price: '0.799000',
    difference: '0.399000',
    share: '0.997500',
  },
]
const sheets = (): SheetOut[] => [
  {
    id: 1,
    name: 'models.dev',
    format: 'models_dev',
    source: 'a stub',
    licence: 'MIT',
    as_of: '2026-07-02',
    imported_at: at(0),
    models: 2,
    skipped: 0,
    refused: 0,
    refused_rows: [],
  },
]

const minds = (): IntelligenceOut => ({
  at: at(30),
  pool: 'pool-1',
  source: 'assigned',
  method: 'docs/quality.md',
  market: '103.21',
  frontier: '112.40',
  gap_second: '2.10',
  gap_tenth: null,
  data: [
    ['Harbour 31B', 'CODE_MAX-USD', 117.4, 4.9],
    ['A supplier, with a rather long name', 'TEXT_PRIME-USD', 104.2, 5.4],
    ['undisclosed', 'TEXT_STANDARD-USD', 91.3, 5.1],
  ].map(([supplier, instrument, value, half]) => ({
    supplier: String(supplier),
    instrument: String(instrument),
    value: Number(value).toFixed(2),
    low: (Number(value) - Number(half)).toFixed(2),
    high: (Number(value) + Number(half)).toFixed(2),
    at_least: (Number(value) - Number(half) * 0.84).toFixed(2),
    probes: 120,
    delivered: '12.500000',
  })),
})
const mindHours = (): IntelligenceHistoryOut => ({
  data: Array.from({ length: 30 }, (_, hour) => ({
    at: at(hour),
    pace: 1,
    market: (102 + (hour % 4) / 3).toFixed(2),
    frontier: '112.40',
    gap_second: '2.10',
    gap_tenth: null,
  })),
})

/** The answer of a path that tells published numbers; nothing for any other. */
export function figureAnswer(path: string): unknown {
  const series = /^\/v1\/indices\/(\w+)\/history$/.exec(path)?.[1]
  if (series !== undefined) return history(series as IndexName)
  const market = /^\/v1\/posted-prices\/([A-Z_]+-USD)$/.exec(path)?.[1]
  if (market !== undefined) return mapping(market)
  const answers: Record<string, () => unknown> = {
    '/v1/indices': indices,
    '/v1/indices/intelligence': minds,
    '/v1/indices/intelligence/hours': mindHours,
    '/v1/machine-gdp': gdp,
    '/v1/fixings': () => ({ data: fixings(), next_cursor: null }),
    '/v1/efficiency': () => ({ ...PACED, data: efficiency() }),
    '/v1/posted-prices': () => ({ data: floors() }),
    '/v1/price-gaps': () => ({ data: gaps() }),
    '/v1/sheets': () => ({ data: sheets() }),
  }
  return answers[path]?.()
}
