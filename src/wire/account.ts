import { z } from 'zod'
import type { DrawId } from '../base/ids.ts'
import { decimalIn, decimalOut, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentIn, instrumentOut } from './instrument.ts'
import { pageOf, pageQuery, wholeText } from './page.ts'

export const role = z.enum(['consumer', 'supplier', 'trader', 'operator'])

/** Money (`USD`) or the units of one instrument. */
export const balance = z
  .object({
    asset: z.string().meta({ examples: ['USD', 'TEXT_PRIME'] }),
    /** Free to trade, or to spend. */
    available: decimalOut,
    /** Behind open orders. */
    held: decimalOut,
    /** In lots, locked for consumption. Units only. */
    consumption: decimalOut,
    /** Held by requests that are being delivered. Units only. */
    drawn: decimalOut,
    /** Units still to be delivered by this account. */
    obligation: decimalOut,
    /** Of a supplier: proceeds in escrow, the performance bond, and released money not yet due. USD. */
    escrow: decimalOut,
    bond: decimalOut,
    withheld: decimalOut,
  })
  .meta({ id: 'Balance' })
export const balances = z.object({ data: z.array(balance), seq: z.number().int() })

export const lot = z
  .object({
    id: idOut('lot'),
    instrument: instrumentOut,
    quantity: decimalOut,
    drawn: decimalOut,
    cost: decimalOut,
    expires_at: timeOut,
  })
  .meta({ id: 'Lot' })
export const lots = z.object({ data: z.array(lot), seq: z.number().int() })

/** Units from trading into consumption: they become a lot that lives one window. */
export const transferRequest = z.strictObject({
  instrument: instrumentIn,
  quantity: decimalIn,
  to: z.literal('consumption').default('consumption'),
})
export const transfer = z.object({ lot, seq: z.number().int() })

export const account = z
  .object({
    id: idOut('account'),
    name: z.string(),
    member: idOut('member'),
    roles: z.array(role),
    scopes: z.array(z.string()),
    mandate: idOut('mandate').nullable(),
    seq: z.number().int(),
  })
  .meta({ id: 'Account' })

export const eventQuery = z.strictObject({
  after: wholeText(Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeText(1000).optional(),
})

/**
 * One private event of the account, in the order of the exchange. `type` names it; `payload` is its own
 * shape.
 */
export const accountEvent = z
  .object({
    seq: z.number().int(),
    at: timeOut,
    type: z.string(),
    payload: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AccountEvent' })
export const accountEvents = z.object({ data: z.array(accountEvent), next_cursor: z.string().nullable() })

export const delivery = z
  .object({
    id: idOut('delivery'),
    request_id: z.string(),
    instrument: instrumentOut,
    supplier: z.string(),
    status: z.enum(['open', 'settled', 'failed', 'released']),
    verdict: z.string().nullable(),
    input_tokens: z.number().int().nullable(),
    output_tokens: z.number().int().nullable(),
    units: decimalOut,
    /** What the units had cost the buyer, less what was given back; null to the supplier. */
    cost: decimalOut.nullable(),
    /** What the supplier earned, before and by the delivery fee; null to the buyer. */
    proceeds: decimalOut.nullable(),
    delivery_fee: decimalOut.nullable(),
    seq: z.number().int(),
    at: timeOut,
  })
  .meta({ id: 'Delivery' })
export const deliveries = pageOf(delivery)
export const deliveryQuery = z.strictObject({
  ...pageQuery,
  instrument: instrumentIn.optional(),
  /** Deliveries that the account bought, or that it made. */
  as: z.enum(['buyer', 'supplier']).optional(),
})
export const receiptPath = z.strictObject({ id: idIn<DrawId>('delivery') })

export type BalanceOut = z.infer<typeof balance>
export type LotOut = z.infer<typeof lot>
export type AccountOut = z.infer<typeof account>
export type DeliveryOut = z.infer<typeof delivery>
export type AccountEventOut = z.infer<typeof accountEvent>

/** A month or a day, in UTC. */
export const statementQuery = z.strictObject({
  period: z
    .string()
    .regex(
      /^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/,
      'a month or a day, such as 2026-11 or 2026-11-25',
    )
    .optional(),
})

/** What a kind of change came to in one instrument. Money that came is positive, money that went negative. */
export const statementLine = z
  .object({
    kind: z.string().meta({ examples: ['trading_fee'] }),
    instrument: instrumentOut.nullable(),
    amount: decimalOut,
    /** Units that came (+) or went (−), or that were delivered. */
    units: decimalOut,
    count: z.number().int(),
  })
  .meta({ id: 'StatementLine' })

/**
 * An account's money over a period: free, held, in escrow, in bonds, withheld, and in penalties that may
 * still be given back. `opening` plus all amounts is `closing`.
 */
export const statement = z
  .object({
    account: idOut('account'),
    period: z.string().meta({ examples: ['2026-11'] }),
    from: timeOut,
    to: timeOut,
    opening: decimalOut,
    closing: decimalOut,
    lines: z.array(statementLine),
    seq: z.number().int(),
  })
  .meta({ id: 'Statement' })

export type StatementOut = z.output<typeof statement>
