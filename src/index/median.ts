/** What traded at each price: µ$ per unit and weighted tokens, prices ascending. */
export type PriceTable = readonly (readonly [price: number, wt: number])[]

/**
 * The volume-weighted median: the price that has at most half of the volume below it and at most half above.
 * Where the volume splits exactly in half every price from `low` to `high` is one.
 */
export type MedianRange = { low: number; high: number }

export function medianRange(table: PriceTable): MedianRange | null {
  const total = table.reduce((sum, [, wt]) => sum + wt, 0)
  let passed = 0
  for (const [at, [price, wt]] of table.entries()) {
    passed += wt
    if (2 * passed > total) return { low: price, high: price }
    if (2 * passed === total && wt > 0) return { low: price, high: table[at + 1]?.[0] ?? price }
  }
  return null
}

/** The median nearest to `near`, or null of an empty table. */
export function medianOf(table: PriceTable, near: number): number | null {
  const range = medianRange(table)
  return range === null ? null : Math.min(Math.max(near, range.low), range.high)
}

/** Several tables as one. */
export function mergeTables(tables: readonly PriceTable[]): PriceTable {
  const byPrice = new Map<number, number>()
  for (const table of tables)
    for (const [price, wt] of table) byPrice.set(price, (byPrice.get(price) ?? 0) + wt)
  return [...byPrice].sort(([a], [b]) => a - b)
}

/** sum / count of whole numbers, rounded half to even. */
export function meanHalfEven(values: readonly number[]): number {
  const sum = values.reduce((all, one) => all + BigInt(one), 0n)
  return divHalfEven(sum, BigInt(values.length))
}

/** a / b of whole numbers with b > 0, rounded half to even. */
export function divHalfEven(a: bigint, b: bigint): number {
  let whole = a / b
  let rest = a % b
  if (rest < 0n) {
    whole -= 1n
    rest += b
  }
  const twice = rest * 2n
  if (twice > b || (twice === b && whole % 2n !== 0n)) whole += 1n
  return Number(whole)
}
