import type { Match } from './mapping.ts'

/** An instrument's touch in µ$ per unit, and the posted models that would meet it, cheapest first. */
export type Side = {
  name: string
  task: string
  floor: number
  bid: number | null
  ask: number | null
  met: readonly Match[]
}

/** Something that costs less in one place than it brings in another. Prices in µ$ per unit. */
export type Gap = {
  kind: 'sheet_below_bid' | 'ask_below_sheet' | 'better_grade_cheaper' | 'providers_differ'
  buy: string
  buyPrice: number
  sell: string
  sellPrice: number
}

/** Providers of one model differ by this much before it is told. */
const PROVIDERS_DIFFER = 1.5

/** Every gap between sheets and book, between grades, and between providers of one model. */
export function gapsOf(sides: readonly Side[]): Gap[] {
  return [...sides.flatMap(againstSheets), ...betweenGrades(sides), ...sides.flatMap(betweenProviders)]
    .filter(({ buyPrice, sellPrice }) => buyPrice < sellPrice)
    .sort((a, b) => b.sellPrice / b.buyPrice - a.sellPrice / a.buyPrice)
}

function againstSheets({ name, bid, ask, met }: Side): Gap[] {
  const [cheapest] = met
  if (cheapest === undefined) return []
  const found: Gap[] = []
  if (bid !== null)
    found.push({
      kind: 'sheet_below_bid',
      buy: cheapest.model.id,
      buyPrice: cheapest.unitPrice,
      sell: `${name} bid`,
      sellPrice: bid,
    })
  if (ask !== null)
    found.push({
      kind: 'ask_below_sheet',
      buy: `${name} ask`,
      buyPrice: ask,
      sell: cheapest.model.id,
      sellPrice: cheapest.unitPrice,
    })
  return found
}

/** A better grade of the same task that is asked for less than a lesser one is bid. */
const betweenGrades = (sides: readonly Side[]): Gap[] =>
  sides.flatMap((better) =>
    sides.flatMap((lesser): Gap[] =>
      better.task !== lesser.task ||
      better.floor <= lesser.floor ||
      better.ask === null ||
      lesser.bid === null
        ? []
        : [
            {
              kind: 'better_grade_cheaper',
              buy: `${better.name} ask`,
              buyPrice: better.ask,
              sell: `${lesser.name} bid`,
              sellPrice: lesser.bid,
            },
          ],
    ),
  )

/** The cheapest and the dearest provider of one model that would meet the instrument. */
function betweenProviders({ met }: Side): Gap[] {
  const byKey = new Map<string, { low: Match; high: Match }>()
  for (const match of met) {
    const known = byKey.get(match.model.key)
    if (known === undefined) byKey.set(match.model.key, { low: match, high: match })
    else if (match.unitPrice > known.high.unitPrice) known.high = match
  }
  return [...byKey.values()]
    .filter(({ low, high }) => high.unitPrice >= PROVIDERS_DIFFER * low.unitPrice)
    .map(({ low, high }) => ({
      kind: 'providers_differ' as const,
      buy: low.model.id,
      buyPrice: low.unitPrice,
      sell: high.model.id,
      sellPrice: high.unitPrice,
    }))
}
