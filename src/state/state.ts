import type {
  AccountId,
  ApprovalId,
  DrawId,
  GroupId,
  InstrumentId,
  LotId,
  MandateId,
  MemberId,
  OfferId,
  OrderId,
  PenaltyId,
  ProcurementId,
} from '../base/ids.ts'
import type { Lots, Micros, Ppm, Ticks, Wt } from '../base/money.ts'
import { micros, ppm } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'
import type { Book } from './book.ts'
import type { CommandOf, Notice, OrderPlace, Role, Settings } from './command.ts'
import type { Conduct, Default, Failing, Withheld } from './conduct.ts'
import type { FirstAnswer } from './event.ts'
import type { Spec } from './instrument.ts'
import type { Cell, Ledger } from './ledger.ts'
import { CASH, newLedger, openCell } from './ledger.ts'
import type { OrderPool, Slot } from './order.ts'
import { newPool } from './order.ts'
import type { Approval, Mandate } from './mandate.ts'
import type { Reject } from './reject.ts'
import type { Penalty } from './penalty.ts'
import type { Turnover } from './turnover.ts'
import type { AccountLimits, InstrumentRules, InstrumentStatus, Moves, Phase } from './status.ts'

/** The whole exchange as plain data: it can be copied, stored and compared. Only `apply` changes it. */
export type State = {
  /** The last command applied, and its time. */
  seq: number
  at: Instant
  /** The earliest instant at which something happens by itself. */
  nextDue: Instant
  settings: Settings
  /** Why the kill switch of the whole venue is on; null: it is not. Likewise below. */
  killed: string | null
  members: Member[]
  accounts: Account[]
  instruments: Instrument[]
  offers: Offer[]
  mandates: Mandate[]
  /** Those that wait, and for a time those that were answered. */
  approvals: Map<ApprovalId, Approval>
  groups: Group[]
  /** Groups that have reached their limit within the command under way; empty between commands. */
  tripped: GroupId[]
  /** All that ever stood; what has ended keeps its place. */
  procurements: Procurement[]
  /** Those that have not ended. */
  procuring: number
  /** Orders that wait outside the books, over all markets. */
  waiting: number
  lots: Map<LotId, ClaimLot>
  draws: Map<DrawId, Draw>
  drawByRequest: Map<string, DrawId>
  ledger: Ledger
  house: House
  orders: OrderPool
  withheld: Withheld[]
  /** Those that may still be undone. */
  penalties: Map<PenaltyId, Penalty>
  /** Suppliers found in default by the command under way; empty between commands. */
  failing: Failing[]
  /** What suppliers in default still owe, oldest first. */
  defaults: Default[]
  /** Of the fees, what has been shared with the insurance fund. */
  feesShared: Micros
  agenda: Due[]
  nextOrder: number
  nextTrade: number
  nextLot: number
  nextDraw: number
  nextPenalty: number
  nextApproval: number
}

/** The exchange's own cells of cash. `world` is the contra side of deposits. */
export type House = {
  world: Cell
  fees: Cell
  escrow: Cell
  bonds: Cell
  withheld: Cell
  /** Penalties that are still open to dispute. */
  penalties: Cell
  insurance: Cell
  rounding: Cell
}

export type Member = { id: MemberId; name: string }

export type Account = {
  id: AccountId
  member: MemberId
  name: string
  roles: readonly Role[]
  free: Cell
  /** Cash behind open buys, and behind the fees and bonds of open primary sells. */
  held: Cell
  positions: (Position | undefined)[]
  /** First order of the account's own list, newest first. */
  orderHead: Slot
  openOrders: number
  /** When the dead-man's timer cancels its orders; 0: it is off. */
  cancelAt: Instant
  /** What it has sold first hand and paid in penalties of late; null where it never sold. */
  turnover: Turnover | null
  clientOrders: Map<string, ClientOrder>
  /** Null: no bounds but those of everybody. */
  limits: AccountLimits | null
  killed: string | null
}

/** Orders that end together once they have filled `limit` within the rolling `window`. */
export type Group = {
  id: GroupId
  account: AccountId
  name: string
  limit: Wt
  /** Microseconds, as is `freeze`. */
  window: number
  freeze: number
  closed: boolean
  frozenUntil: Instant
  /** Fills of the last window, oldest first, and their sum; they are forgotten when it is next looked at. */
  fills: { at: Instant; wt: Wt }[]
  filled: Wt
}

