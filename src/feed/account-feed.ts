import type { AccountId, DrawId, OrderId } from '../base/ids.ts'
import { accountOf, theInstrument } from '../state/account.ts'
import type { State } from '../state/state.ts'
import type { History } from '../store/history.ts'
import type { AccountEvents } from '../store/account-event.ts'
import type { DeliveryRecord, OrderRecord } from '../store/projection.ts'
import { units } from '../wire/decimal.ts'
import type { PrivateChannel } from '../wire/stream.ts'
import { printBalances } from '../api/print-account.ts'
import { printOrder } from '../api/print-order.ts'
import type { Venue } from '../api/venue.ts'
import { printLots } from '../operations/accounts.ts'
import type { Records } from './account-frame.ts'
import { deliveriesIn, ordersIn, printSides, privateFrame, rowsOf, UPDATE_TYPES } from './account-frame.ts'

/** One connection, as the private channels of its account see it. */
export type AccountReader = {
  /** Takes one encoded frame. `seq` is where the reader may resume once it has read it. */
  send(bytes: Uint8Array, seq: number): void
  /** Resolves once most of what was sent is on its way; false: the connection is gone. */
  room(): Promise<boolean>
}

/** What happens to an account, as frames on one cursor: that of `GET /v1/events`. */
export type AccountFeed = {
  /**
   * Sends what happened after `fromSeq`, however long ago, and from then on everything; without it, what is
   * open now. Returns the function that ends it.
   */
  follow(
    account: AccountId,
    channels: ReadonlySet<PrivateChannel>,
    fromSeq: number | undefined,
    reader: AccountReader,
  ): () => void
  /** Whether anybody follows any account. */
  isFollowed(): boolean
  /** Tells what a durable batch did, right after history has taken it. */
  publish(told: readonly AccountEvents[]): void
}

type Follower = {
  account: AccountId
  channels: ReadonlySet<PrivateChannel>
  reader: AccountReader
  /** While what came before is still being told, what happens meanwhile is held. */
  isLive: boolean
  held: AccountEvents[]
  /** More happened meanwhile than is held: it is read back from history. */
  mustReread: boolean
  isOver: boolean
}

/** Everyone who reads one account, and the balances and lots they were last told. */
type Group = {
  followers: Set<Follower>
  shown: Map<string, string>
  isReading: boolean
  isStale: boolean
}

type Parts = Pick<Venue, 'sequencer' | 'history' | 'log'>

const PAGE = 500
const HELD_MOST = 10_000

export function createAccountFeed(venue: Parts): AccountFeed {
  const groups = new Map<AccountId, Group>()
  const { state } = venue.sequencer
  const { live } = venue.history

  return {
    follow(account, channels, fromSeq, reader) {
      const follower: Follower = {
        account,
        channels,
        reader,
        isLive: false,
        held: [],
        mustReread: false,
        isOver: false,
      }
      let group = groups.get(account)
      if (group === undefined) {
        group = { followers: new Set(), shown: new Map(), isReading: false, isStale: false }
        groups.set(account, group)
      }
      const joined = group
      joined.followers.add(follower)
      const begun = fromSeq === undefined ? begin(venue, follower) : replay(venue, follower, fromSeq)
      void begun.catch((error: unknown) => venue.log.error({ error }, 'a private stream could not begin'))
      return () => {
        follower.isOver = true
        joined.followers.delete(follower)
        if (joined.followers.size === 0) groups.delete(account)
      }
    },
    isFollowed: () => groups.size > 0,
    publish(told) {
      for (const events of told) {
        const group = groups.get(events.account)
        if (group === undefined) continue
        tellAll(state, group, events, live)
        if (wants(group, 'balances') || wants(group, 'lots')) refresh(venue, events.account, group)
      }
    },
  }
}

const wants = ({ followers }: Group, channel: PrivateChannel): boolean => {
  for (const { channels } of followers) if (channels.has(channel)) return true
  return false
}

/** Tells everyone of one command; each channel is encoded once. */
function tellAll(state: State, { followers }: Group, told: AccountEvents, records: Records): void {
  const encoded = new Map<PrivateChannel, Buffer | undefined>()
  const encode = (channel: PrivateChannel): Buffer | undefined => {
    if (!encoded.has(channel)) encoded.set(channel, updateOf(channel, state, told, records))
    return encoded.get(channel)
  }
  for (const follower of followers) {
    if (follower.isLive) tell(follower, told.seq, encode)
    else hold(follower, told)
  }
}

function updateOf(
  channel: PrivateChannel,
  state: State,
  told: AccountEvents,
  records: Records,
): Buffer | undefined {
  const rows = rowsOf(channel, state, told, records)
  return rows.length === 0 ? undefined : privateFrame(UPDATE_TYPES[channel], channel, told.seq, rows)
}

function tell(
  { channels, reader }: Follower,
  seq: number,
  encode: (channel: PrivateChannel) => Buffer | undefined,
): void {
  for (const channel of channels) {
    const bytes = encode(channel)
    if (bytes !== undefined) reader.send(bytes, seq)
  }
}

function hold(follower: Follower, told: AccountEvents): void {
  if (follower.held.length < HELD_MOST) {
    follower.held.push(told)
    return
  }
  follower.held = []
  follower.mustReread = true
}

