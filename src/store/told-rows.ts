import { known } from '../base/assert.ts'
import type { DrawId, InstrumentId } from '../base/ids.ts'
import { MICROS_PER_DAY } from '../base/time.ts'
import type { LotOf } from '../index/statement.ts'
import { statementEntries } from '../index/statement.ts'
import type { Event } from '../state/event.ts'
import { lotTick } from '../state/instrument.ts'
import type { AccountEvents } from './account-event.ts'
import { toldOf } from './account-event.ts'
import type { Packed, PackedRows } from './history-writer.ts'
import type { Told } from './told-log.ts'

/**
 * In the writing thread: the rows that were packed, with what each account was told added, and beside each
 * delivery how it ended, and what all of it changed in each account's statement of the day.
 */
export function unpack(packed: string, bytes: Uint8Array, lots: LotBook): Packed {
  const pack = JSON.parse(packed) as Packed
  const log = JSON.parse(`[${Buffer.from(bytes).toString('utf8')}]`) as Told[]
  const told: AccountEvents[] = []
  const outcomes = new Map<DrawId, Event>()
  for (const [seq, at, events, orders = [], offers = []] of log) {
    const ofOrder = new Map(orders)
    const ofOffer = new Map(offers)
    told.push(
      ...toldOf(seq, at, events, {
        ofOrder: (order) => known(ofOrder.get(order), `the owner of order ${order} is told`),
        ofOffer: (offer) => known(ofOffer.get(offer), `the owner of offer ${offer} is told`),
      }),
    )
    for (const event of events)
      if (event.kind === 'draw.settled' || event.kind === 'draw.failed' || event.kind === 'draw.released')
        outcomes.set(event.draw, event)
  }
  const days = statementRows(log, lots)
  if (days.rows.length > 0) pack.tables.push(['statement_day', days])
  for (const [table, rows] of pack.tables) if (table === 'delivery') addOutcomes(rows, outcomes)
  if (told.length > 0) pack.tables.push(['account_event', eventRows(told)])
  return pack
}

function addOutcomes({ columns, rows }: PackedRows, outcomes: ReadonlyMap<DrawId, Event>): void {
  const [draw, status, outcome] = ['draw', 'status', 'outcome'].map((name) => columns.indexOf(name))
  for (const row of rows) {
    if (row[status as number] === 'open') continue
    const id = row[draw as number] as DrawId
    row[outcome as number] = JSON.stringify(known(outcomes.get(id), `the end of draw ${id} is told`))
  }
}

const eventRows = (told: readonly AccountEvents[]): PackedRows => ({
  columns: ['account', 'seq', 'at', 'events'],
  rows: told.map(({ account, seq, at, events }) => [account, seq, at, JSON.stringify(events)]),
})

/** What a lot of each instrument is, as far as the thread has been told. */
export type LotBook = Map<InstrumentId, ReturnType<LotOf>>

const COLUMNS = ['account', 'day', 'instrument', 'kind', 'cash', 'wt', 'count'] as const

/** Sums of the entries by account, day, instrument and kind, to be added to what is there. */
function statementRows(log: readonly Told[], lots: LotBook): PackedRows {
  const sums = new Map<string, [number, number, number, string, number, number, number]>()
  const lotOf: LotOf = (id) => known(lots.get(id), `a lot of instrument ${id} is known`)
  for (const [, at, events] of log) {
    for (const event of events)
      if (event.kind === 'instrument.listed')
        lots.set(event.instrument, { lotTick: lotTick(event.spec), wt: event.spec.lot })
    const day = Math.floor(at / MICROS_PER_DAY) * MICROS_PER_DAY
    for (const { account, instrument, kind, cash, wt } of statementEntries(events, lotOf)) {
      const key = `${account} ${day} ${instrument} ${kind}`
      const sum = sums.get(key)
      if (sum === undefined) sums.set(key, [account, day, instrument ?? -1, kind, cash, wt, 1])
      else {
        sum[4] += cash
        sum[5] += wt
        sum[6]++
      }
    }
  }
  return { columns: [...COLUMNS], rows: [...sums.values()] }
}
