import type { SeriesPoint } from './series.ts'

/** Every index by name: what it is called, what it counts, and where it is defined. */
export const INDICES = {
  machine_gdp: { title: 'Machine GDP', unit: 'USD', method: 'docs/methodology/machine-gdp.md' },
  real_machine_gdp: {
    title: 'Real Machine GDP',
    unit: 'USD at base prices',
    method: 'docs/methodology/machine-gdp.md',
  },
  price_of_intelligence: {
    title: 'Price of intelligence',
    unit: 'index, first hour = 100',
    method: 'docs/methodology/price-of-intelligence.md',
  },
  intelligence_slope: {
    title: 'Price of one more index point',
    unit: 'share of the price',
    method: 'docs/methodology/price-of-intelligence.md',
  },
} as const

export type IndexKind = keyof typeof INDICES

/** An index in an interval, in millionths of its unit; null where there is no number. */
export function valueOf(name: IndexKind, point: SeriesPoint): number | null {
  switch (name) {
    case 'machine_gdp':
      return point.nominal
    case 'real_machine_gdp':
      return point.real
    case 'price_of_intelligence':
      return millionths(point.priceLevel)
    case 'intelligence_slope':
      return millionths(point.slope)
    default:
      return name satisfies never
  }
}

const millionths = (value: number | null): number | null => (value === null ? null : Math.round(value * 1e6))
