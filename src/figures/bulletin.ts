import type { Venue } from '../api/venue.ts'
import { printFixing } from '../api/print-fixing.ts'
import type { IndexPrint } from '../bulletin/index-frame.ts'
import type { FixingRecord } from '../store/projection.ts'
import { lastSpreads } from './efficiency.ts'
import { lastIndices } from './indices.ts'
import { printIntelligence } from './intelligence.ts'
import { machineGdpOf } from './machine-gdp.ts'
import { spanOf } from './span.ts'
import { Problem } from '../api/problem.ts'

/** Corrections stand among the prints: how far back the last print itself is looked for. */
const FIXINGS_READ = 20

export const fixingPrint = ({ sequencer }: Venue, record: FixingRecord): IndexPrint => ({
  series: 'fixing',
  row: printFixing(sequencer.state, record),
})

export const intelligencePrint = (venue: Venue): IndexPrint => ({
  series: 'intelligence',
  row: printIntelligence(venue),
})

export const efficiencyPrint = async (venue: Venue): Promise<IndexPrint> => ({
  series: 'efficiency',
  row: await lastSpreads(venue),
})

/** What is published when an hour has closed; Machine GDP of the last 24, as it is answered by default. */
export async function hourPrints(venue: Venue): Promise<IndexPrint[]> {
  const prints: IndexPrint[] = [{ series: 'indices', row: await lastIndices(venue) }]
  const day = spanOf(venue, {})
  // Before the first hour has closed there is no span.
  if (!(day instanceof Problem)) prints.push({ series: 'machine_gdp', row: await machineGdpOf(venue, day) })
  return prints
}

/** The last print of every series. */
export async function lastPrints(venue: Venue): Promise<IndexPrint[]> {
  const prints: IndexPrint[] = []
  for (const { id } of venue.sequencer.state.instruments)
    for (const period of ['hour', 'day'] as const) {
      const { records } = await venue.history.listFixings({ instrument: id, period, limit: FIXINGS_READ })
      const last = records.find(({ print }) => print.corrects === null)
      if (last !== undefined) prints.push(fixingPrint(venue, last))
    }
  prints.push(...(await hourPrints(venue)), intelligencePrint(venue), await efficiencyPrint(venue))
  return prints
}
