import type { Fixing, FixingInputs, TradeWindow } from './fixing.ts'
import { dayFixingOf, FIXING_METHOD, fixingOf, isValid, windowFacts } from './fixing.ts'
import type { PriceTable } from './median.ts'

/** One public trade: time in microseconds since 1970, µ$ per unit, weighted tokens. */
export type PublicTrade = { at: number; price: number; wt: number }

/** An hourly fixing to be computed again: its inputs, and the end and length of its hour in microseconds. */
export type HourClaim = { inputs: FixingInputs; at: number; hour: number; claimed: Fixing }

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)
const show = ({ price, tier }: Fixing): string => `${tier} at ${price === null ? 'no price' : price}`

/** Price tables of the partitions that end at `at`, built from public trades alone. */
export function partitionsOf(
  trades: readonly PublicTrade[],
  at: number,
  hour: number,
  count: number,
): PriceTable[] {
  const length = hour / FIXING_METHOD.partitions_per_hour
  const tables = Array.from({ length: count }, () => new Map<number, number>())
  for (const trade of trades) {
    const table = tables[count - Math.ceil((at - trade.at) / length)]
    if (trade.at < at) table?.set(trade.price, (table.get(trade.price) ?? 0) + trade.wt)
  }
  return tables.map((table) => [...table].sort(([a], [b]) => a - b))
}

function windowFaults(name: string, window: TradeWindow, trades: readonly PublicTrade[], claim: HourClaim) {
  const faults: string[] = []
  const volume = sum(window.partitions.flatMap((table) => table.map(([, wt]) => wt)))
  for (const side of ['bought', 'sold'] as const)
    if (sum(window[side]) !== volume) faults.push(`${name}: what participants ${side} is not what traded`)
  const rebuilt = partitionsOf(trades, claim.at, claim.hour, window.partitions.length)
  for (const [place, table] of window.partitions.entries())
    if (JSON.stringify(table) !== JSON.stringify(rebuilt[place]))
      faults.push(`${name}: partition ${place + 1} is not what the public trades say`)
  return faults
}

/**
 * Everything that is wrong with an hourly fixing, given every public trade of its four hours and the last
 * fixing with a price before it; nothing: it follows from the record.
 */
export function hourFaults(
  claim: HourClaim,
  trades: readonly PublicTrade[],
  previous: number | null,
): string[] {
  const { inputs, claimed } = claim
  const faults = windowFaults('hour', inputs.hour, trades, claim)
  if (!isValid(windowFacts(inputs.hour)) && inputs.wide === undefined)
    faults.push('the hour is not valid, and the four hours are missing')
  if (inputs.wide !== undefined) faults.push(...windowFaults('four hours', inputs.wide, trades, claim))
  if (inputs.previous !== undefined && inputs.previous !== previous)
    faults.push(`the fixing before is ${String(previous)}, not ${String(inputs.previous)}`)
  return faults.concat(differing(fixingOf(inputs), claimed))
}

/** Everything that is wrong with a daily settlement, given the published hourly fixings of its day. */
export function dayFaults(
  hours: readonly (number | null)[],
  published: readonly (number | null)[],
  claimed: Fixing,
): string[] {
  const faults =
    JSON.stringify(hours) === JSON.stringify(published) ? [] : ['its hours are not those published']
  return faults.concat(differing(dayFixingOf(hours), claimed))
}

const differing = (computed: Fixing, claimed: Fixing): string[] =>
  computed.price === claimed.price && computed.tier === claimed.tier
    ? []
    : [`the inputs give ${show(computed)}, the print says ${show(claimed)}`]