/** Units that the exchange itself keeps on hand for an account, by two ordinary orders. */
export type Procurement = Omit<CommandOf<'procurement.set'>, 'kind'> & {
  id: ProcurementId
  ended: boolean
  buying: ProcurementLeg
  selling: ProcurementLeg
}

/** The standing order of one side, 0 before there is one; why it could not be placed as wanted, or null. */
export type ProcurementLeg = { order: OrderId; blocked: HeldUp | null }
export type HeldUp = Reject | 'self_trade'

/** One `client_order_id`, one order, for ever: what was asked the first time, and what it was told. */
export type ClientOrder = { order: OrderId; asked: OrderPlace; first: FirstAnswer }

/** Everything one account has and owes in one instrument. Quantities in weighted tokens. */
export type Position = {
  account: AccountId
  instrument: InstrumentId
  /** In trading and free; in open sell orders; in consumption lots; held by draws. */
  free: Cell
  held: Cell
  consumption: Cell
  drawn: Cell
  /** Contra cell: minus the units this account still has to deliver. */
  owed: Cell
  /** What the units in trading cost, fees included, in µ$. */
  cost: Micros
  /** Fees are rounded up on their running total: ppm of a µ$ already paid ahead (negative: still to pay). */
  feeAhead: number
  /** Metering likewise: ppm of a weighted token already taken ahead. */
  meterAhead: number
  lots: LotId[]
  /** Of the units it has, those for whose failed delivery it was compensated once. */
  compensated: Wt
  /** Escrow behind sold obligations, oldest first, and the sum of what remains in them. */
  escrow: EscrowLot[]
  escrowed: Wt
  /**
   * Of the units sold, those that a call has missed. They count as the oldest: delivery clears the mark, and
   * if they expire their escrow is lost.
   */
  missed: Wt
  /** Sold obligations already called by draws. */
  reserved: Wt
  bond: Micros
  /** How it has kept what it promised; null where it never promised anything. */
  conduct: Conduct | null
  /** Lots in open sell orders that were placed while nothing was owed. */
  unbackedSells: Lots
}

/** Proceeds of a primary sale, waiting for delivery. */
export type EscrowLot = {
  born: number
  /** µ$ per unit. */
  price: Micros
  remaining: Wt
  /** µ$ released so far by delivery and the delivery fee taken of it, for rounding on totals. */
  released: Micros
  feeTaken: Micros
}

/** Units in consumption: locked, used first-expiring first. */
export type ClaimLot = {
  id: LotId
  account: AccountId
  instrument: InstrumentId
  /** All of it, and of that what draws hold at the moment. */
  wt: Wt
  drawn: Wt
  /** Cost of the part that no draw holds. */
  cost: Micros
  expiresAt: Instant
  /** Up to when an outage has lengthened their life; 0: none has. */
  restoredTo: Instant
}

/**
 * Orders that wait outside the book. Stops: the next to be triggered first; all-or-none blocks: the best
 * limit first; of equals the one that came first. Delayed takers: in the order in which they came.
 */
export type Waiting = {
  buyStops: OrderId[]
  sellStops: OrderId[]
  buyBlocks: OrderId[]
  sellBlocks: OrderId[]
  delayed: OrderId[]
}

export type Instrument = {
  id: InstrumentId
  spec: Spec
  status: InstrumentStatus
  statusReason: string
  /** When the status ends by itself; `NEVER`: when somebody ends it. What follows it then. */
  until: Instant
  phases: Phase[]
  rules: InstrumentRules
  killed: string | null
  book: Book
  waiting: Waiting
  /** Accounts that were ever certified to deliver it. */
  suppliers: AccountId[]
  listedAt: Instant
  /** 0 until a trade exists. */
  lastPrice: Ticks
  /** Of the last call auction that traded; 0 until there is one. */
  auctionPrice: Ticks
  moves: Moves
  /** Lots and µ$ traded in each of the last 24 hours, by hour modulo 24. */
  hourOfTrade: number
  hourLots: number[]
  hourValue: number[]
  nextSweep: Instant
  /** The last hourly fixing with a price, rounded up; 0 until there is one. Where the published ones end. */
  fixing: Ticks
  fixedHour: Instant
  fixedDay: Instant
  /** Since when calls have failed with nobody able to serve, and none has been served; 0: served. */
  outSince: Instant
}

