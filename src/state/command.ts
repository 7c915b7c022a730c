import type {
  AccountId,
  DrawId,
  GroupId,
  InstrumentId,
  MandateId,
  MemberId,
  OfferId,
  OrderId,
  PenaltyId,
  ProcurementId,
} from '../base/ids.ts'
import type { Lots, Micros, Ppm, Ticks, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeclarationCommand } from './declaration.ts'
import type { FixingCommand } from './fixing.ts'
import type { Standing } from './conduct.ts'
import type { Capability, Spec } from './instrument.ts'
import type { MandateCommand } from './mandate-terms.ts'
import type { MarketCommand } from './status.ts'

export type Side = 'buy' | 'sell'
export type OrderType = 'limit' | 'market'
/** `gtd` ends at its own instant, `day` at the end of its UTC day. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'gtd' | 'day'
/** Where a post-only order would trade at once: refuse it, or slide it one tick behind the opposite best. */
export type PostOnly = 'none' | 'reject' | 'slide'
/** What happens when an order would trade with its own member: who gives way, or that units move. */
export type SelfTrade = 'cancel_newest' | 'cancel_oldest' | 'cancel_both' | 'decrement' | 'transfer'
export type Role = 'consumer' | 'supplier' | 'trader' | 'operator'

/** Everything that can be asked of the exchange. Nothing else changes its state. */
export type Command =
  | { kind: 'venue.configure'; settings: Settings }
  | { kind: 'member.admit'; name: string }
  | { kind: 'account.open'; member: MemberId; name: string; roles: readonly Role[] }
  | { kind: 'cash.deposit'; account: AccountId; amount: Micros; reference: string }
  | { kind: 'cash.withdraw'; account: AccountId; amount: Micros; reference: string }
  | { kind: 'instrument.list'; spec: Spec }
  | OfferRegister
  | OfferCertify
  | { kind: 'offer.suspend'; offer: OfferId; reason: string }
  /** Ends a suspension; the offer then has to qualify again. */
  | { kind: 'offer.lift'; offer: OfferId; reason: string }
  | { kind: 'offer.notice'; account: AccountId; offer: OfferId; notice: Notice | null }
  | LotProbe
  | SupplierGrade
  /** Cash for the account that probes, out of fee income. */
  | { kind: 'probe.fund'; account: AccountId; amount: Micros }
  | { kind: 'units.issue'; account: AccountId; offer: OfferId; instrument: InstrumentId; lots: Lots }
  | { kind: 'units.redeem'; account: AccountId; instrument: InstrumentId; lots: Lots }
  | { kind: 'units.transfer'; account: AccountId; instrument: InstrumentId; wt: Wt }
  | OrderPlace
  | OrderAmend
  | { kind: 'order.cancel'; account: AccountId; order: OrderId }
  | OrderCancelAll
  | GroupCreate
  | { kind: 'group.close'; account: AccountId; group: GroupId }
  /** In so many microseconds every order of the account is cancelled, unless it is set again; 0: off. */
  | { kind: 'cancel_timer.set'; account: AccountId; after: number }
  | ProcurementSet
  | { kind: 'procurement.end'; account: AccountId; procurement: ProcurementId }
  | DrawOpen
  | { kind: 'draw.extend'; draw: DrawId; wt: Wt }
  | { kind: 'draw.reroute'; draw: DrawId; offer: OfferId; failure: string; fault: Fault }
  | { kind: 'draw.settle'; draw: DrawId; reading: Reading }
  | DrawFail
  | DrawCover
  | { kind: 'draw.release'; draw: DrawId; reason: string }
  | { kind: 'penalty.dispute'; account: AccountId; penalty: PenaltyId; statement: string }
  | { kind: 'penalty.decide'; penalty: PenaltyId; upheld: boolean; reason: string }
  | FixingCommand
  | DeclarationCommand
  | MandateCommand
  | MarketCommand
  | { kind: 'time.tick' }

