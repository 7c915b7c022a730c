import type { z } from 'zod'
import { fixing } from '../bulletin/fixing.ts'
import { gdpHour, indexHistory } from '../bulletin/indices.ts'
import { deliveries, statement } from '../wire/account.ts'
import { penalties } from '../wire/conduct.ts'
import { candle, trade } from '../wire/market.ts'
import { fills } from '../wire/order.ts'
import { signedReceipt } from '../wire/receipt.ts'

/** The columns of an export, each with what a cell of it says. */
export type Columns = Readonly<Record<string, z.core.$ZodType>>

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
  columns: Columns
}

const { tokenizer, ...receiptCells } = signedReceipt.shape
const receiptColumns: Columns = {
  ...receiptCells,
  tokenizer_name: tokenizer.shape.name,
  tokenizer_sha256: tokenizer.shape.sha256,
}

const inMarket = (list: string) => (name: string) =>
  `/v1/exports/instruments/${encodeURIComponent(name)}/${list}`
const at = (path: string) => () => `/v1/exports/${path}`

/** Every list under `/v1/exports`, by its name in the shell. */
export const EXPORT_LISTS: ReadonlyMap<string, ExportList> = new Map(
  Object.entries<ExportList>({
    trades: {
      path: inMarket('trades'),
      of: 'instrument',
      filters: ['limit'],
      pages: 'by id',
      columns: trade.shape,
    },
    candles: {
      path: inMarket('candles'),
      of: 'instrument',
      filters: ['interval', 'limit'],
      pages: { rows: 2_880 },
      columns: candle.shape,
    },
    fills: {
      path: at('fills'),
      filters: ['instrument', 'order', 'limit'],
      pages: 'by id',
      columns: fills.shape.data.element.shape,
    },
    deliveries: {
      path: at('deliveries'),
      filters: ['instrument', 'party', 'limit'],
      pages: 'by id',
      columns: deliveries.shape.data.element.shape,
    },
    receipts: {
      path: at('receipts'),
      filters: ['instrument', 'party', 'limit'],
      pages: 'by id',
      columns: receiptColumns,
    },
    penalties: {
      path: at('penalties'),
      filters: [],
      pages: 'one',
      columns: penalties.shape.data.element.shape,
    },
    fixings: {
      path: at('fixings'),
      filters: ['instrument', 'period', 'limit'],
      pages: 'by id',
      columns: fixing.shape,
    },
    statement: {
      path: at('statements'),
      filters: ['period'],
      pages: 'one',
      columns: statement.shape.lines.element.shape,
    },
    index: {
      path: (name) => `/v1/exports/indices/${encodeURIComponent(name)}/history`,
      of: 'index',
      filters: ['interval', 'limit'],
      pages: { rows: 2_000 },
      columns: indexHistory.shape.data.element.shape,
    },
    'gdp-hours': {
      path: at('machine-gdp/hours'),
      filters: ['from', 'until'],
      pages: 'by hour',
      columns: gdpHour.shape,
    },
  }),
)
