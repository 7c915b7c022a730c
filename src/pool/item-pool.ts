import type { Chance } from '../base/chance.ts'
import { known } from '../base/assert.ts'
import type { ItemParameters } from '../measure/ability.ts'
import { informationAt } from '../measure/ability.ts'
import type { Anchor, Link } from '../measure/link.ts'
import { linkPools } from '../measure/link.ts'
import type { Task } from '../state/instrument.ts'
import type { PoolVersion } from './calibration.ts'
import { parametersOf, POOL_2026_11_25 } from './calibration.ts'
import { CODE_ITEMS } from './code-items.ts'
import type { Item, Template } from './item.ts'
import { some } from './item.ts'
import { NUMBER_ITEMS } from './number-items.ts'
import { PANEL } from './panel.ts'
import { PROGRAM_ITEMS } from './program-items.ts'
import { SCHEMA_ITEMS } from './schema-items.ts'
import { TEXT_ITEMS } from './text-items.ts'

/** The pool that is asked from. */
export const POOL = POOL_2026_11_25

/** Every template. They are published; the chance that their numbers and names are drawn from is not. */
export const TEMPLATES: readonly Template[] = [
  ...NUMBER_ITEMS,
  ...TEXT_ITEMS,
  ...CODE_ITEMS,
  ...SCHEMA_ITEMS,
  ...PROGRAM_ITEMS,
]

/** Items of one template at one level: they share their parameters. */
export type Family = { template: Template; level: number; parameters: ItemParameters }

/** Its name in evidence, such as `arithmetic.3`. */
export const familyName = ({ template, level }: Pick<Item, 'template' | 'level'>): string =>
  `${template}.${level}`

/** Every family of a pool. Throws if it says nothing of a template: such a pool cannot be asked from. */
export function familiesOf(pool: PoolVersion, templates: readonly Template[] = TEMPLATES): Family[] {
  return templates.flatMap((template) =>
    Array.from({ length: template.levels }, (_, level) => ({
      template,
      level,
      parameters: known(parametersOf(pool, template.name, level), `the pool knows ${template.name}.${level}`),
    })),
  )
}

/** What is wrong with a pool by itself, or nothing. */
export function poolFault({ calibrations }: PoolVersion): string | undefined {
  const all = Object.entries(calibrations)
  if (!all.some(([, { anchor }]) => anchor)) return 'the pool has no anchors'
  for (const [name, { discrimination, difficulties, guess }] of all) {
    if (!(discrimination > 0 && discrimination <= 5))
      return `${name}: discrimination is above 0 and at most 5`
    if (!(guess >= 0 && guess < 1)) return `${name}: guess is from 0 to below 1`
    if (difficulties.length === 0 || !difficulties.every((one) => Math.abs(one) <= 5))
      return `${name}: difficulties are from -5 to 5, and at least one`
  }
  return undefined
}

/** Links a pool whose parameters stand on a scale of its own to an older one by the anchors of both. */
export function linkVersions(old: PoolVersion, fresh: PoolVersion): Link | string {
  const fault = poolFault(fresh)
  if (fault !== undefined) return fault
  const anchors: Anchor[] = []
  let items = 0
  for (const [name, { difficulties, anchor }] of Object.entries(fresh.calibrations)) {
    items += difficulties.length
    if (!anchor || old.calibrations[name]?.anchor !== true) continue
    for (const level of difficulties.keys()) {
      const [before, now] = [parametersOf(old, name, level), parametersOf(fresh, name, level)]
      if (before && now) anchors.push({ name: `${name}.${level}`, old: before, fresh: now })
    }
  }
  return linkPools(anchors, items, PANEL)
}

/** Of the families of a task, this share is asked: those that tell most at the ability in question. */
const SHARPEST = 0.5
const FAMILIES_LEAST = 12

/**
 * So many different items for a task, of the families that tell abilities near `theta` apart best. They take
 * turns in an order of chance.
 */
export function itemsFor(task: Task, theta: number, count: number, chance: Chance): Item[] {
  const fitting = familiesOf(POOL)
    .filter(({ template }) => template.tasks.includes(task))
    .sort((a, b) => informationAt(theta, b.parameters) - informationAt(theta, a.parameters))
  const sharp = fitting.slice(0, Math.max(FAMILIES_LEAST, Math.ceil(SHARPEST * fitting.length)))
  const items = new Map<string, Item>()
  if (sharp.length === 0) return []
  while (items.size < count)
    for (const { template, level } of some(chance, sharp, sharp.length)) {
      const item = { template: template.name, level, ...template.make(chance, level) }
      if (items.size < count) items.set(item.prompt, item)
    }
  return [...items.values()]
}

/** The parameters of an item of the pool in use. */
export const itemParameters = ({ template, level }: Pick<Item, 'template' | 'level'>): ItemParameters =>
  known(parametersOf(POOL, template, level), 'an item is of the pool')
