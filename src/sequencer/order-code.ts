import { BrokenPromise } from '../base/assert.ts'
import type { AccountId, InstrumentId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Ticks } from '../base/money.ts'
import type {
  Command,
  OrderAmend,
  OrderPlace,
  OrderType,
  PostOnly,
  SelfTrade,
  Side,
  TimeInForce,
} from '../state/command.ts'

// Frequent commands as bytes, big-endian. Numbers are float64, as the engine counts them. Whoever writes one
// in another way gives it another kind: journals outlive versions.

const TICK = 2
const CANCEL = 3
const PLACE = 4
const AMEND = 5

/** A client's own id longer than this, or not of ASCII alone, is written as JSON. */
const TEXT_MOST = 64

/** No command written here is longer. */
export const codeBytesMost = 128

/** What a choice is called, in the order of its numbers. */
const SIDES = ['buy', 'sell'] as const satisfies readonly Side[]
const TYPES = ['limit', 'market'] as const satisfies readonly OrderType[]
const TIMES = ['gtc', 'ioc', 'fok', 'gtd', 'day'] as const satisfies readonly TimeInForce[]
const POSTS = ['none', 'reject', 'slide'] as const satisfies readonly PostOnly[]
const SELVES = [
  'cancel_newest',
  'cancel_oldest',
  'cancel_both',
  'decrement',
  'transfer',
] as const satisfies readonly SelfTrade[]

const HAS_PRICE = 1 << 10
const HAS_ID = 1 << 11

/** What a record was written as, and where it ends. */
type Coded = { kind: number; end: number }

const TICK_KIND: Command = { kind: 'time.tick' }

/**
 * Writes a command at a place; undefined, and nothing that counts, if it has no code of its own and is to be
 * written as JSON.
 */
export function writeCoded(view: DataView, place: number, command: Command): Coded | undefined {
  switch (command.kind) {
    case 'order.place':
      return writePlace(view, place, command)
    case 'order.cancel':
      view.setFloat64(place, command.account)
      view.setFloat64(place + 8, command.order)
      return { kind: CANCEL, end: place + 16 }
    case 'order.amend':
      return writeAmend(view, place, command)
    case 'time.tick':
      return { kind: TICK, end: place }
    default:
      return undefined
  }
}

/** Reads back what `writeCoded` wrote. Throws on a kind that this version does not write. */
export function readCoded(view: DataView, kind: number, place: number): { command: Command; end: number } {
  switch (kind) {
    case PLACE:
      return readPlace(view, place)
    case CANCEL: {
      const account = view.getFloat64(place) as AccountId
      const order = view.getFloat64(place + 8) as OrderId
      return { command: { kind: 'order.cancel', account, order }, end: place + 16 }
    }
    case AMEND:
      return readAmend(view, place)
    case TICK:
      return { command: TICK_KIND, end: place }
    default:
      throw new BrokenPromise(`records of kind ${kind} are not known here`)
  }
}

/**
 * Choices, two bytes · account · instrument · mandate · lots · price, if any · the client's id, if any, as
 * length and text. From the lowest bit the choices are: side 1, type 1, time in force 3, post-only 2,
 * self-trade 3, whether there is a price 1, and an id 1.
 */
function writePlace(view: DataView, place: number, command: OrderPlace): Coded | undefined {
  const { price, clientOrderId: id } = command
  if (command.special !== undefined) return undefined
  const choices =
    SIDES.indexOf(command.side) |
    (TYPES.indexOf(command.type) << 1) |
    (TIMES.indexOf(command.timeInForce) << 2) |
    (POSTS.indexOf(command.postOnly) << 5) |
    (SELVES.indexOf(command.selfTrade) << 7) |
    (price === null ? 0 : HAS_PRICE) |
    (id === null ? 0 : HAS_ID)
  // A choice that is not listed is -1, and so is all of it.
  if (choices < 0) return undefined
  view.setUint16(place, choices)
  view.setFloat64(place + 2, command.account)
  view.setFloat64(place + 10, command.instrument)
  view.setFloat64(place + 18, command.mandate)
  view.setFloat64(place + 26, command.lots)
  let end = place + 34
  if (price !== null) {
    view.setFloat64(end, price)
    end += 8
  }
  if (id !== null) {
    end = writeText(view, end, id)
    if (end < 0) return undefined
  }
  return { kind: PLACE, end }
}

