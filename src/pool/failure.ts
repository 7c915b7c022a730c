import type { Ppm } from '../base/money.ts'
import { PPM, ppm } from '../base/money.ts'
import { passChance } from '../measure/ability.ts'
import { thetaAt } from '../measure/scale.ts'
import type { Item } from './item.ts'
import { itemParameters } from './item-pool.ts'
import { PANEL } from './panel.ts'

/**
 * How often a model exactly at a floor of the Intelligence Index fails an item: what a lot test expects of a
 * lot that is as good as promised, and no better.
 */
export const failureAt = (floor: number, item: Pick<Item, 'template' | 'level'>): Ppm =>
  ppm(Math.round(PPM * (1 - passChance(thetaAt(floor, PANEL), itemParameters(item)))))