export type CommandOf<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>

export type Settings = {
  makerFee: Ppm
  takerFee: Ppm
  /** What either side of a call auction's fill pays. */
  auctionFee: Ppm
  /** Share of a supplier's released proceeds. */
  deliveryFee: Ppm
  /** Performance bond as a share of notional at the bond reference. */
  bond: Ppm
  /** An order's price lies within this share of the reference price. */
  band: Ppm
  /** A market order reaches at most this share through the best price. */
  protection: Ppm
  /** How long released proceeds and the bond behind them stay withheld, in microseconds. */
  withhold: number
  /** Length of the hour of fixings and indices, in microseconds: a sample market's may be a minute. */
  hour: number
}

export type OfferRegister = {
  kind: 'offer.register'
  account: AccountId
  name: string
  /** Committed rate in weighted tokens per minute: bounds the obligation that the offer can back. */
  rate: Wt
  concurrency: number
  capabilities: readonly Capability[]
  contextTokens: number
  /** Whether buyers see the supplier's name. */
  disclosed: boolean
  /** Left out where nothing is declared. */
  traits?: OfferTraits
}

/** What a supplier declares of an offer and buyers may choose by. What is not declared fits no preference. */
export type OfferTraits = {
  /** Where requests are processed, such as `eu` or `us-east`. */
  region: string | null
  /** Nothing of a request is kept once it is answered. */
  zeroRetention: boolean
  /** The model's name as buyers are told it, on receipts; null: not disclosed. */
  model: string | null
}

/** No new calls from one instant to another; without an end, until it is taken back. */
export type Notice = { from: Instant; until: Instant | null }

/** A certificate: the exchange's own measurements found that the offer clears the instrument's spec. */
export type OfferCertify = {
  kind: 'offer.certify'
  offer: OfferId
  instrument: InstrumentId
  expiresAt: Instant
  evidence: {
    requests: number
    ttftMsP95: number
    tokensPerSecondP5: number
    items: number
    passed: number
    sha256: string
    /** The score on the Intelligence Index with its 95 % interval, in hundredths of a point. */
    intelligence?: { pool: string; value: number; low: number; high: number; atLeast: number }
  }
}

/** One answered probe of what an offer delivers in an instrument: evidence for its lot test. */
export type LotProbe = {
  kind: 'lot.probe'
  offer: OfferId
  instrument: InstrumentId
  passed: boolean
  /**
   * Share of such probes that a model exactly at the floor fails: of the instrument, and of each lower grade
   * of its task that the lot might still pass.
   */
  expected: readonly { instrument: InstrumentId; failure: Ppm }[]
  /** Which item it was, in which request, and the SHA-256 of question and answer. */
  evidence: { item: string; request: string; sha256: string }
}

/**
 * What the market's fold over deliveries and probes makes of a supplier in an instrument. It is journaled as
 * a command because powers and logarithms of floats may differ between machines: a replay takes it as said.
 */
export type SupplierGrade = {
  kind: 'supplier.grade'
  account: AccountId
  instrument: InstrumentId
  standing: Standing
  /** The score, 0 to 100, in hundredths; and over how many effective requests. */
  score: number
  requests: number
}

export type OrderPlace = {
  kind: 'order.place'
  account: AccountId
  instrument: InstrumentId
  side: Side
  type: OrderType
  timeInForce: TimeInForce
  postOnly: PostOnly
  selfTrade: SelfTrade
  /** Required for a limit order. On a market order, a tighter bound than the venue's protection, or null. */
  price: Ticks | null
  lots: Lots
  clientOrderId: string | null
  mandate: MandateId
  /** Left out by a plain order. */
  special?: SpecialTerms
}

