import type { OfferId } from '../base/ids.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'

/** Work done two minutes ago counts half. */
const HALF_LIFE = 120 * MICROS_PER_SECOND
/** Nobody is given more than so many times its share of the work (consistent hashing with bounded loads). */
const BOUND = 1.2

/** One that work could be given to, and what it has committed to, in any common measure. */
export type Worker = { id: OfferId; capacity: number }

/** So many calls are no load to spread: a single conversation may stay where it is. */
const FEW_CALLS = 10

type Done = { work: number; calls: number; at: number }
const NOTHING: Done = { work: 0, calls: 0, at: 0 }

/** How the work of the last minutes is spread over suppliers, against what each has committed to. */
export class Balance {
  private readonly done = new Map<OfferId, Done>()

  /**
   * What was lately given to each beyond the first few calls, over its share of all of it: 1 is exactly its
   * share. Of work and calls the larger counts.
   */
  loads(workers: readonly Worker[], now: number): Map<OfferId, number> {
    const lately = workers.map(({ id }) => this.of(id, now))
    const calls = lately.reduce((sum, done) => sum + done.calls, 0)
    const workOfCall = lately.reduce((sum, done) => sum + done.work, 0) / Math.max(1, calls)
    const capacity = workers.reduce((sum, worker) => sum + worker.capacity, 0)
    const loads = new Map<OfferId, number>()
    for (const [i, { id, capacity: own }] of workers.entries()) {
      const done = lately[i] ?? NOTHING
      const given = Math.max(done.calls, done.work / Math.max(1, workOfCall)) - FEW_CALLS
      loads.set(id, given <= 0 ? 0 : (given * capacity) / (calls * own))
    }
    return loads
  }

  give(id: OfferId, work: number, now: number): void {
    const before = this.of(id, now)
    this.done.set(id, { work: before.work + work, calls: before.calls + 1, at: now })
  }

  private of(id: OfferId, now: number): Done {
    const done = this.done.get(id)
    if (done === undefined) return { work: 0, calls: 0, at: now }
    const left = 2 ** ((done.at - now) / HALF_LIFE)
    return { work: done.work * left, calls: done.calls * left, at: now }
  }
}

/** Whether a supplier may be given more for affinity's sake. The least loaded one always may. */
export const withinBound = (load: number): boolean => load <= BOUND
