import { z } from 'zod'
import { decimalOut, timeOut } from '../wire/decimal.ts'
import { instrumentIn, instrumentOut } from '../wire/instrument.ts'
import { label } from '../wire/label.ts'
import { wholeText } from '../wire/page.ts'

export const sheetFormat = z.enum(['models_dev', 'litellm', 'openrouter'])

const TEXT_MAX = 6 * 1024 * 1024

/** A sheet to take in: its text, or where to fetch it. */
export const sheetRequest = z
  .strictObject({
    name: label(64),
    format: sheetFormat,
    /** Where its prices are from, under which licence, and of which day. */
    source: label(200),
    licence: label(100),
    as_of: z.string().regex(/^\d{4}-\d\d-\d\d$/, 'a day such as "2026-08-01"'),
    document: z.string().min(2).max(TEXT_MAX).optional(),
    url: z.string().max(500).optional(),
  })
  .refine(({ document, url }) => (document === undefined) !== (url === undefined), {
    path: ['document'],
    message: 'give either document or url',
  })

export const refusedRow = z.object({ id: z.string(), field: z.string(), reason: z.string() })

/**
 * A sheet as it was taken in. Rows whose prices cannot be used are refused by field, up to 100 are shown.
 */
export const sheet = z
  .object({
    id: z.number().int(),
    name: z.string(),
    format: sheetFormat,
    source: z.string(),
    licence: z.string(),
    as_of: z.string(),
    imported_at: timeOut,
    models: z.number().int(),
    skipped: z.number().int(),
    refused: z.number().int(),
    refused_rows: z.array(refusedRow),
  })
  .meta({ id: 'PriceSheet' })
export const sheets = z.object({ data: z.array(sheet) })
export const sheetPath = z.strictObject({ id: wholeText(1_000_000, 1) })
export const sheetGone = z.object({ id: z.number().int(), removed: z.boolean() })

/** One posted model against one instrument: what it would cost per unit, and what it lacks. */
export const postedPrice = z
  .object({
    model: z.string(),
    key: z.string(),
    provider: z.string(),
    sheet: z.string(),
    as_of: z.string(),
    input_per_million: decimalOut,
    output_per_million: decimalOut,
    unit_price: decimalOut,
    /** Where its published score lies, 100 at the mean of the scored models; null: none is published. */
    published_place: decimalOut.nullable(),
    misses: z.array(z.string()),
    included: z.boolean(),
    /** The operator's word, where it stands above the sheet's. */
    decided: z.string().nullable(),
  })
  .meta({ id: 'PostedPrice' })

const mix = z.object({ input_tokens: z.number().int(), output_tokens: z.number().int() })

/** The cheapest posted price that would meet an instrument, beside its book. */
export const postedFloor = z
  .object({
    instrument: instrumentOut,
    mix,
    models: z.number().int(),
    floor: decimalOut.nullable(),
    median: decimalOut.nullable(),
    cheapest: postedPrice.nullable(),
    best_bid: decimalOut.nullable(),
    best_ask: decimalOut.nullable(),
    fixing: decimalOut.nullable(),
  })
  .meta({ id: 'PostedFloor' })
export const postedFloors = z.object({ data: z.array(postedFloor) })

export const mappingQuery = z.strictObject({
  included: z.enum(['true', 'false']).optional(),
  limit: wholeText(1_000, 1).optional(),
})
export const mapping = z.object({ instrument: instrumentOut, mix, data: z.array(postedPrice) })
export const mappingPath = z.strictObject({ instrument: instrumentIn })

/** What the operator decides about a model; `include` null: what the sheets say counts again. */
export const mappingRequest = z.strictObject({
  key: label(120),
  include: z.boolean().nullable(),
  reason: label(200),
})
export const mappingAnswer = z.object({
  key: z.string(),
  instrument: instrumentOut,
  include: z.boolean().nullable(),
  reason: z.string(),
})

/** A difference that somebody could trade on, in dollars a unit and as a share of the lower price. */
export const gap = z
  .object({
    kind: z.enum(['sheet_below_bid', 'ask_below_sheet', 'better_grade_cheaper', 'providers_differ']),
    buy: z.string(),
    buy_price: decimalOut,
    sell: z.string(),
    sell_price: decimalOut,
    difference: decimalOut,
    share: decimalOut,
  })
  .meta({ id: 'PriceGap' })
export const gaps = z.object({ data: z.array(gap) })

export type SheetOut = z.infer<typeof sheet>
export type SheetRequest = z.input<typeof sheetRequest>
export type PostedPriceOut = z.infer<typeof postedPrice>
export type PostedFloorOut = z.infer<typeof postedFloor>
export type MappingOut = z.infer<typeof mapping>
export type GapOut = z.infer<typeof gap>
