import { known } from '../base/assert.ts'
import type { DrawId } from '../base/ids.ts'
import type { Event } from '../state/event.ts'
import type { AccountEvents } from './account-event.ts'
import { toldOf } from './account-event.ts'
import type { Packed, PackedRows } from './history-writer.ts'
import type { Told } from './told-log.ts'

/**
 * In the writing thread: the rows that were packed, with what each account was told added, and beside each
 * delivery how it ended.
 */
export function unpack(packed: string, bytes: Uint8Array): Packed {
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
