import type { ChatRequest } from '../client/chat.ts'
import type { OrderRequest } from '../wire/order.ts'

/** The numbers a decision was made of, by name. */
export type Facts = Readonly<Record<string, number | string | boolean | null>>

/** An order as an agent decides it: its price is always named, its id comes from whoever sends it. */
export type Placement = Omit<OrderRequest, 'client_order_id' | 'price'> & { price: string }

type Move =
  | { act: 'place'; order: Placement; asFilled?: boolean }
  /** `quantity` is the new total, the filled part included. */
  | { act: 'amend'; id: string; price: string; quantity: string }
  | { act: 'cancel'; id: string }
  /** `bond`: dollars that it may post at most. */
  | { act: 'issue'; offer: string; instrument: string; quantity: string; bond: number }
  | { act: 'redeem'; instrument: string; quantity: string }
  | { act: 'ask'; task: string; request: ChatRequest }
  | { act: 'wait' }
  | { act: 'finish' }

/** One decision: what to do, why in words, and the numbers behind it. An agent decides nothing else. */
export type Step = Move & { why: string; facts: Facts }

const SMALL = 0.01

/** Dollars in words; small amounts with more places. */
export const dollars = (amount: number): string =>
  `$${amount.toFixed(amount !== 0 && Math.abs(amount) < SMALL ? 7 : 4)}`

/** Units in words. */
export const unitsText = (units: number): string => `${units.toFixed(2)} units`

/** A share of 1 in words. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** What a step does, in words, without its reason. */
export function inWords(step: Step): string {
  switch (step.act) {
    case 'place': {
      const { side, quantity, instrument, price, time_in_force: time } = step.order
      const how = time === 'ioc' ? ' at once or not' : step.order.post_only === 'none' ? '' : ' resting'
      return `${side} ${quantity} ${instrument} at $${price}${how}`
    }
    case 'amend':
      return `move ${step.id} to ${step.quantity} at $${step.price}`
    case 'cancel':
      return `cancel ${step.id}`
    case 'issue':
      return `issue ${step.quantity} ${step.instrument} on ${step.offer}`
    case 'redeem':
      return `redeem ${step.quantity} ${step.instrument}`
    case 'ask':
      return `ask ${step.request.model} for task ${step.task}`
    case 'wait':
      return 'wait'
    case 'finish':
      return 'finish'
  }
}

/** A step that changes nothing. */
export const wait = (why: string, facts: Facts = {}): Step => ({ act: 'wait', why, facts })
