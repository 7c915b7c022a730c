import type { ProcurementId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots } from '../src/base/money.ts'
import type { Ticks } from '../src/base/money.ts'
import type { Sentence, Voice } from './language.ts'
import { accountNamed, mandateNamed, MARKET, price } from './language.ts'

/** `alice keeps 5, buying at 0.80, selling at 0.95, under m1` and its end. */
export const procurementSentences: readonly Sentence[] = [
  [
    /^(\S+) keeps (-?\d+), buying at ([\d.]+)(?:, selling at ([\d.]+))?(?:, under (\S+))?$/,
    (world, who = '', target = '', buyAt = '', sellAt, mandate) => ({
      kind: 'procurement.set',
      account: accountNamed(world, who),
      mandate: mandate === undefined ? NO_MANDATE : mandateNamed(world, mandate),
      instrument: MARKET,
      target: lots(Number(target)),
      buyAt: price(buyAt) as Ticks,
      sellAt: sellAt === undefined ? null : (price(sellAt) as Ticks),
    }),
  ],
  [
    /^(\S+) ends procurement (\d+)$/,
    (world, who = '', id = '') => ({
      kind: 'procurement.end',
      account: accountNamed(world, who),
      procurement: Number(id) as ProcurementId,
    }),
  ],
]

export const procurementVoice: Voice = {
  'procurement.set': ({ procurement }) => `keeps by ${procurement}`,
  'procurement.held_up': ({ side, reason }) =>
    reason === null ? `${side} goes on` : `${side} held up: ${reason}`,
  'procurement.ended': ({ procurement }) => `${procurement} ended`,
}
