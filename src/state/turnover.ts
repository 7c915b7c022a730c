import type { Micros } from '../base/money.ts'
import { micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_DAY } from '../base/time.ts'

/** Days that a supplier's sales and penalties are remembered. */
const DAYS = 30

/** What an account sold first hand, and what it was charged in penalties, by UTC day modulo 30; in µ$. */
export type Turnover = {
  day: number
  sales: Micros[]
  penalties: Micros[]
  /** What the insurance fund has paid for it today. */
  insured: Micros
}

export const newTurnover = (at: Instant): Turnover => ({
  day: Math.floor(at / MICROS_PER_DAY),
  sales: Array.from({ length: DAYS }, () => micros(0)),
  penalties: Array.from({ length: DAYS }, () => micros(0)),
  insured: micros(0),
})

/** Forgets the days that have left the last 30, and returns the place of today. */
function today(turnover: Turnover, at: Instant): number {
  const day = Math.floor(at / MICROS_PER_DAY)
  const stale = Math.min(DAYS, day - turnover.day)
  for (let back = 0; back < stale; back++) {
    turnover.sales[(day - back) % DAYS] = micros(0)
    turnover.penalties[(day - back) % DAYS] = micros(0)
  }
  if (stale > 0) turnover.insured = micros(0)
  turnover.day = Math.max(turnover.day, day)
  return day % DAYS
}

export function countSale(turnover: Turnover, { at }: { at: Instant }, amount: Micros): void {
  const day = today(turnover, at)
  turnover.sales[day] = micros((turnover.sales[day] ?? 0) + amount)
}

/** Counts a penalty, or with a negative amount one that was taken back, never below nothing. */
export function countPenalty(turnover: Turnover, at: Instant, amount: number): void {
  const day = today(turnover, at)
  turnover.penalties[day] = micros(Math.max(0, (turnover.penalties[day] ?? 0) + amount))
}

/** What may still be charged: penalties of 30 days stop at one and a half times the sales of 30 days. */
export function penaltyRoom(turnover: Turnover | null, at: Instant): number {
  if (turnover === null) return 0
  today(turnover, at)
  const sum = (days: readonly Micros[]): number => days.reduce((total, each) => total + each, 0)
  const sales = sum(turnover.sales)
  return Math.max(0, sales + Math.floor(sales / 2) - sum(turnover.penalties))
}

/** What the insurance fund has paid for a supplier today, `more` included. */
export function countInsured(turnover: Turnover, at: Instant, more: Micros): Micros {
  today(turnover, at)
  turnover.insured = micros(turnover.insured + more)
  return turnover.insured
}
