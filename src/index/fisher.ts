/** What final users got of one grade in one period, and paid for it: weighted tokens and µ$. */
export type Basket = ReadonlyMap<number, { wt: number; paid: number }>

/** Price and quantity of a period against another. `nominal = price × quantity`. */
export type Link = { price: number; quantity: number; nominal: number; matched: number }

const total = (basket: Basket): number => [...basket.values()].reduce((sum, { paid }) => sum + paid, 0)

/**
 * Fisher's price index of `now` against `base`: the geometric mean of Laspeyres and Paasche over the grades
 * that were delivered in both. Quantity is what the price change leaves of the nominal change; where the
 * same grades were delivered in both it is Fisher's quantity index. Null where no grade was delivered in
 * both.
 */
export function fisherLink(base: Basket, now: Basket): Link | null {
  let baseAtBase = 0
  let baseAtNow = 0
  let nowAtBase = 0
  let nowAtNow = 0
  let matched = 0
  for (const [grade, then] of base) {
    const later = now.get(grade)
    if (later === undefined || then.wt === 0 || later.wt === 0 || then.paid <= 0 || later.paid <= 0) continue
    matched++
    baseAtBase += then.paid
    baseAtNow += (later.paid / later.wt) * then.wt
    nowAtBase += (then.paid / then.wt) * later.wt
    nowAtNow += later.paid
  }
  if (matched === 0) return null
  const price = Math.sqrt((baseAtNow / baseAtBase) * (nowAtNow / nowAtBase))
  const nominal = total(now) / total(base)
  return { price, quantity: nominal / price, nominal, matched }
}

/** A closed week: its level of prices, and what the next one is held against. */
export type ChainPoint = { start: number; level: number; reference: Basket }

/**
 * The price level of every closed week, chained week by week from 100 in the base period. A week without a
 * matched delivery takes over the level before it, and the next is held against the last week that had any.
 */
export function chainWeeks(base: Basket, weeks: readonly { start: number; basket: Basket }[]): ChainPoint[] {
  let reference = base
  let level = 100
  return weeks.map(({ start, basket }) => {
    const link = fisherLink(reference, basket)
    if (link !== null) {
      level *= link.price
      reference = basket
    }
    return { start, level, reference }
  })
}

/** The level of a part of the week under way: held directly against the last closed week, never chained. */
export function directLevel(reference: Basket, level: number, now: Basket): number | null {
  const link = fisherLink(reference, now)
  return link === null ? null : level * link.price
}

/** One grade in the regression of price on intelligence: its task, floor and price. */
export type GradePrice = { task: string; floor: number; price: number }

/**
 * The slope of log price on intelligence floor within tasks, by least squares: what one more point of the
 * Intelligence Index costs, as a share. Null where no task has two grades at different floors.
 */
export function slopeOfIntelligence(grades: readonly GradePrice[]): number | null {
  let across = 0
  let within = 0
  for (const task of new Set(grades.map((one) => one.task))) {
    const same = grades.filter((one) => one.task === task && one.price > 0)
    const meanFloor = same.reduce((sum, { floor }) => sum + floor, 0) / same.length
    const meanLog = same.reduce((sum, { price }) => sum + Math.log(price), 0) / same.length
    for (const { floor, price } of same) {
      across += (floor - meanFloor) * (Math.log(price) - meanLog)
      within += (floor - meanFloor) ** 2
    }
  }
  return within === 0 ? null : across / within
}
