import type { Chance } from '../base/chance.ts'
import type { InstrumentId, OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import { accountOf, offerOf, positionOf } from '../state/account.ts'
import type { Capability } from '../state/instrument.ts'
import type { Offer, State } from '../state/state.ts'
import type { Candidate } from '../trading/supply.ts'
import { candidates } from '../trading/supply.ts'
import type { Course } from './affinity.ts'
import { Affinity, rank } from './affinity.ts'
import { Balance, withinBound } from './balance.ts'
import type { Preferences, Suitor } from './preference.ts'
import { fits, unmet } from './preference.ts'
import type { Misstep, Pace } from './standing.ts'
import { Standing } from './standing.ts'

/** A capability that a request needs, and the parameter that asks for it. */
export type Need = { capability: Capability; param: string }

/** Why no supplier can be called. */
export type NoRoute =
  | { why: 'no_supply' | 'too_long' | 'busy' | 'unscored' }
  /** No supplier has what `param` needs, or is one that `param` takes. */
  | { why: 'incapable' | 'unwanted'; param: string }
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
  /** The parameter that an offer's dialect has no words for, or null. Left out: all have all. */
  uncarried?: (offer: Offer) => string | null
  /** Points of the scorecard that a supplier must have; left out, or 0: any, or none. */
  scoreLeast?: number
  /** Null: whoever. */
  preferences: Preferences | null
  /** Asked for only where there is a choice. */
  course: () => Course
  tried: ReadonlySet<OfferId>
}

export type Router = {
  /** The offer to call, and how many others could be called after it; or why there is none. */
  choose(state: State, at: Instant, search: Search): { offer: Offer; others: number } | NoRoute
  standing(offer: Offer): Standing
  /** Takes down how a call ended: its pace after a good end. */
  ended(offer: Offer, how: Misstep | Pace): void
}

/** Share of new conversations that go to any supplier able to serve, to learn what has become of it. */
const EXPLORATION = 0.02
/** Who has read less than this share of a prompt has no claim to it. */
const FAMILIAR = 0.5
/** What each is worth, in points, where conformity is one point. */
const WORTH = {
  /** A full supplier against an idle one. */
  load: 0.5,
  lacksUnits: 0.5,
  aboveRate: 0.3,
  /** Who has read the whole prompt before against who has read nothing of it. */
  affinity: 0.6,
  /** Within the bound of its share of work against beyond it. */
  overload: 0.2,
  /** The oldest unmet obligation against the newest. */
  age: 0.05,
  /** Nothing of its share of work against twice its share. */
  balance: 0.3,
  /** Chance among equals; for a session, always the same one. */
  chance: 0.05,
} as const

type Rival = { offer: Offer; standing: Standing; owes: boolean; oldest: number }

/** Chooses suppliers. `clock` is monotonic, in microseconds. */
export const createRouter = (chance: Chance, clock: () => number): Router => new ScoringRouter(chance, clock)

class ScoringRouter implements Router {
  private readonly standings = new Map<OfferId, Standing>()
  private readonly affinity = new Affinity()
  private readonly balance = new Balance()
  private readonly chance: Chance
  private readonly clock: () => number

  constructor(chance: Chance, clock: () => number) {
    this.chance = chance
    this.clock = clock
  }

  standing(offer: Offer): Standing {
    const existing = this.standings.get(offer.id)
    if (existing !== undefined) return existing
    const fresh = new Standing(offer.terms.concurrency, offer.terms.rate)
    this.standings.set(offer.id, fresh)
    return fresh
  }

  ended(offer: Offer, how: Misstep | Pace): void {
    if ('code' in how) this.standing(offer).endBad(how, this.clock())
    else this.standing(offer).endGood(offer.terms.concurrency, how)
  }

  choose(state: State, at: Instant, search: Search): { offer: Offer; others: number } | NoRoute {
    const now = this.clock()
    const free: Rival[] = []
    for (const candidate of candidates(state, search.instrument, at)) {
      const rival = this.rivalOf(state, candidate, search)
      if (rival === undefined) continue
      const { standing } = rival
      if (this.suits(state, rival, search) && standing.waits(now) === 0 && !standing.full) free.push(rival)
    }
    const best = free.length > 1 ? this.pick(free, search, now) : free[0]
    if (best === undefined) return this.explain(state, at, search, now)
    return { offer: best.offer, others: free.length - 1 }
  }

  /** A candidate as a rival for this request, unless it has been tried. */
  private rivalOf(
    state: State,
    { offer: id, unreserved, oldest }: Candidate,
    search: Search,
  ): Rival | undefined {
    const offer = offerOf(state, id)
    if (offer === undefined || search.tried.has(id)) return undefined
    return { offer, standing: this.standing(offer), owes: unreserved >= search.wt, oldest }
  }