/** What only some orders ask for. A field that is left out asks for nothing. */
export type SpecialTerms = {
  /** When a `gtd` order ends; of a `day` order the engine says. */
  expiresAt?: Instant
  /** Takes no more than brings the account nearer to owing and owning nothing. */
  reduceOnly?: true
  /** Waits until a trade reaches this price. A market order reaches the protection from here. */
  stop?: Ticks
  /** Ends with the other orders of its group. */
  group?: GroupId
  /** Shows no more than this of itself at a time. */
  display?: Lots
  /** Trades whole or not at all, and waits for that outside the book. */
  allOrNone?: true
}

export type OrderAmend = {
  kind: 'order.amend'
  account: AccountId
  order: OrderId
  price: Ticks | null
  /** The new total quantity, filled part included. */
  lots: Lots | null
  mandate: MandateId
  /** Left out: they stay. */
  special?: AmendedTerms
}

/** Of the special terms, those that an amendment may give another value. */
export type AmendedTerms = Pick<SpecialTerms, 'expiresAt' | 'stop' | 'display'>

export type OrderCancelAll = {
  kind: 'order.cancel_all'
  account: AccountId
  instrument: InstrumentId | null
  side: Side | null
  /** Left out: whatever its group. */
  group?: GroupId
  /** Only what was placed under this mandate or below it. Left out: whatever its mandate. */
  mandate?: MandateId
}

/** Once its orders have filled `limit` within `window`, they end, and no new ones are taken for `freeze`. */
export type GroupCreate = {
  kind: 'group.create'
  account: AccountId
  name: string
  limit: Wt
  /** Microseconds, as is `freeze`. */
  window: number
  freeze: number
}

/** Keeps `target` lots on hand: what is short is bid for at `buyAt`, what is spare offered at `sellAt`. */
export type ProcurementSet = {
  kind: 'procurement.set'
  account: AccountId
  mandate: MandateId
  instrument: InstrumentId
  target: Lots
  buyAt: Ticks
  /** Null: what is spare is kept. */
  sellAt: Ticks | null
}

export type DrawOpen = {
  kind: 'draw.open'
  account: AccountId
  mandate: MandateId
  instrument: InstrumentId
  offer: OfferId
  /** The gateway's name for the request, unique and printable. */
  request: string
  wt: Wt
  /** All that the request may come to, where a person may have to approve it; left out elsewhere. */
  whole?: Wt
  /** Buy what is lacking at market, at most this price. Null: only units already owned. */
  buyLimit: Ticks | null
  /** After this instant the engine gives the units back by itself. */
  deadline: Instant
}

/** Whose fault a failed call is. Nobody's: a bad request, or traffic above the committed rate. */
export type Fault = 'supplier' | 'venue' | 'nobody'

/**
 * The supplier called has failed, and none that owes can serve: units are bought for the draw, at its cost,
 * from one of those offers, all of which can serve now.
 */
export type DrawCover = { kind: 'draw.cover'; draw: DrawId; offers: readonly OfferId[]; failure: string }

/** A draw ends without a delivery, and with what had been read and relayed until then. */
export type DrawFail = {
  kind: 'draw.fail'
  draw: DrawId
  failure: string
  /** Of the supplier called last; those called before were blamed when the draw left them. */
  fault: Fault
  relayed: { inputTokens: number; outputTokens: number }
}

/** What the exchange's own meter and clock read of one delivered request. */
export type Reading = {
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  finish: 'stop' | 'length' | 'tool_calls' | 'aborted'
  /** From the last request byte written upstream to the first content token read, in microseconds. */
  ttft: number
  /** From the first to the last content token, in microseconds. */
  generation: number
  /**
   * Excluded from judgement: the client hung up or did not read, or the call was above the committed rate.
   */
  excused: boolean
  attempts: number
  /** The supplier's own claim, kept only to publish its divergence. */
  claimedInput: number | null
  claimedOutput: number | null
  /** Whether the claim lies in the band learned of this supplier. Left out where nothing was claimed. */
  claimFits?: boolean
  /** SHA-256 of the prompt and of the delivered text, hex. */
  promptHash: string
  outputHash: string
}