export type Offer = {
  id: OfferId
  terms: Omit<CommandOf<'offer.register'>, 'kind'>
  suspended: boolean
  /** When it takes no new calls, as its supplier has announced; null: no such time. */
  notice: Notice | null
  /** Expiry of the certificate per instrument, 0 where there is none. */
  certified: Instant[]
  /** Outstanding obligation issued on this offer, across instruments. */
  backed: Wt
}

/**
 * Where a draw took its units: a consumption lot, or trading (`lot` 0) until the next sweep makes them a lot.
 */
export type DrawSource = { lot: LotId; wt: Wt; cost: Micros }

export type Draw = {
  id: DrawId
  account: AccountId
  mandate: MandateId
  instrument: InstrumentId
  offer: OfferId
  supplier: AccountId
  /**
   * Suppliers that were called before and failed: they keep what they owe, nobody takes it over for this
   * draw.
   */
  failed: AccountId[]
  /** The first of them that was at fault, and of the units called those it was to deliver; or nobody. */
  blamed: AccountId | null
  request: string
  wt: Wt
  sources: DrawSource[]
  openedAt: Instant
  deadline: Instant
  /** What an extension may pay at most where it has to buy; null: it may not. */
  buyLimit: Ticks | null
  /**
   * Budget reserved on the mandate for units that were not bought under it, and how much was bought under it.
   */
  spend: Micros
  prepaid: Wt
  /** All that it has asked of its mandate so far, what it bought included: one draw counts as one order. */
  committed: Micros
  /** What a person approved for it at most, above the threshold of its mandate; null: nobody was asked. */
  approved: Micros | null
}

/**
 * A draw's deadline, the expiry of a lot, an order, a mandate or an approval, an account's timer, the end of
 * the window for a dispute or of a taker's delay. Skipped where it has ended before.
 */
export type Due = {
  at: Instant
  kind: 'draw' | 'lot' | 'mandate' | 'approval' | 'order' | 'timer' | 'penalty' | 'delay'
  id: number
}

export const NEVER = Number.MAX_SAFE_INTEGER as Instant

export const DEFAULT_SETTINGS: Settings = {
  makerFee: ppm(0),
  takerFee: ppm(2_000),
  auctionFee: ppm(1_000),
  deliveryFee: ppm(5_000),
  bond: ppm(100_000),
  band: ppm(200_000),
  protection: ppm(50_000),
  withhold: 24 * MICROS_PER_HOUR,
  hour: MICROS_PER_HOUR,
}

/** The largest of the trading fees: what an order must be able to pay. */
export const highestFee = ({ makerFee, takerFee, auctionFee }: Settings): Ppm => {
  const inBook = makerFee > takerFee ? makerFee : takerFee
  return inBook > auctionFee ? inBook : auctionFee
}

/** An exchange with nobody in it. Account 0 and mandate 0 mean "nobody" and "no mandate". */
export function emptyState(): State {
  const ledger = newLedger()
  const house: House = {
    world: openCell(ledger, CASH, true),
    fees: openCell(ledger, CASH),
    escrow: openCell(ledger, CASH),
    bonds: openCell(ledger, CASH),
    withheld: openCell(ledger, CASH),
    penalties: openCell(ledger, CASH),
    insurance: openCell(ledger, CASH),
    rounding: openCell(ledger, CASH),
  }
  return {
    seq: 0,
    at: 0 as Instant,
    nextDue: NEVER,
    settings: { ...DEFAULT_SETTINGS },
    killed: null,
    members: [],
    accounts: [],
    instruments: [],
    offers: [],
    mandates: [],
    approvals: new Map(),
    groups: [],
    tripped: [],
    procurements: [],
    procuring: 0,
    waiting: 0,
    lots: new Map(),
    draws: new Map(),
    drawByRequest: new Map(),
    ledger,
    house,
    orders: newPool(),
    withheld: [],
    penalties: new Map(),
    failing: [],
    defaults: [],
    feesShared: micros(0),
    agenda: [],
    nextOrder: 1,
    nextTrade: 1,
    nextLot: 1,
    nextDraw: 1,
    nextPenalty: 1,
    nextApproval: 1,
  }
}
