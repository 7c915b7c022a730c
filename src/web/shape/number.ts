import { parseDecimal, printDecimal } from '../../base/decimal.ts'

/**
 * The exchange speaks one English; fixing the locale also spares us browsers that report one no library
 * knows.
 */
export const LOCALE = 'en-US'

/** A minus sign as wide as a figure. */
const signed = (text: string): string => text.replace('-', '−')

/** `1234567.8900` as `1,234,567.8900`: grouped for the eye, every digit kept. */
export function grouped(text: string): string {
  const [whole = '', part] = text.split('.')
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return signed(part === undefined ? groups : `${groups}.${part}`)
}

/** The same without trailing zeros beyond `least` places. */
export function trimmed(text: string, least = 0): string {
  const [whole = '', part = ''] = text.split('.')
  const kept = part.replace(/0+$/, '').padEnd(least, '0')
  return grouped(kept === '' ? whole : `${whole}.${kept}`)
}

/** Dollars: two places, or as many more as a small amount needs to show two figures. */
export function dollars(text: string): string {
  const amount = trimmed(text, 2)
  return amount.startsWith('−') ? `−$${amount.slice(1)}` : `$${amount}`
}

/** Dollars to the cent, for balances where µ$ would be noise. The exact figure belongs in a title. */
export function cents(text: string): string {
  const [whole = '0', part = ''] = text.split('.')
  return dollars(`${whole}.${part.padEnd(2, '0').slice(0, 2)}`)
}

const STEPS = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'K'],
] as const

/** Three or four figures and a letter, for volumes: `12.4K`. */
export function compact(text: string): string {
  const value = Number(text)
  for (const [size, letter] of STEPS)
    if (Math.abs(value) >= size) {
      const scaled = value / size
      return `${scaled.toFixed(scaled >= 100 ? 0 : 1)}${letter}`
    }
  return value.toFixed(value >= 100 || value === 0 ? 0 : value >= 10 ? 1 : 2)
}

export type Direction = 'up' | 'down' | 'flat'

/** Change against an earlier price in percent, or null where either is missing. */
export function changeOf(
  now: string | null,
  before: string | null,
): { text: string; direction: Direction } | null {
  if (now === null || before === null || Number(before) === 0) return null
  const percent = (Number(now) / Number(before) - 1) * 100
  const rounded = percent.toFixed(2)
  if (Number(rounded) === 0) return { text: '0.00%', direction: 'flat' }
  const up = percent > 0
  return { text: `${up ? '+' : '−'}${rounded.replace('-', '')}%`, direction: up ? 'up' : 'down' }
}

/** `ask − bid` exactly, and as basis points of their middle; null where a side is empty. */
export function spreadOf(
  bid: string | null,
  ask: string | null,
  places: number,
): { width: string; basisPoints: string } | null {
  const low = bid === null ? undefined : parseDecimal(bid, places)
  const high = ask === null ? undefined : parseDecimal(ask, places)
  if (low === undefined || high === undefined || low + high <= 0) return null
  const points = ((high - low) / ((high + low) / 2)) * 10_000
  return { width: printDecimal(high - low, places), basisPoints: points.toFixed(points < 10 ? 1 : 0) }
}

/** `131072` as `128K`, `1048576` as `1M`: sizes of context are powers of two by custom. */
export function tokenSize(tokens: number): string {
  if (tokens >= 1_048_576 && tokens % 1_048_576 === 0) return `${tokens / 1_048_576}M`
  if (tokens >= 1024 && tokens % 1024 === 0) return `${tokens / 1024}K`
  return tokens.toLocaleString(LOCALE)
}

/** A share such as `0.990000` as `99%`; a fee such as `0.0020` as `0.2%`. */
export const percent = (share: string): string => `${Number((Number(share) * 100).toFixed(4))}%`
