import { unreachable } from '../base/assert.ts'
import type { AccountId, InstrumentId, OfferId, OrderId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Event, EventOf, Trade } from '../state/event.ts'

/** An event as one account may see it: its own side of it, and nobody else's name, money or authority. */
export type AccountEvent = { readonly kind: Event['kind'] } & Readonly<Record<string, unknown>>

/** Who owns what an event names only by number. */
export type Owners = {
  ofOrder(order: OrderId): AccountId
  ofOffer(offer: OfferId): AccountId
}

/** What one account is told of one command. */
export type AccountEvents = { account: AccountId; seq: number; at: Instant; events: AccountEvent[] }

export type View = { account: AccountId; event: AccountEvent }

/** Events that one account is told of, as they are. */
type Own = Extract<Event, { account: AccountId }>['kind']
const OWN = [
  'account.opened',
  'account.limited',
  'cash.deposited',
  'cash.withdrawn',
  'cash.unwithheld',
  'offer.certified',
  'offer.suspended',
  'offer.lifted',
  'offer.noticed',
  'escrow.forfeited',
  'declaration.made',
  'supplier.graded',
  'supplier.defaulted',
  'default.bought_in',
  'default.closed',
  'units.cancelled',
  'penalty.disputed',
  'penalty.closed',
  'lot.accepted',
  'lot.rejected',
  'units.issued',
  'units.redeemed',
  'order.accepted',
  'order.amended',
  'order.pending',
  'order.triggered',
  'order.entered',
  'order.reduced',
  'order.closed',
  'lot.opened',
  'lot.expired',
  'standby.paid',
  'mandate.revoked',
  'mandate.expired',
  'approval.asked',
  'approval.approved',
  'approval.refused',
  'approval.used',
  'approval.lapsed',
  'draw.extended',
  'group.created',
  'group.closed',
  'group.tripped',
  'procurement.set',
  'procurement.held_up',
  'procurement.ended',
  'cancel_timer.set',
  'cancel_timer.fired',
] as const satisfies readonly Own[]
const OWN_KINDS: ReadonlySet<Event['kind']> = new Set(OWN)
const isOwn = (event: Event): event is Extract<Event, { kind: (typeof OWN)[number] }> =>
  OWN_KINDS.has(event.kind)

/** What each account concerned by an event is shown of it. Events of the whole venue concern no account. */
function viewsOf(event: Event, owners: Owners): View[] {
  if (isOwn(event)) return [{ account: event.account, event }]
  switch (event.kind) {
    case 'command.rejected':
    case 'lot.probed':
    case 'insurance.funded':
    case 'probe.funded':
    case 'venue.configured':
    case 'member.admitted':
    case 'instrument.listed':
    case 'instrument.status_changed':
    case 'instrument.configured':
    case 'auction.uncrossed':
    case 'kill.engaged':
    case 'kill.released':
    case 'window.swept':
    case 'fixing.published':
    case 'order.repeated':
    case 'approval.repeated':
      return []
    case 'offer.registered':
    case 'mandate.granted':
      return [{ account: event.terms.account, event }]
    case 'order.rested':
      return [{ account: owners.ofOrder(event.order), event }]
    case 'self_trade.prevented':
      return selfTradeViews(event, owners)
    case 'self_trade.transferred':
      return transferViews(event)
    case 'trade':
      return tradeViews(event)
    case 'obligation.moved':
      return movedViews(event)
    case 'penalty.charged':
      return penaltyViews(event)
    case 'lot.refunded':
      return [
        { account: event.account, event: without(event, 'buyer', 'insured') },
        { account: event.buyer, event: { ...without(event, 'account', 'buyer'), account: event.buyer } },
      ]
    case 'draw.opened':
    case 'draw.rerouted':
    case 'draw.covered':
    case 'draw.settled':
    case 'draw.failed':
    case 'draw.released':
      return drawViews(event, owners)
    default:
      return unreachable(event)
  }
}

/** What each account is told of one command. */
export function toldOf(seq: number, at: Instant, events: readonly Event[], owners: Owners): AccountEvents[] {
  const byAccount = new Map<AccountId, AccountEvents>()
  for (const event of events)
    for (const view of viewsOf(event, owners)) {
      const told = byAccount.get(view.account)
      if (told === undefined)
        byAccount.set(view.account, { account: view.account, seq, at, events: [view.event] })
      else told.events.push(view.event)
    }
  return [...byAccount.values()]
}