function readPlace(view: DataView, place: number): { command: OrderPlace; end: number } {
  const choices = view.getUint16(place)
  const hasPrice = (choices & HAS_PRICE) !== 0
  const textAt = place + 34 + (hasPrice ? 8 : 0)
  const hasId = (choices & HAS_ID) !== 0
  // Whoever adds a field to the command meets it here: it must be written, or send the command to JSON.
  const command: Required<Omit<OrderPlace, 'special'>> = {
    kind: 'order.place',
    account: view.getFloat64(place + 2) as AccountId,
    instrument: view.getFloat64(place + 10) as InstrumentId,
    side: chosen(SIDES, choices & 1),
    type: chosen(TYPES, (choices >> 1) & 1),
    timeInForce: chosen(TIMES, (choices >> 2) & 7),
    postOnly: chosen(POSTS, (choices >> 5) & 3),
    selfTrade: chosen(SELVES, (choices >> 7) & 7),
    price: hasPrice ? (view.getFloat64(place + 34) as Ticks) : null,
    lots: view.getFloat64(place + 26) as Lots,
    clientOrderId: hasId ? readText(view, textAt) : null,
    mandate: view.getFloat64(place + 18) as MandateId,
  }
  return { command, end: hasId ? textAt + 1 + view.getUint8(textAt) : textAt }
}

/** Account · order · mandate · whether price (1) and lots (2) are given, one byte · price · lots. */
function writeAmend(view: DataView, place: number, command: OrderAmend): Coded | undefined {
  const { price, lots } = command
  if (command.special !== undefined) return undefined
  view.setFloat64(place, command.account)
  view.setFloat64(place + 8, command.order)
  view.setFloat64(place + 16, command.mandate)
  view.setUint8(place + 24, (price === null ? 0 : 1) | (lots === null ? 0 : 2))
  view.setFloat64(place + 25, price ?? 0)
  view.setFloat64(place + 33, lots ?? 0)
  return { kind: AMEND, end: place + 41 }
}

function readAmend(view: DataView, place: number): { command: OrderAmend; end: number } {
  const given = view.getUint8(place + 24)
  const command: Required<Omit<OrderAmend, 'special'>> = {
    kind: 'order.amend',
    account: view.getFloat64(place) as AccountId,
    order: view.getFloat64(place + 8) as OrderId,
    price: given & 1 ? (view.getFloat64(place + 25) as Ticks) : null,
    lots: given & 2 ? (view.getFloat64(place + 33) as Lots) : null,
    mandate: view.getFloat64(place + 16) as MandateId,
  }
  return { command, end: place + 41 }
}

function chosen<Name>(names: readonly Name[], number: number): Name {
  const name = names[number]
  if (name === undefined) throw new BrokenPromise(`choice ${number} is not known here`)
  return name
}

/** Its length, then its ASCII; the place after it, or -1 if it cannot be written so. */
function writeText(view: DataView, place: number, text: string): number {
  const { length } = text
  if (length > TEXT_MOST) return -1
  view.setUint8(place, length)
  for (let n = 0; n < length; n++) {
    const code = text.charCodeAt(n)
    if (code > 0x7f) return -1
    view.setUint8(place + 1 + n, code)
  }
  return place + 1 + length
}

function readText(view: DataView, place: number): string {
  let text = ''
  const end = place + 1 + view.getUint8(place)
  for (let at = place + 1; at < end; at++) text += String.fromCharCode(view.getUint8(at))
  return text
}
