import { z } from 'zod'
import { decimalOut, timeOut } from './decimal.ts'
import { idOut } from './id.ts'
import { instrumentOut, instrumentStatus } from './instrument.ts'
import { pageOf, pageQuery, wholeText } from './page.ts'

/** Price, quantity and number of orders of one level. */
export const level = z.tuple([decimalOut, decimalOut, z.number().int()])

/** Price, quantity and id of one resting order. */
export const restingOrder = z.tuple([decimalOut, decimalOut, idOut('order')])

/** The book cut at `seq`: best price first. `checksum` is the CRC-32 of its first ten levels a side. */
export const book = z
  .object({
    instrument: instrumentOut,
    seq: z.number().int(),
    bids: z.array(z.union([level, restingOrder])),
    asks: z.array(z.union([level, restingOrder])),
    checksum: z.number().int(),
  })
  .meta({ id: 'Book' })

export const trade = z
  .object({
    id: idOut('trade'),
    instrument: instrumentOut,
    price: decimalOut,
    quantity: decimalOut,
    /** Side of the aggressor. */
    side: z.enum(['buy', 'sell']),
    /** Whether any of it was newly issued supply, whose proceeds stand in escrow. */
    primary: z.boolean(),
    seq: z.number().int(),
    at: timeOut,
  })
  .meta({ id: 'Trade' })
export const trades = pageOf(trade)

/** The last 24 hours and the touch. Null where there has been no trade or no order. */
export const ticker = z
  .object({
    instrument: instrumentOut,
    status: instrumentStatus,
    last: decimalOut.nullable(),
    best_bid: decimalOut.nullable(),
    best_bid_quantity: decimalOut.nullable(),
    best_ask: decimalOut.nullable(),
    best_ask_quantity: decimalOut.nullable(),
    open_24h: decimalOut.nullable(),
    high_24h: decimalOut.nullable(),
    low_24h: decimalOut.nullable(),
    volume_24h: decimalOut,
    value_24h: decimalOut,
    trades_24h: z.number().int(),
    seq: z.number().int(),
    at: timeOut,
  })
  .meta({ id: 'Ticker' })
export const tickers = z.object({ data: z.array(ticker) })

export const candleInterval = z.enum(['1m', '5m', '15m', '1h', '4h', '1d'])

/** Prices of one interval; volume in units, value in dollars. Intervals without a trade are left out. */
export const candle = z
  .object({
    start: timeOut,
    open: decimalOut,
    high: decimalOut,
    low: decimalOut,
    close: decimalOut,
    volume: decimalOut,
    value: decimalOut,
    trades: z.number().int(),
  })
  .meta({ id: 'Candle' })
export const candles = z.object({
  instrument: instrumentOut,
  interval: candleInterval,
  data: z.array(candle),
})

export const bookQuery = z.strictObject({
  depth: wholeText(1_000, 1).optional(),
  level: z
    .enum(['2', '3'])
    .transform((text) => (text === '3' ? 3 : 2))
    .optional(),
})
export const tradeQuery = z.strictObject(pageQuery)
export const candleQuery = z.strictObject({
  interval: candleInterval.optional(),
  limit: wholeText(2_880, 1).optional(),
})

export type BookOut = z.infer<typeof book>
export type TradeOut = z.infer<typeof trade>
export type TickerOut = z.infer<typeof ticker>
export type CandleOut = z.infer<typeof candle>
export type CandleInterval = z.infer<typeof candleInterval>
export type LevelOut = z.infer<typeof level>
export type RestingOut = z.infer<typeof restingOrder>