/** Both orders belong to one member, which may have them in one account or in two. */
function selfTradeViews(event: EventOf<'self_trade.prevented'>, owners: Owners): View[] {
  const accounts = new Set([owners.ofOrder(event.aggressor), owners.ofOrder(event.resting)])
  return [...accounts].map((account) => ({ account, event }))
}

/** Who buys and who sells are accounts of one member, which may know it. */
const transferViews = (event: EventOf<'self_trade.transferred'>): View[] => [
  { account: event.seller, event },
  { account: event.buyer, event },
]

/** The two fills of a trade, the taker's first. */
export function fillsOf(trade: Trade): readonly [Fill, Fill] {
  const { trade: id, instrument, price, lots, side } = trade
  const same = { trade: id, instrument, price, lots }
  const other = side === 'buy' ? 'sell' : 'buy'
  return [
    {
      ...same,
      account: trade.aggressorAccount,
      order: trade.aggressor,
      side,
      liquidity: 'taker',
      fee: trade.aggressorFee,
      primary: side === 'sell' ? trade.primary : (0 as Trade['primary']),
    },
    {
      ...same,
      account: trade.restingAccount,
      order: trade.resting,
      side: other,
      liquidity: 'maker',
      fee: trade.restingFee,
      primary: other === 'sell' ? trade.primary : (0 as Trade['primary']),
    },
  ]
}

/** One side of a trade. */
export type Fill = Pick<Trade, 'trade' | 'price' | 'lots' | 'side' | 'primary'> & {
  account: AccountId
  instrument: InstrumentId
  order: OrderId
  liquidity: 'maker' | 'taker'
  fee: Trade['aggressorFee']
}

const tradeViews = (trade: Trade): View[] =>
  fillsOf(trade).map((fill) => ({ account: fill.account, event: { kind: 'trade', ...fill } }))

function movedViews({ kind, from, to, instrument, wt, escrow }: EventOf<'obligation.moved'>): View[] {
  return [
    { account: from, event: { kind, from, instrument, wt, escrow } },
    { account: to, event: { kind, to, instrument, wt, escrow } },
  ]
}

/** The supplier is not told whom it has to thank for a penalty; a buyer is told what it got and for what. */
function penaltyViews(event: EventOf<'penalty.charged'>): View[] {
  const { kind, instrument, offence, amount, buyer, wt, draw, failure } = event
  const charged = { account: event.account, event: without(event, 'buyer') }
  if (buyer === null) return [charged]
  return [
    charged,
    { account: buyer, event: { kind, account: buyer, instrument, offence, amount, wt, draw, failure } },
  ]
}

type DrawEvent = EventOf<
  'draw.opened' | 'draw.rerouted' | 'draw.covered' | 'draw.settled' | 'draw.failed' | 'draw.released'
>

/**
 * A buyer is not told who supplied it here, nor a supplier for whom it worked: the receipt says what may be
 * said.
 */
function drawViews(event: DrawEvent, owners: Owners): View[] {
  switch (event.kind) {
    case 'draw.released':
      return [{ account: event.account, event }]
    case 'draw.rerouted': {
      const { kind, draw, account, from, to, failure } = event
      return [
        { account, event: { kind, draw, account } },
        { account: owners.ofOffer(from), event: { kind, draw, from, failure } },
        { account: owners.ofOffer(to), event: { kind, draw, to } },
      ]
    }
    case 'draw.covered': {
      const { kind, draw, account, from, to, failure, lots, cost, instrument } = event
      return [
        { account, event: { kind, draw, account } },
        { account: event.supplier, event: { kind, draw, from, failure, lots, cost, instrument } },
        { account: owners.ofOffer(to), event: { kind, draw, to } },
      ]
    }
    case 'draw.opened':
    case 'draw.failed': {
      const { account, supplier, kind, draw, offer, instrument, request, wt } = event
      const failed = event.kind === 'draw.failed' ? { failure: event.failure, fault: event.fault } : {}
      return [
        { account, event: without(event, 'supplier', 'offer') },
        { account: supplier, event: { kind, draw, supplier, offer, instrument, request, wt, ...failed } },
      ]
    }
    case 'draw.settled':
      return [
        { account: event.account, event: without(event, 'supplier', 'offer', 'proceeds', 'deliveryFee') },
        { account: event.supplier, event: without(event, 'account', 'mandate', 'cost') },
      ]
    default:
      return unreachable(event)
  }
}

function without<Kind extends Event>(event: Kind, ...hidden: (keyof Kind)[]): AccountEvent {
  const shown: Record<string, unknown> = {}
  for (const name in event) if (!hidden.includes(name)) shown[name] = event[name]
  return shown as unknown as AccountEvent
}
