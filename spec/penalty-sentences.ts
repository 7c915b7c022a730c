import type { DrawId, OfferId, PenaltyId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { later, MICROS_PER_SECOND } from '../src/base/time.ts'
import { ppm } from '../src/base/money.ts'
import type { Standing } from '../src/state/conduct.ts'
import type { Sentence, World } from './language.ts'
import { accountNamed, ask, MARKET, named, positionBehind, showMoney, showUnits, units } from './language.ts'

const penalty = (number: string): PenaltyId => Number(number) as PenaltyId

/** Calls a supplier again and again, which fails each time, and adds up what that costs it until it is out. */
function failures(world: World, count: number, size: string, who: string, from: string): number {
  let cost = 0
  for (let i = 0; i < count; i++) {
    const draw = world.state.nextDraw as DrawId
    ask(world, {
      kind: 'draw.open',
      account: accountNamed(world, who),
      mandate: NO_MANDATE,
      instrument: MARKET,
      offer: named(world, `${from}'s offer`) as OfferId,
      request: `${from} ${i}`,
      wt: units(size),
      buyLimit: null,
      deadline: later(world.state.at, 60 * MICROS_PER_SECOND),
    })
    const relayed = { inputTokens: 0, outputTokens: 0 }
    const events = ask(world, { kind: 'draw.fail', draw, failure: 'reset', fault: 'supplier', relayed })
    for (const event of events) if (event.kind === 'penalty.charged') cost += event.amount
  }
  return cost
}

/** What becomes of a penalty. They are numbered as they are charged. */
export const penaltySentences: readonly Sentence[] = [
  [
    /^(\S+) disputes penalty (\d+)$/,
    (world, who = '', number = '') => ({
      kind: 'penalty.dispute',
      account: accountNamed(world, who),
      penalty: penalty(number),
      statement: 'the line of the exchange was down',
    }),
  ],
  [
    /^penalty (\d+) is (upheld|dismissed)$/,
    (_, number = '', how = '') => ({
      kind: 'penalty.decide',
      penalty: penalty(number),
      upheld: how === 'upheld',
      reason: 'the log',
    }),
  ],
  [
    /^(\d+) failed calls of ([\d.]+) by (\S+) at (\S+) cost$/,
    (world, count = '', size = '', who = '', from = '') => ({
      answer: showMoney(failures(world, Number(count), size, who, from)),
    }),
  ],
  [
    /^probes of (\S+) fail until it is rejected$/,
    (world, who = '') => {
      const offer = named(world, `${who}'s offer`) as OfferId
      const expected = [{ instrument: MARKET, failure: ppm(100_000) }]
      const evidence = { item: 'sum', request: 'probe', sha256: '' }
      for (;;) {
        const probe = { kind: 'lot.probe', offer, instrument: MARKET, passed: false, expected } as const
        const events = ask(world, { ...probe, evidence })
        if (events.some(({ kind }) => kind !== 'lot.probed')) return events
      }
    },
  ],
  [
    /^(\S+) is graded (A|B|C|probation|suspended)$/,
    (world, who = '', standing = '') => ({
      kind: 'supplier.grade',
      account: accountNamed(world, who),
      instrument: MARKET,
      standing: standing as Standing,
      score: 0,
      requests: 0,
    }),
  ],
  [
    /^(\S+) has missed$/,
    (world, who = '') => ({ answer: showUnits(positionBehind(world, who)?.missed ?? 0) }),
  ],
]
