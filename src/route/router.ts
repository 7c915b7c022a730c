import type { Chance } from '../base/chance.ts'
import type { InstrumentId, OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import { offerOf } from '../state/account.ts'
import type { Offer, State } from '../state/state.ts'
import { candidates } from '../trading/supply.ts'
import type { Capability } from '../state/instrument.ts'
import type { Misstep } from './standing.ts'
import { Standing } from './standing.ts'

/** A capability that a request needs, and the parameter that asks for it. */
export type Need = { capability: Capability; param: string }

/** Why no supplier can be called. */
export type NoRoute =
  | { why: 'no_supply' | 'too_long' | 'busy' }
  /** No supplier has what `param` needs. */
  | { why: 'incapable'; param: string }
  /** All have just failed; `retryAfter` in seconds. */
  | { why: 'down'; retryAfter: number }

/** What a supplier is looked for with. */
export type Search = {
  instrument: InstrumentId
  /** Weighted tokens of the draw: suppliers that owe as much come first. */
  wt: number
  /** Tokens of prompt and first step of output. */
  context: number
  needs: readonly Need[]
  tried: ReadonlySet<OfferId>
}

export type Router = {
  /** The offer to call, and how many others could be called after it; or why there is none. */
  choose(state: State, at: Instant, search: Search): { offer: Offer; others: number } | NoRoute
  standing(offer: Offer): Standing
  /** Takes down how a call ended; `null` is a good end. */
  ended(offer: Offer, reason: Misstep | null): void
}

/** Share of calls that go to any supplier able to serve, to learn what has become of it. */
const EXPLORATION = 0.02
/** How much a full supplier is worth less than an idle one that conforms as well. */
const LOAD_WEIGHT = 0.5
/** Suppliers closer than this are equals, among whom chance decides. */
const JITTER = 0.05
const LACKS_UNITS = 0.5

type Rival = { offer: Offer; standing: Standing; owes: boolean }

/** Chooses suppliers. `clock` is monotonic, in microseconds. */
export function createRouter(chance: Chance, clock: () => number): Router {
  const standings = new Map<OfferId, Standing>()

  function standing(offer: Offer): Standing {
    const existing = standings.get(offer.id)
    if (existing !== undefined) return existing
    const fresh = new Standing(offer.terms.concurrency, offer.terms.rate)
    standings.set(offer.id, fresh)
    return fresh
  }

  const score = ({ standing, owes }: Rival): number =>
    standing.conformity - LOAD_WEIGHT * standing.load - (owes ? 0 : LACKS_UNITS) + JITTER * chance.fraction()

  function pick(rivals: readonly Rival[]): Rival | undefined {
    if (rivals.length > 1 && chance.fraction() < EXPLORATION) return rivals[chance.below(rivals.length)]
    let best: Rival | undefined
    let most = Number.NEGATIVE_INFINITY
    for (const rival of rivals) {
      const points = score(rival)
      if (points > most) [best, most] = [rival, points]
    }
    return best
  }

  return {
    standing,
    choose(state, at, search) {
      const owing: Rival[] = []
      for (const { offer: id, unreserved } of candidates(state, search.instrument, at)) {
        const offer = offerOf(state, id)
        if (offer === undefined || search.tried.has(id)) continue
        owing.push({ offer, standing: standing(offer), owes: unreserved >= search.wt })
      }
      const lacking = search.needs.find((need) => !owing.some(({ offer }) => can(offer, need.capability)))
      const able = owing.filter(({ offer }) => search.needs.every((need) => can(offer, need.capability)))
      const wide = able.filter(({ offer }) => offer.terms.contextTokens >= search.context)
      const now = clock()
      const awake = wide.filter((rival) => rival.standing.waits(now) === 0)
      const free = awake.filter((rival) => !rival.standing.full)
      const best = pick(free)
      if (best !== undefined) return { offer: best.offer, others: free.length - 1 }
      if (owing.length === 0) return { why: 'no_supply' }
      if (able.length === 0)
        return { why: 'incapable', param: lacking?.param ?? search.needs[0]?.param ?? 'model' }
      if (wide.length === 0) return { why: 'too_long' }
      if (awake.length > 0) return { why: 'busy' }
      const wait = Math.min(...wide.map((rival) => rival.standing.waits(now)))
      return { why: 'down', retryAfter: Math.ceil(wait / MICROS_PER_SECOND) }
    },
    ended(offer, reason) {
      if (reason === null) standing(offer).endGood(offer.terms.concurrency)
      else standing(offer).endBad(reason, clock())
    },
  }
}

const can = (offer: Offer, capability: Capability): boolean => offer.terms.capabilities.includes(capability)
