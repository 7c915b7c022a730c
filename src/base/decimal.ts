/** What decimal text must look like: digits, one optional sign, no exponent, no leading zero, no plus. */
export const DECIMAL = /^-?(0|[1-9]\d{0,14})(\.\d{1,9})?$/

/**
 * The integer of `10^-places` in decimal text, or `undefined` if it has more places or is not decimal text.
 */
export function parseDecimal(text: string, places: number): number | undefined {
  if (!DECIMAL.test(text)) return undefined
  const point = text.indexOf('.')
  const whole = point < 0 ? text : text.slice(0, point)
  let part = point < 0 ? '' : text.slice(point + 1)
  while (part.length > places && part.endsWith('0')) part = part.slice(0, -1)
  if (part.length > places) return undefined
  const value = Number(whole + part.padEnd(places, '0'))
  if (!Number.isSafeInteger(value)) return undefined
  // Minus nothing is nothing.
  return value === 0 ? 0 : value
}

/** Canonical decimal text of an integer of `10^-places`, with exactly `places` digits after the point. */
export function printDecimal(value: number, places: number): string {
  const digits = String(Math.abs(value)).padStart(places + 1, '0')
  const sign = value < 0 ? '-' : ''
  if (places === 0) return sign + digits
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}
