import { z } from 'zod'
import type { ProcurementId } from '../base/ids.ts'
import { decimalIn, decimalOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentIn, instrumentOut } from './instrument.ts'

/** Keep `target` units on hand: bid for what is short, offer what is spare. */
export const procurementRequest = z.strictObject({
  instrument: instrumentIn,
  target: decimalIn,
  /** Dollars per unit: the most that is paid. */
  buy_price: decimalIn,
  /** Dollars per unit: what is above the target is offered at this price. Left out: it is kept. */
  sell_price: decimalIn.optional(),
})
export const procurementPath = z.strictObject({ id: idIn<ProcurementId>('procurement') })

const leg = z.object({
  /** The standing order, if there is one. */
  order: idOut('order').nullable(),
  quantity: decimalOut,
  /** Why it does not stand as wanted: a code of the error catalogue, or `self_trade`. */
  held_up: z.string().nullable(),
})

export const procurement = z
  .object({
    id: idOut('procurement'),
    instrument: instrumentOut,
    mandate: idOut('mandate').nullable(),
    target: decimalOut,
    /** Units in trading beyond what is owed, and in lots. */
    on_hand: decimalOut,
    buy_price: decimalOut,
    sell_price: decimalOut.nullable(),
    buying: leg,
    selling: leg,
    status: z.enum(['active', 'ended']),
    seq: z.number().int(),
  })
  .meta({ id: 'Procurement' })
export const procurements = z.object({ data: z.array(procurement), seq: z.number().int() })

export type ProcurementRequest = z.input<typeof procurementRequest>
export type ProcurementOut = z.infer<typeof procurement>
