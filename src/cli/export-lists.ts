/** What a person may narrow an export by: the option, and what the API calls it. */
export const FILTERS = {
  instrument: 'instrument',
  order: 'order',
  party: 'as',
  period: 'period',
  interval: 'interval',
  from: 'from',
  until: 'to',
  limit: 'limit',
} as const
export type Filter = keyof typeof FILTERS

/** An exported list: where it is, what it may be narrowed by, and how it goes on after a page. */
export type ExportList = {
  path: (name: string) => string
  /** What must be named beside the list. */
  of?: 'instrument' | 'index'
  filters: readonly Filter[]
  pages: 'by id' | 'by hour' | { rows: number } | 'one'
}

const inMarket = (list: string) => (name: string) =>
  `/v1/exports/instruments/${encodeURIComponent(name)}/${list}`
const at = (path: string) => () => `/v1/exports/${path}`

const LISTS = {
  trades: {
    path: inMarket('trades'),
    of: 'instrument',
    filters: ['limit'],
    pages: 'by id',
  },
  candles: {
    path: inMarket('candles'),
    of: 'instrument',
    filters: ['interval', 'limit'],
    pages: { rows: 2_880 },
  },
  fills: {
    path: at('fills'),
    filters: ['instrument', 'order', 'limit'],
    pages: 'by id',
  },
  deliveries: {
    path: at('deliveries'),
    filters: ['instrument', 'party', 'limit'],
    pages: 'by id',
  },
  receipts: {
    path: at('receipts'),
    filters: ['instrument', 'party', 'limit'],
    pages: 'by id',
  },
  penalties: {
    path: at('penalties'),
    filters: [],
    pages: 'one',
  },
  fixings: {
    path: at('fixings'),
    filters: ['instrument', 'period', 'limit'],
    pages: 'by id',
  },
  statement: {
    path: at('statements'),
    filters: ['period'],
    pages: 'one',
  },
  index: {
    path: (name) => `/v1/exports/indices/${encodeURIComponent(name)}/history`,
    of: 'index',
    filters: ['interval', 'limit'],
    pages: { rows: 2_000 },
  },
  'gdp-hours': {
    path: at('machine-gdp/hours'),
    filters: ['from', 'until'],
    pages: 'by hour',
  },
} satisfies Record<string, ExportList>

/** The name of a list in the shell. */
export type ExportName = keyof typeof LISTS

/** Every list under `/v1/exports`. */
export const EXPORT_LISTS: Readonly<Record<ExportName, ExportList>> = LISTS

export const EXPORT_NAMES = Object.keys(LISTS) as ExportName[]
