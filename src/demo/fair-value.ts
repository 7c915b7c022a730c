import type { Chance } from '../base/chance.ts'

/** How far the value strays in one step, as a share of itself. */
const STRAY = 0.0007
/** Share of the way home that it covers in one step: half of it in about half an hour of one-second steps. */
const HOMING = 0.0004

/** A fair value that wanders, and is drawn slowly towards its anchor. Both in dollars per unit. */
export class FairValue {
  private value: number
  private readonly anchor: number
  private readonly chance: Chance

  constructor(start: number, anchor: number, chance: Chance) {
    this.value = start
    this.anchor = anchor
    this.chance = chance
  }

  now(): number {
    return this.value
  }

  step(): void {
    // Three draws are close enough to a bell.
    const draw = this.chance.fraction() + this.chance.fraction() + this.chance.fraction() - 1.5
    const pull = HOMING * Math.log(this.anchor / this.value)
    this.value *= Math.exp(pull + STRAY * 2 * draw)
  }
}
