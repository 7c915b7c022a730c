import { assert, known } from '../base/assert.ts'
import { Digest } from '../base/digest.ts'
import { newBook } from '../state/book.ts'
import type { ClientTexts } from './client-order-image.ts'
import { packClientOrders, unpackClientOrders } from './client-order-image.ts'
import { newLedger } from '../state/ledger.ts'
import { NO_SLOT, newPool } from '../state/order.ts'
import type { OrderTexts } from './order-image.ts'
import { packOrders, unpackOrders } from './order-image.ts'
import type { Account, Instrument, Position, State } from '../state/state.ts'
import type { Reader, Tape } from './tape.ts'
import { newTape, put, take } from './tape.ts'

/**
 * A snapshot is four words (mark, version, bytes of text, numbers), a JSON text padded to eight bytes, and a
 * tape of 64-bit floats. Few and shapely things are in the text; orders, balances and client order ids are on
 * the tape:
 *
 *     | BUSB | 14 | text bytes | numbers | {"seq": …, "accounts": […], …} | ledger, orders, client orders |
 *
 * It says nothing about where in memory an order stood, so equal states have equal snapshots.
 */
const MARK = 0x42535542
const VERSION = 14
const HEAD_BYTES = 16

/** What the text holds: the state less what the tape holds, its maps as lists of entries. */
type Text = OrderTexts &
  ClientTexts & {
    plain: Record<string, unknown>
    maps: Record<string, [unknown, unknown][]>
  }

/** The whole state as bytes. */
export function dumpState(state: State): Uint8Array {
  const tape = newTape()
  packLedger(state, tape)
  const orders = packOrders(state, tape)
  const clientOrders = packClientOrders(state, tape)
  const whole: Text = { ...plainOf(state), ...orders, ...clientOrders }
  const text = new TextEncoder().encode(JSON.stringify(whole))
  const padded = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(HEAD_BYTES + padded + tape.length * 8)
  new Uint32Array(bytes.buffer, 0, 4).set([MARK, VERSION, text.length, tape.length])
  bytes.set(text, HEAD_BYTES)
  new Float64Array(bytes.buffer, HEAD_BYTES + padded, tape.length).set(tape.values.subarray(0, tape.length))
  return bytes
}

/** The state that was dumped. Throws if the bytes are not a snapshot of this version. */
export function loadState(bytes: Uint8Array): State {
  assert(bytes.length >= HEAD_BYTES, 'a snapshot has a head')
  const [mark, version, textBytes, numbers] = new Uint32Array(bytes.slice(0, HEAD_BYTES).buffer)
  assert(mark === MARK, 'a snapshot begins with its mark')
  assert(version === VERSION, `a snapshot of version ${VERSION} is read, not ${version}`)
  const textEnd = HEAD_BYTES + known(textBytes, 'a snapshot says how long its text is')
  const start = HEAD_BYTES + Math.ceil((textEnd - HEAD_BYTES) / 8) * 8
  assert(bytes.length === start + known(numbers, 'a snapshot counts its numbers') * 8, 'a snapshot is whole')
  const text = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD_BYTES, textEnd))) as Text
  const reader: Reader = { values: new Float64Array(bytes.slice(start).buffer), at: 0 }
  const state = stateOf(text)
  unpackLedger(state, reader)
  state.orders = newPool(poolSize(text.orderNames.length))
  unpackOrders(state, reader, text)
  unpackClientOrders(state, reader, text)
  assert(reader.at === reader.values.length, 'a snapshot is read to its end')
  return state
}

/** A fingerprint of the whole state: the same for equal states, and after a dump and a load. */
export function digestState(state: State): string {
  const bytes = dumpState(state)
  const digest = new Digest()
  for (const word of new Int32Array(bytes.buffer)) digest.number(word)
  return digest.hex()
}

const poolSize = (orders: number): number => 2 ** Math.ceil(Math.log2(Math.max(1024, orders)))

function plainOf(state: State): Pick<Text, 'plain' | 'maps'> {
  const plain: Record<string, unknown> = {}
  const maps: Text['maps'] = {}
  for (const [field, value] of Object.entries(state))
    if (value instanceof Map) maps[field] = [...value]
    else if (field !== 'ledger' && field !== 'orders') plain[field] = value
  plain['accounts'] = state.accounts.map((account) => ({
    ...account,
    orderHead: undefined,
    openOrders: undefined,
    clientOrders: undefined,
  }))
  plain['instruments'] = state.instruments.map((instrument) => ({ ...instrument, book: undefined }))
  return { plain, maps }
}

function stateOf({ plain, maps }: Text): State {
  const state = { ...plain } as State
  for (const [field, entries] of Object.entries(maps)) Object.assign(state, { [field]: new Map(entries) })
  state.ledger = newLedger()
  state.accounts = (plain['accounts'] as Account[]).map((account) => ({
    ...account,
    positions: account.positions.map((position: Position | null | undefined) => position ?? undefined),
    orderHead: NO_SLOT,
    openOrders: 0,
    clientOrders: new Map(),
  }))
  state.instruments = (plain['instruments'] as Instrument[]).map((instrument) => ({
    ...instrument,
    book: newBook(instrument.spec.listingPrice),
  }))
  return state
}

function packLedger({ ledger }: State, tape: Tape): void {
  put(tape, ledger.used)
  for (let cell = 0; cell < ledger.used; cell++) {
    put(tape, ledger.balance[cell] as number)
    put(tape, (ledger.asset[cell] as number) * 2 + (ledger.contra[cell] as number))
  }
}

function unpackLedger({ ledger }: State, reader: Reader): void {
  const used = take(reader)
  Object.assign(ledger, newLedger(Math.max(1024, used)))
  ledger.used = used
  for (let cell = 0; cell < used; cell++) {
    ledger.balance[cell] = take(reader)
    const kind = take(reader)
    ledger.asset[cell] = kind >>> 1
    ledger.contra[cell] = kind & 1
  }
}