/** Begins with what is open now, cut where the last batch ended. */
async function begin(venue: Parts, follower: Follower): Promise<void> {
  const { live } = venue.history
  const { state } = venue.sequencer
  const { account, channels, reader } = follower
  const seq = live.seq()
  const first: Partial<Record<PrivateChannel, () => unknown[]>> = {
    orders: () =>
      live
        .openOrders(account)
        .map((order) => printOrder(theInstrument(state, order.instrument).spec, order, order.priority)),
    deliveries: () => live.openDeliveries(account).flatMap((one) => printSides(state, one, account)),
    fills: () => [],
    drop_copy: () => [],
  }
  for (const channel of channels) {
    const rows = first[channel]
    if (rows !== undefined) reader.send(privateFrame('snapshot', channel, seq, rows()), seq)
  }
  follower.isLive = true
  await tellHoldings(venue, follower)
}

/** Tells everything after `fromSeq` from history, then what was held meanwhile, then goes live. */
async function replay(venue: Parts, follower: Follower, fromSeq: number): Promise<void> {
  const { history } = venue
  let cursor = fromSeq
  for (;;) {
    follower.mustReread = false
    const page = await history.listEvents(follower.account, cursor, PAGE)
    await tellKept(venue, follower, page)
    cursor = page.at(-1)?.seq ?? cursor
    if (!(await follower.reader.room())) return
    if (page.length === PAGE || follower.mustReread) continue
    while (follower.held.length > 0) {
      const held = follower.held.filter(({ seq }) => seq > cursor)
      follower.held = []
      await tellKept(venue, follower, held)
      cursor = held.at(-1)?.seq ?? cursor
    }
    if (!follower.mustReread) break
  }
  follower.isLive = true
  await tellHoldings(venue, follower)
}

async function tellKept(venue: Parts, follower: Follower, kept: readonly AccountEvents[]): Promise<void> {
  const records = await recordsOf(venue.history, kept)
  if (follower.isOver) return
  for (const told of kept)
    tell(follower, told.seq, (channel) => updateOf(channel, venue.sequencer.state, told, records))
}

/** The orders and deliveries that some events name, as they are now. */
async function recordsOf(history: History, kept: readonly AccountEvents[]): Promise<Records> {
  const orders = new Map<OrderId, OrderRecord | undefined>()
  const deliveries = new Map<DrawId, DeliveryRecord | undefined>()
  const find = async <Id, Found>(into: Map<Id, Found>, id: Id, look: (id: Id) => Promise<Found>) =>
    into.has(id) || into.set(id, await look(id))
  for (const told of kept) {
    for (const id of ordersIn(told)) await find(orders, id, (order) => history.orderById(order))
    for (const id of deliveriesIn(told)) await find(deliveries, id, (draw) => history.deliveryById(draw))
  }
  return { order: (id) => orders.get(id), delivery: (draw) => deliveries.get(draw) }
}

type Holdings = { seq: number; balances: Row[]; lots: Row[] }
type Row = { [name: string]: unknown }

/** What an account holds, released once everything it could have seen is durable. */
const holdingsOf = ({ sequencer }: Parts, account: AccountId): Promise<Holdings> =>
  sequencer.read((state) => {
    const own = accountOf(state, account)
    if (own === undefined) return { seq: state.seq, balances: [], lots: [] }
    return { seq: state.seq, balances: printBalances(state, own), lots: printLots(state, account) }
  })

async function tellHoldings(venue: Parts, follower: Follower): Promise<void> {
  const { channels, reader } = follower
  if (!channels.has('balances') && !channels.has('lots')) return
  const { seq, balances, lots } = await holdingsOf(venue, follower.account)
  if (follower.isOver) return
  if (channels.has('balances')) reader.send(privateFrame('snapshot', 'balances', seq, balances), seq)
  if (channels.has('lots')) reader.send(privateFrame('snapshot', 'lots', seq, lots), seq)
}

/**
 * Tells which balances and lots have changed. What changes while one reading is under way waits for the next.
 */
function refresh(venue: Parts, account: AccountId, group: Group): void {
  group.isStale = true
  if (group.isReading) return
  group.isReading = true
  const read = async (): Promise<void> => {
    while (group.isStale && group.followers.size > 0) {
      group.isStale = false
      tellChanged(group, await holdingsOf(venue, account))
    }
  }
  void read()
    .catch((error: unknown) => venue.log.warn({ error }, 'balances could not be read for the stream'))
    .finally(() => {
      group.isReading = false
    })
}

function tellChanged(group: Group, { seq, balances, lots }: Holdings): void {
  const changes = {
    balances: changed(group.shown, 'balances', 'asset', balances),
    lots: changed(group.shown, 'lots', 'id', lots),
  }
  for (const channel of ['balances', 'lots'] as const) {
    if (changes[channel].length === 0) continue
    const bytes = privateFrame(UPDATE_TYPES[channel], channel, seq, changes[channel])
    for (const { channels, isLive, reader } of group.followers)
      if (isLive && channels.has(channel)) reader.send(bytes, seq)
  }
}

/** The rows that are not as they were last told; a lot that is gone is told once more, with nothing in it. */
function changed(shown: Map<string, string>, channel: string, key: string, rows: readonly Row[]): Row[] {
  const found: Row[] = []
  const present = new Set<string>()
  for (const row of rows) {
    const name = `${channel} ${String(row[key])}`
    const text = JSON.stringify(row)
    present.add(name)
    if (shown.get(name) !== text) found.push(row)
    shown.set(name, text)
  }
  for (const [name, text] of shown) {
    if (!name.startsWith(`${channel} `) || present.has(name)) continue
    found.push({ ...(JSON.parse(text) as Row), quantity: units(0), drawn: units(0) })
    shown.delete(name)
  }
  return found
}
