import type { OfferId } from '../base/ids.ts'
import type { Offer } from '../state/state.ts'

/** Whom a buyer wants to be served by. Nothing asked is null or empty. */
export type Preferences = {
  /** Names of suppliers, in lower case: nobody else. */
  only: readonly string[] | null
  /** Names of suppliers, in lower case: not these. */
  ignore: readonly string[]
  /** `eu` takes `eu-west` too. */
  region: string | null
  zeroRetention: boolean
  /** Longest expected wait for a first token, in milliseconds. Who has not been measured may be tried. */
  latencyMsMax: number | null
  /** This one and no other: how the exchange itself asks for whom it probes. No buyer can. */
  offer?: OfferId
}

/** A supplier as preferences see it. An undisclosed one has no name. */
export type Suitor = { offer: Offer; name: string | null; firstTokenMs: number | null }

/** Each thing that may be asked, and who fits it. In the order in which they are told. */
const RULES: readonly [param: string, fits: (wanted: Preferences, suitor: Suitor) => boolean][] = [
  ['offer', ({ offer: wanted }, { offer }) => wanted === undefined || wanted === offer.id],
  ['only', ({ only }, { name }) => only === null || (name !== null && only.includes(name))],
  ['ignore', ({ ignore }, { name }) => name === null || !ignore.includes(name)],
  [
    'region',
    ({ region }, { offer }) => region === null || liesIn(offer.terms.traits?.region ?? null, region),
  ],
  ['zdr', ({ zeroRetention }, { offer }) => !zeroRetention || offer.terms.traits?.zeroRetention === true],
  [
    'max_latency_ms',
    ({ latencyMsMax: most }, { firstTokenMs: ms }) => most === null || ms === null || ms <= most,
  ],
]

const liesIn = (place: string | null, region: string): boolean =>
  place !== null && (place === region || place.startsWith(`${region}-`))

/** Whether a supplier fits everything that a buyer asks. */
export const fits = (wanted: Preferences, suitor: Suitor): boolean =>
  RULES.every(([, rule]) => rule(wanted, suitor))

/** What nobody fits: the first thing asked that leaves no one, taken together with those before it. */
export function unmet(wanted: Preferences, suitors: readonly Suitor[]): string {
  let left = suitors
  for (const [param, rule] of RULES) {
    left = left.filter((suitor) => rule(wanted, suitor))
    if (left.length === 0) return `provider.${param}`
  }
  return 'provider'
}
