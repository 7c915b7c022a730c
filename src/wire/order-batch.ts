import { z } from 'zod'
import type { OrderId } from '../base/ids.ts'
import { idIn } from './id.ts'
import { order, orderAmendment, orderRequest } from './order.ts'
import { problem } from './problem.ts'

/** Requests that one batch may carry. */
export const BATCH_MAX = 100

const id = idIn<OrderId>('order')
const item = z.discriminatedUnion('op', [
  orderRequest.extend({ op: z.literal('place') }),
  orderAmendment.extend({ op: z.literal('amend'), id }),
  z.strictObject({ op: z.literal('cancel'), id }),
])

/** Carried out in their order, each for itself: one that is refused stops none that follow. */
export const batchRequest = z.strictObject({ items: z.array(item).min(1).max(BATCH_MAX) })

/** One answer per request, in their order; each tells of its order as it is once all are carried out. */
export const batchAnswer = z
  .object({
    items: z.array(
      z.object({ status: z.number().int(), order: order.nullable(), problem: problem.nullable() }),
    ),
  })
  .meta({ id: 'BatchAnswer' })

export type BatchRequest = z.input<typeof batchRequest>
export type BatchAnswer = z.infer<typeof batchAnswer>
