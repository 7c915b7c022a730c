// How often measurements of models of known ability err: admission by fifty items, and the sequential test of
// lots by the engine. Simulated answers; seeded, so that it prints the same numbers everywhere.
import { known } from '../src/base/assert.ts'
import { chance } from '../src/base/chance.ts'
import { abilityFrom, passChance } from '../src/measure/ability.ts'
import { indexOf, priorAt, scoreOf, thetaAt } from '../src/measure/scale.ts'
import { itemParameters, itemsFor } from '../src/pool/item-pool.ts'
import { PANEL } from '../src/pool/panel.ts'
import { lotsOf } from '../src/sim/lot-simulation.ts'
import { launchSpecs } from '../src/state/grade.ts'
import type { Spec } from '../src/state/instrument.ts'

const MEASUREMENTS = 1_000
const LOTS = 1_000
const PROBES_MOST = 20_000
const SPECS = launchSpecs('0'.repeat(64)).filter(({ task }) => task !== 'agent')
const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(1)} %`

function admission(spec: Spec, above: number) {
  const luck = chance(above + spec.intelligenceFloor)
  const { intelligenceFloor: floor, task } = spec
  const truth = floor + above
  const theta = thetaAt(truth, PANEL)
  let [admitted, inside, width] = [0, 0, 0]
  for (let run = 0; run < MEASUREMENTS; run++) {
    const outcomes = itemsFor(task, thetaAt(floor, PANEL), 50, luck).map((one) => {
      const item = itemParameters(one)
      return { item, passed: luck.fraction() < passChance(theta, item) }
    })
    const { low, high, atLeast } = scoreOf(abilityFrom(outcomes, priorAt(floor, PANEL)), PANEL, 0)
    if (atLeast >= floor) admitted++
    if (truth >= low && truth <= high) inside++
    width += (high - low) / 2
  }
  const { symbol } = spec
  return {
    symbol,
    truth: indexOf(theta, PANEL).toFixed(0),
    admitted: percent(admitted, MEASUREMENTS),
    inside: percent(inside, MEASUREMENTS),
    halfWidth: (width / MEASUREMENTS).toFixed(1),
  }
}

function lotTest(spec: Spec, index: number) {
  const ends = lotsOf(spec, index, LOTS, PROBES_MOST, chance(index))
  const probes = ends.map((end) => end.probes).sort((a, b) => a - b)
  const at = (share: number) => known(probes[Math.floor(share * (probes.length - 1))], 'lots were tested')
  return {
    symbol: spec.symbol,
    truth: index,
    rejected: percent(ends.filter(({ end }) => end === 'rejected').length, LOTS),
    accepted: percent(ends.filter(({ end }) => end === 'accepted').length, LOTS),
    mean: Math.round(probes.reduce((sum, one) => sum + one, 0) / LOTS),
    median: at(0.5),
    p95: at(0.95),
  }
}

console.table(SPECS.flatMap((spec) => [-5, 0, 4, 8, 10, 12].map((above) => admission(spec, above))))
console.table(
  SPECS.flatMap((spec) =>
    [-15, -10, -5, 0, 8, 15].map((above) => lotTest(spec, spec.intelligenceFloor + above)),
  ),
)