  private suits(state: State, rival: Rival, search: Search): boolean {
    const { needs, context, preferences } = search
    const { terms } = rival.offer
    if (terms.contextTokens < context) return false
    for (const { capability } of needs) if (!terms.capabilities.includes(capability)) return false
    if (search.uncarried?.(rival.offer)) return false
    if (!hasScore(state, rival, search)) return false
    return preferences === null || fits(preferences, suitorOf(state, rival))
  }

  /** Why nobody can be called: the first thing in the way of everybody. */
  private explain(state: State, at: Instant, search: Search, now: number): NoRoute {
    const { needs, preferences } = search
    const owing = candidates(state, search.instrument, at).flatMap(
      (candidate) => this.rivalOf(state, candidate, search) ?? [],
    )
    if (owing.length === 0) return { why: 'no_supply' }
    const capable = owing.filter(({ offer }) => needs.every((need) => can(offer, need.capability)))
    const able = capable.filter(({ offer }) => !search.uncarried?.(offer))
    const [mute] = capable
    if (able.length === 0 && mute !== undefined)
      return { why: 'incapable', param: search.uncarried?.(mute.offer) ?? 'model' }
    if (able.length === 0) {
      const lacking = needs.find((need) => !owing.some(({ offer }) => can(offer, need.capability)))
      return { why: 'incapable', param: (lacking ?? needs[0])?.param ?? 'model' }
    }
    const wide = able.filter(({ offer }) => offer.terms.contextTokens >= search.context)
    if (wide.length === 0) return { why: 'too_long' }
    const good = wide.filter((rival) => hasScore(state, rival, search))
    if (good.length === 0) return { why: 'unscored' }
    const suitors = good.map((rival) => suitorOf(state, rival))
    const wanted = good.filter((_, i) => preferences === null || fits(preferences, suitors[i] as Suitor))
    if (preferences !== null && wanted.length === 0)
      return { why: 'unwanted', param: unmet(preferences, suitors) }
    const waits = wanted.map(({ standing }) => standing.waits(now))
    if (waits.includes(0)) return { why: 'busy' }
    return { why: 'down', retryAfter: Math.ceil(Math.min(...waits) / MICROS_PER_SECOND) }
  }

  /** The best of several, and the note that it has been given the work. */
  private pick(rivals: readonly Rival[], search: Search, now: number): Rival | undefined {
    const course = search.course()
    const workers = rivals.map(({ offer }) => ({ id: offer.id, capacity: offer.terms.rate }))
    const loads = this.balance.loads(workers, now)
    const shares = this.affinity.shares(course)
    const isFamiliar = Math.max(0, ...shares.values()) >= FAMILIAR
    const best =
      !isFamiliar && this.chance.fraction() < EXPLORATION
        ? rivals[this.chance.below(rivals.length)]
        : this.best(rivals, course, { loads, shares, now })
    if (best === undefined) return undefined
    this.affinity.note(course, best.offer.id)
    this.balance.give(best.offer.id, search.wt, now)
    return best
  }

  private best(
    rivals: readonly Rival[],
    { session }: Course,
    { loads, shares, now }: { loads: Map<OfferId, number>; shares: Map<OfferId, number>; now: number },
  ): Rival | undefined {
    const born = [...rivals].sort((a, b) => a.oldest - b.oldest)
    let best: Rival | undefined
    let most = Number.NEGATIVE_INFINITY
    for (const rival of rivals) {
      const { offer, standing, owes } = rival
      const load = loads.get(offer.id) ?? 0
      const draw = session === null ? this.chance.fraction() : rank(session, offer.id)
      const points =
        standing.conformity -
        WORTH.load * standing.load -
        (owes ? 0 : WORTH.lacksUnits) -
        (standing.aboveRate(offer.terms.rate, now) ? WORTH.aboveRate : 0) +
        (withinBound(load) ? WORTH.affinity * (shares.get(offer.id) ?? 0) : -WORTH.overload) +
        WORTH.age * (1 - born.indexOf(rival) / rivals.length) -
        WORTH.balance * Math.min(1, load / 2) +
        WORTH.chance * draw
      if (points > most) [best, most] = [rival, points]
    }
    return best
  }
}

/** Whether its supplier's scorecard is as good as is asked; one that was not graded yet has none. */
const hasScore = (state: State, { offer }: Rival, { scoreLeast = 0, instrument }: Search): boolean =>
  scoreLeast === 0 ||
  (positionOf(state, offer.terms.account, instrument)?.conduct?.score ?? 0) >= scoreLeast * 100

/** A rival as preferences see it: named only where its offer discloses who it is. */
const suitorOf = (state: State, { offer, standing }: Rival): Suitor => ({
  offer,
  name: offer.terms.disclosed ? (accountOf(state, offer.terms.account)?.name.toLowerCase() ?? null) : null,
  firstTokenMs: standing.firstTokenMs,
})

const can = (offer: Offer, capability: Capability): boolean => offer.terms.capabilities.includes(capability)
