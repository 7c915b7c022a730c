import type { Client } from '../client/client.ts'
import { cashFree } from './holding.ts'
import type { Participant } from './membership.ts'
import { BUYER, TRADER } from './membership.ts'

type Paid = { who: Participant; client: Client; account: string }

/** Topped up when less than this share of the opening money is left. */
const LOW = 0.2

/**
 * Keeps the sample market's own participants in money, by the operator's audited deposits. A person's are
 * left alone.
 */
export class Payroll {
  private readonly operator: Client
  private readonly paid: readonly Paid[]

  constructor(operator: Client, everyone: readonly Paid[]) {
    this.operator = operator
    this.paid = everyone.filter(({ who }) => who.id !== BUYER.id && who.id !== TRADER.id)
  }

  async turn(): Promise<void> {
    for (const { who, client, account } of this.paid) {
      const free = cashFree((await client.balances()).data)
      if (free >= Number(who.cash) * LOW) continue
      await this.operator.admin.deposit({
        account,
        amount: who.cash,
        reference: `demo top-up ${new Date().toISOString()}`,
      })
    }
  }
}
