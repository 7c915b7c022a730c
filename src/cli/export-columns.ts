import type { z } from 'zod'
import { fixing } from '../bulletin/fixing.ts'
import { gdpHour, indexHistory } from '../bulletin/indices.ts'
import { deliveries, statement } from '../wire/account.ts'
import { penalties } from '../wire/conduct.ts'
import { candle, trade } from '../wire/market.ts'
import { fills } from '../wire/order.ts'
import { signedReceipt } from '../wire/receipt.ts'
import type { ExportName } from './export-lists.ts'

/** The columns of an export, each with what a cell of it says. */
export type Columns = Readonly<Record<string, z.core.$ZodType>>

const { tokenizer, ...receiptCells } = signedReceipt.shape

/** The columns of every list. Read only where they are needed: asking for a price describes no receipt. */
export const EXPORT_COLUMNS: Readonly<Record<ExportName, Columns>> = {
  trades: trade.shape,
  candles: candle.shape,
  fills: fills.shape.data.element.shape,
  deliveries: deliveries.shape.data.element.shape,
  receipts: {
    ...receiptCells,
    tokenizer_name: tokenizer.shape.name,
    tokenizer_sha256: tokenizer.shape.sha256,
  },
  penalties: penalties.shape.data.element.shape,
  fixings: fixing.shape,
  statement: statement.shape.lines.element.shape,
  index: indexHistory.shape.data.element.shape,
  'gdp-hours': gdpHour.shape,
}
