/** How long single commands take, the reading of the clock included; keeping one allocates nothing. */
export class Times {
  private readonly ns: Float64Array
  private count = 0

  constructor(most: number) {
    this.ns = new Float64Array(most)
  }

  /** `ms`: the difference of two readings of `performance.now()`. */
  add(ms: number): void {
    this.ns[this.count++] = ms * 1e6
  }

  /** `p50 0.10, p99 0.40, p99.9 0.70, p99.99 4.9 µs`. */
  print(): string {
    const sorted = this.ns.subarray(0, this.count).sort()
    const at = (share: number) => (sorted[Math.ceil(share * this.count) - 1] as number) / 1e3
    const part = (percent: number) => `p${percent} ${at(percent / 100).toPrecision(2)}`
    return `${[50, 99, 99.9, 99.99].map(part).join(', ')} µs`
  }
}

/** Wall and CPU seconds since it was started. */
export function stopwatch(): () => { wall: number; cpu: number } {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  return () => ({
    wall: Number(process.hrtime.bigint() - start) / 1e9,
    cpu: process.cpuUsage(cpu).user / 1e6,
  })
}

export const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] as number

export const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M/s`
export const say = (line: string): void => void process.stdout.write(`${line}\n`)
