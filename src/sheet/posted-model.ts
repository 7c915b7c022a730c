/** What a sheet can say that a model is able to do. */
export type Ability = 'tools' | 'json_schema' | 'vision' | 'logprobs'

/** One model of one provider as a sheet posts it. Prices in µ$ per million tokens; null: not stated. */
export type PostedModel = {
  /** `provider/model`, as the sheet has it. */
  id: string
  provider: string
  /** By which the same model is known to others: the last part of its name. */
  key: string
  input: number
  cachedInput: number | null
  output: number
  contextTokens: number | null
  outputTokens: number | null
  abilities: readonly Ability[]
  /** Published scores, on the publisher's own scale, by task. */
  scores: { text: number | null; code: number | null; agent: number | null }
}

/** A row that was not taken, with the field that is wrong and how. */
export type RefusedRow = { id: string; field: string; reason: string }

/** What became of a sheet: `skipped` are rows that post no price of text. */
export type ReadSheet = { models: PostedModel[]; refused: RefusedRow[]; skipped: number }

export type SheetFormat = 'models_dev' | 'litellm' | 'openrouter'

/** Above $10,000 per million tokens a price is a mistake of its unit. */
const PRICE_MAX = 10_000_000_000
const TOKENS_MAX = 100_000_000

/** Thrown inside the reading of one row, and nowhere else: the row is refused by name of the field. */
export class RowFault extends Error {
  override name = 'RowFault'
  readonly field: string

  constructor(field: string, reason: string) {
    super(reason)
    this.field = field
  }
}

/** A price in dollars per `per` tokens, as µ$ per million tokens. A free offer is not a price. */
export function priceIn(value: unknown, per: number, field: string): number {
  if (value === undefined || value === null) throw new RowFault(field, 'missing')
  const isText = typeof value === 'string' && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(value)
  if (typeof value !== 'number' && !isText) throw new RowFault(field, 'not a number')
  const dollars = Number(value)
  if (!Number.isFinite(dollars)) throw new RowFault(field, 'not a number')
  if (dollars < 0) throw new RowFault(field, 'negative')
  const micros = Math.round((dollars * 1_000_000 * 1_000_000) / per)
  if (micros === 0)
    throw new RowFault(field, dollars === 0 ? 'zero: a free offer is not a price' : 'too small')
  if (micros > PRICE_MAX) throw new RowFault(field, 'above $10,000 per million tokens')
  return micros
}

/** A price that may be left out. Zero is allowed of cached input, which some give away. */
export const optionalPrice = (value: unknown, per: number, field: string): number | null =>
  value === undefined || value === null ? null : value === 0 || value === '0' ? 0 : priceIn(value, per, field)

/** A count of tokens that may be left out; zero is how sheets say that they do not know. */
export function tokensIn(value: unknown, field: string): number | null {
  if (value === undefined || value === null || value === 0 || value === '') return null
  const count = Number(value)
  if (!Number.isSafeInteger(count) || count < 0 || count > TOKENS_MAX)
    throw new RowFault(field, 'not a number of tokens')
  return count
}

/** Prices in dollars only: a row that names another currency is refused, not converted. */
export function dollarsOnly(value: unknown, field: string): void {
  if (value === undefined || value === null) return
  if (typeof value !== 'string' || value.toUpperCase() !== 'USD')
    throw new RowFault(field, 'prices in US dollars only')
}

/** What a row says about one model must hang together, whatever the format. */
export function checkModel(model: PostedModel): PostedModel {
  if (model.cachedInput !== null && model.cachedInput > model.input)
    throw new RowFault('cached input', 'dearer than input that is not cached')
  return model
}

export const keyOf = (name: string): string =>
  (name.split('/').at(-1) ?? name)
    .toLowerCase()
    .replace(/[:@].*$/, '')
    .replace(/[^a-z0-9.]+/g, '-')

/** Reads every row; a fault of one is told and spoils no other. */
export function readRows<Row>(
  rows: Iterable<readonly [string, Row]>,
  read: (id: string, row: Row) => PostedModel | null,
): ReadSheet {
  const sheet: ReadSheet = { models: [], refused: [], skipped: 0 }
  for (const [id, row] of rows)
    try {
      const model = read(id, row)
      if (model === null) sheet.skipped++
      else sheet.models.push(checkModel(model))
    } catch (error) {
      if (!(error instanceof RowFault)) throw error
      sheet.refused.push({ id, field: error.field, reason: error.message })
    }
  return sheet
}
