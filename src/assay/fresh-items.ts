import type { Chance } from '../base/chance.ts'
import type { MemberId } from '../base/ids.ts'
import type { Spec } from '../state/instrument.ts'
import { thetaAt } from '../measure/scale.ts'
import type { Item } from '../pool/item.ts'
import { itemsFor } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'

/** What remembers how often each supplier has seen each exact question. */
export type Showings = {
  /** Of these, the questions that the supplier may be shown once more; they count as shown. */
  show(member: MemberId, prompts: readonly string[]): Promise<string[]>
}

/** Families with small ranges run out for a supplier at last; others do not, so a few draws find enough. */
const DRAWS_MOST = 20

/** So many items at a grade's floor that a supplier has not yet been shown three times. */
export async function freshItems(
  spec: Spec,
  count: number,
  chance: Chance,
  showings: Showings,
  member: MemberId,
): Promise<Item[]> {
  const fresh = new Map<string, Item>()
  for (let draw = 0; draw < DRAWS_MOST && fresh.size < count; draw++) {
    const drawn = itemsFor(spec.task, thetaAt(spec.intelligenceFloor, PANEL), count - fresh.size, chance)
    const unseen = drawn.filter(({ prompt }) => !fresh.has(prompt))
    const shown = new Set(
      await showings.show(
        member,
        unseen.map(({ prompt }) => prompt),
      ),
    )
    for (const item of unseen) if (shown.has(item.prompt)) fresh.set(item.prompt, item)
  }
  return [...fresh.values()]
}
