import type { Chance } from '../base/chance.ts'
import type { Task } from '../state/instrument.ts'
import { CODE_ITEMS } from './code-items.ts'
import type { Item, Template } from './item.ts'
import { some } from './item.ts'
import { NUMBER_ITEMS } from './number-items.ts'
import { TEXT_ITEMS } from './text-items.ts'

/** Changes with any template, so that two scores are compared only if they come from the same pool. */
export const POOL_VERSION = '2026-11-25'

/**
 * Every template. All are published: they tell a model that answers from one that does not, not two good ones
 * apart.
 */
export const TEMPLATES: readonly Template[] = [...NUMBER_ITEMS, ...TEXT_ITEMS, ...CODE_ITEMS]

/** So many different items for a task, its templates taking turns in an order of chance. */
export function itemsFor(task: Task, count: number, chance: Chance): Item[] {
  const fitting = TEMPLATES.filter(({ tasks }) => tasks.includes(task))
  const items = new Map<string, Item>()
  while (items.size < count)
    for (const template of some(chance, fitting, fitting.length)) {
      const item = { template: template.name, ...template.make(chance) }
      if (items.size < count) items.set(item.prompt, item)
    }
  return [...items.values()]
}
