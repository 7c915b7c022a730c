import type { Chance } from '../base/chance.ts'
import type { InstrumentId, OfferId, Seq } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import { apply } from '../engine/engine.ts'
import { passChance } from '../measure/ability.ts'
import { thetaAt } from '../measure/scale.ts'
import { COMPARED_ONE_IN, comparisonFor } from '../pool/comparison-items.ts'
import { failureAt } from '../pool/failure.ts'
import { familyName, itemParameters, itemsFor } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'
import { known } from '../base/assert.ts'
import type { Spec } from '../state/instrument.ts'
import { emptyState } from '../state/state.ts'
import { openingDay } from './trading-day.ts'

/** How one lot's test ended, and after how many probes; `undecided` after as many as were allowed. */
export type LotEnd = { end: 'accepted' | 'rejected' | 'undecided'; probes: number }

const START = 1_795_564_800_000_000 as Instant
const OFFER = 1 as OfferId
const MARKET = 0 as InstrumentId
/** Prompts are drawn anew by this many, because a draw costs more than a probe. */
const DRAWN = 500

/**
 * The engine's own lot test on the answers of a model of known ability, whose place is given on the index, to
 * items of the pool, one lot after another. The clock stands still: no certificate ends meanwhile.
 */
export function lotsOf(
  spec: Spec,
  index: number,
  lots: number,
  probesMost: number,
  chance: Chance,
): LotEnd[] {
  const theta = thetaAt(index, PANEL)
  const floor = thetaAt(spec.intelligenceFloor, PANEL)
  const compared = Array.from({ length: Math.round(DRAWN / (COMPARED_ONE_IN - 1)) }, () =>
    comparisonFor(spec.task, floor, chance),
  ).filter((one) => one !== undefined)
  const asked = [...itemsFor(spec.task, floor, DRAWN, chance), ...compared].map((item) => ({
    item: familyName(item),
    chance: passChance(theta, itemParameters(item)),
    expected: [{ instrument: MARKET, failure: failureAt(spec.intelligenceFloor, item) }],
  }))
  return Array.from({ length: lots }, () => {
    const state = emptyState()
    let seq = 0
    const opening = { specs: [spec], accounts: 1, cash: 1_000_000_000, issue: 0, start: START }
    for (const command of openingDay(opening)) apply(state, ++seq as Seq, START, command)
    for (let probes = 1; probes <= probesMost; probes++) {
      const one = known(asked[chance.below(asked.length)], 'items were drawn')
      const at = (START + probes * MICROS_PER_SECOND) as Instant
      const events = apply(state, ++seq as Seq, at, {
        kind: 'lot.probe',
        offer: OFFER,
        instrument: MARKET,
        passed: chance.fraction() < one.chance,
        expected: one.expected,
        evidence: { item: one.item, request: 'simulated', sha256: '0'.repeat(64) },
      })
      for (const { kind } of events) {
        if (kind === 'command.rejected') throw new Error('the engine refused a simulated probe')
        if (kind === 'lot.accepted') return { end: 'accepted', probes }
        if (kind === 'lot.rejected') return { end: 'rejected', probes }
      }
    }
    return { end: 'undecided', probes: probesMost }
  })
}
