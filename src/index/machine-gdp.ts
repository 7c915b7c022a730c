import type { DeliveryHour, Use } from './hour-book.ts'

/** Sums over deliveries, in µ$ and weighted tokens. Each column was summed by itself when it happened. */
export type Flow = Pick<DeliveryHour, 'deliveries' | 'wt' | 'cost' | 'refund' | 'net' | 'fee' | 'margin'>

export type UseFlow = Flow & { use: Use }

/** Machine GDP of a period by its three sides, in µ$. */
export type Accounts = {
  deliveries: number
  wt: number
  /** What final users paid, net of refunds. */
  expenditure: number
  /** Output at what was paid for it, less the inference that was bought to make inference. */
  production: { output: number; intermediate: number; total: number }
  /** Who earned it: suppliers, the exchange for delivery, and whoever stood between book and contract. */
  income: { suppliers: number; exchange: number; trade: number; total: number }
}

const NOTHING: Flow = { deliveries: 0, wt: 0, cost: 0, refund: 0, net: 0, fee: 0, margin: 0 }

/** Column by column. */
export const sumFlows = (flows: readonly Flow[]): Flow =>
  flows.reduce(
    (sum, one) => ({
      deliveries: sum.deliveries + one.deliveries,
      wt: sum.wt + one.wt,
      cost: sum.cost + one.cost,
      refund: sum.refund + one.refund,
      net: sum.net + one.net,
      fee: sum.fee + one.fee,
      margin: sum.margin + one.margin,
    }),
    NOTHING,
  )

/**
 * The accounts of a period. Output counts what was made into inference again, and takes it off as
 * intermediate; so it is with income, whose suppliers bought it. What stayed within a member, was probed or
 * did not conform is no part of it.
 */
export function accountsOf(flows: readonly UseFlow[]): Accounts {
  const final = sumFlows(flows.filter(({ use }) => use === 'final'))
  const between = sumFlows(flows.filter(({ use }) => use === 'intermediate'))
  const made = sumFlows([final, between])
  const intermediate = between.cost - between.refund
  const output = made.net + made.fee + made.margin
  const suppliers = made.net - intermediate
  return {
    deliveries: final.deliveries,
    wt: final.wt,
    expenditure: final.cost - final.refund,
    production: { output, intermediate, total: output - intermediate },
    income: {
      suppliers,
      exchange: made.fee,
      trade: made.margin,
      total: suppliers + made.fee + made.margin,
    },
  }
}

/**
 * Where the sides differ: the rows in which what buyers paid is not what suppliers, the exchange and trade
 * got of it. Empty: the identity holds to the micro-dollar, in the whole and in every row.
 */
export function identityFaults(rows: readonly DeliveryHour[]): string[] {
  return rows
    .filter((row) => row.cost - row.refund !== row.net + row.fee + row.margin)
    .map(
      (row) =>
        `hour ${row.start}, instrument ${row.instrument}, supplier ${row.supplier}, ${row.use}: ` +
        `paid ${row.cost - row.refund} µ$, earned ${row.net + row.fee + row.margin} µ$`,
    )
}

/** Nominal value in prices of the base period, in µ$, where the level is 100. */
export const realOf = (nominal: number, level: number): number => Math.round((nominal * 100) / level)

/** Ppm of a yearly figure in whole dollars that a period's µ$ come to, if every period were like it. */
export function ppmOfYearly(nominal: number, periodMicros: number, yearlyDollars: number): number {
  const yearMicros = 365 * 24 * 3_600 * 1_000_000
  return (nominal / 1_000_000 / yearlyDollars) * (yearMicros / periodMicros) * 1_000_000
}
