const HOUR_MS = 3_600_000
const DAY_HOURS = 24
const WEEK_HOURS = 168

/** Weight of a new hour in what is known of its hour of the week, its hour of the day, and all hours. */
const FRESH = { week: 0.3, day: 0.2, all: 0.05 }
/** An hour of the week, or of the day, is believed once it has been seen this often. */
const SEEN = 2

/** A mean that moves towards each new observation by its weight; the first few count alike. */
class Mean {
  value = 0
  seen = 0
  private readonly fresh: number

  constructor(fresh: number) {
    this.fresh = fresh
  }

  learn(observed: number): void {
    this.seen++
    this.value += Math.max(this.fresh, 1 / this.seen) * (observed - this.value)
  }
}

/**
 * What is used hour by hour, foreseen from what was used in the same hour of the week, or where that is not
 * known yet of the day, or of all hours. Its error is learned as it goes, from one hour to the next.
 */
export class Forecast {
  private readonly week = Array.from({ length: WEEK_HOURS }, () => new Mean(FRESH.week))
  private readonly day = Array.from({ length: DAY_HOURS }, () => new Mean(FRESH.day))
  private readonly all = new Mean(FRESH.all)
  private readonly square = new Mean(FRESH.all)
  private readonly product = new Mean(FRESH.all)
  private lastError = 0

  /** Learns what was used in an hour that has ended. Hours are counted since 1970. */
  learn(hour: number, units: number): void {
    const error = units - this.at(hour)
    if (this.all.seen > 0) {
      this.square.learn(error * error)
      this.product.learn(error * this.lastError)
      this.lastError = error
    }
    this.slots(hour).forEach((slot) => slot.learn(units))
  }

  /** Hours that it has learned from. */
  get hours(): number {
    return this.all.seen
  }

  /** Units expected in an hour. */
  at(hour: number): number {
    return (this.slots(hour).find(({ seen }) => seen >= SEEN) ?? this.all).value
  }

  /** Units expected between two times in milliseconds, and their deviation. */
  between(from: number, to: number): { mean: number; deviation: number } {
    let mean = 0
    for (let at = from; at < to; ) {
      const hour = Math.floor(at / HOUR_MS)
      const end = Math.min(to, (hour + 1) * HOUR_MS)
      mean += (this.at(hour) * (end - at)) / HOUR_MS
      at = end
    }
    return { mean, deviation: this.deviationOf(Math.max(0, to - from) / HOUR_MS) }
  }

  /** Units that will be used between two times at least, with a confidence between 0.5 and 1. */
  sure(from: number, to: number, confidence: number): number {
    const { mean, deviation } = this.between(from, to)
    return Math.max(0, mean - normalQuantile(confidence) * deviation)
  }

  /**
   * The error of a sum of hours: that of one, with the correlation of one hour's error with the next's as in
   * a first-order autoregression.
   */
  private deviationOf(hours: number): number {
    const variance = this.square.value
    const along = variance === 0 ? 0 : Math.max(0, Math.min(0.95, this.product.value / variance))
    let sum = hours
    for (let apart = 1; apart < hours; apart++) sum += 2 * (hours - apart) * along ** apart
    return Math.sqrt(variance * sum)
  }

  private slots(hour: number): [Mean, Mean, Mean] {
    const week = this.week[hour % WEEK_HOURS]
    const day = this.day[hour % DAY_HOURS]
    return [week ?? this.all, day ?? this.all, this.all]
  }
}

/**
 * The quantile of the normal distribution at a probability from 0.5 to 1: Abramowitz and Stegun 26.2.23, to
 * within 0.00045.
 */
export function normalQuantile(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - Math.min(1 - 1e-12, probability)))
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t
  const below = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t
  return Math.max(0, t - above / below)
}
