import { z } from 'zod'
import type { MandateId } from '../base/ids.ts'
import { decimalIn, decimalOut, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentIn, instrumentOut } from './instrument.ts'
import { label } from './label.ts'

export const budgetWindow = z.enum(['order', 'hour', 'day', 'week', 'month', 'lifetime'])

/** Authority lent to a key: `spent + reserved ≤ budget` holds always, on this mandate and all above it. */
export const mandateRequest = z.strictObject({
  name: label(64),
  parent: idIn<MandateId>('mandate').optional(),
  /** Dollars per calendar window (UTC). A window left out is unbounded, or bounded by the parent. */
  budget: z.partialRecord(budgetWindow, decimalIn).default({}),
  /** Left out: every instrument. */
  instruments: z.array(instrumentIn).max(100).optional(),
  sides: z
    .array(z.enum(['buy', 'sell']))
    .min(1)
    .max(2)
    .default(['buy']),
  /** Highest price a buy may name, dollars per unit. */
  price_limit: decimalIn.optional(),
  /** Whether a request for completion may buy the units it lacks. */
  auto_buy: z.boolean().default(false),
  expires_in: z.number().int().min(1).max(315_360_000).optional(),
})

export const budgetLine = z.object({
  window: budgetWindow,
  limit: decimalOut,
  spent: decimalOut,
  reserved: decimalOut,
  remaining: decimalOut,
})

export const mandate = z
  .object({
    id: idOut('mandate'),
    name: z.string(),
    account: idOut('account'),
    parent: idOut('mandate').nullable(),
    budget: z.array(budgetLine),
    instruments: z.array(instrumentOut).nullable(),
    sides: z.array(z.enum(['buy', 'sell'])),
    price_limit: decimalOut.nullable(),
    auto_buy: z.boolean(),
    expires_at: timeOut.nullable(),
    status: z.enum(['active', 'revoked', 'expired']),
    seq: z.number().int(),
  })
  .meta({ id: 'Mandate' })
export const mandates = z.object({ data: z.array(mandate), seq: z.number().int() })
export const mandatePath = z.strictObject({ id: idIn<MandateId>('mandate') })

export type MandateRequest = z.input<typeof mandateRequest>
export type MandateOut = z.infer<typeof mandate>
