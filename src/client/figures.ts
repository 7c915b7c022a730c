import type { CostRequest, EfficiencyHistoryOut, EfficiencyOut } from '../bulletin/efficiency.ts'
import type { FixingOut, FixingProofOut } from '../bulletin/fixing.ts'
import type {
  GdpHoursOut,
  IndexHistoryOut,
  IndexInterval,
  IndexName,
  IndicesOut,
  MachineGdpOut,
} from '../bulletin/indices.ts'
import type { IntelligenceHistoryOut, IntelligenceOut } from '../bulletin/intelligence.ts'
import type { GapOut, MappingOut, PostedFloorOut, SheetOut, SheetRequest } from '../bulletin/sheet.ts'
import type { ScorecardOut } from '../wire/conduct.ts'
import type { Page, PageQuery } from './page.ts'
import { rowsOf } from './page.ts'
import type { Transport } from './transport.ts'
import { once } from './transport.ts'

type Listing<Row> = { data: Row[] }
type FixingFilter = { instrument?: string | undefined; period?: 'hour' | 'day' | undefined }
type Span = { from?: string | undefined; to?: string | undefined }

const part = (text: string): string => encodeURIComponent(text)

/** Published prices, once an hour and instrument. */
export const fixingsOn = ({ json }: Transport) => {
  const page = (query: FixingFilter & PageQuery = {}) =>
    json<Page<FixingOut>>('GET', '/v1/fixings', { query })
  return {
    list: page,
    all: (filter: FixingFilter = {}) => rowsOf((after) => page({ ...filter, after, limit: 1_000 })),
    /** With the inputs and the receipt: enough to compute it again. */
    get: (id: string) => json<FixingProofOut>('GET', `/v1/fixings/${part(id)}`),
  }
}

/** What the market as a whole delivered, and at what prices. */
export const indicesOn = ({ json }: Transport) => ({
  list: () => json<IndicesOut>('GET', '/v1/indices'),
  history: (name: IndexName, query: { interval?: IndexInterval; limit?: number } = {}) =>
    json<IndexHistoryOut>('GET', `/v1/indices/${part(name)}/history`, { query }),
  /** Machine GDP of closed hours by its three sides; by default of the last 24. */
  machineGdp: (query: Span = {}) => json<MachineGdpOut>('GET', '/v1/machine-gdp', { query }),
  /** The Intelligence Index: of the market, and of each supplier in each instrument with its interval. */
  intelligence: () => json<IntelligenceOut>('GET', '/v1/indices/intelligence'),
  /** The same of the market alone, at the end of each closed hour. */
  intelligenceHours: (query: { limit?: number } = {}) =>
    json<IntelligenceHistoryOut>('GET', '/v1/indices/intelligence/hours', { query }),
  /** The record under the indices, hour by hour. */
  hours: (query: Span = {}) => json<GdpHoursOut>('GET', '/v1/machine-gdp/hours', { query }),
})

/** How suppliers keep their promises. */
export const scorecardsOn = ({ json }: Transport) => ({
  /** Every supplier of an instrument, best first. */
  scorecards: async (instrument: string) =>
    (await json<Listing<ScorecardOut>>('GET', `/v1/instruments/${part(instrument)}/scorecards`)).data,
  /** A supplier in every instrument. */
  scorecardsOf: async (supplier: string) =>
    (await json<Listing<ScorecardOut>>('GET', `/v1/suppliers/${part(supplier)}/scorecards`)).data,
})

/** What prices leave over what delivery costs. */
export const efficiencyOn = ({ json }: Transport) => ({
  list: async () => (await json<Listing<EfficiencyOut>>('GET', '/v1/efficiency')).data,
  history: (instrument: string, query: { limit?: number } = {}) =>
    json<EfficiencyHistoryOut>('GET', `/v1/efficiency/${part(instrument)}/history`, { query }),
  /** Puts what delivering an instrument costs on the public record. */
  declare: (instrument: string, costs: CostRequest) =>
    json<{ instrument: string; hardware: string; seq: number }>(
      'PUT',
      `/v1/cost-inputs/${part(instrument)}`,
      { body: costs, repeatable: true },
    ),
})

/** Posted prices beside the book. */
export const sheetsOn = ({ json }: Transport) => ({
  list: async () => (await json<Listing<SheetOut>>('GET', '/v1/sheets')).data,
  floors: async () => (await json<Listing<PostedFloorOut>>('GET', '/v1/posted-prices')).data,
  mapping: (instrument: string, query: { included?: 'true' | 'false'; limit?: number } = {}) =>
    json<MappingOut>('GET', `/v1/posted-prices/${part(instrument)}`, { query }),
  gaps: async () => (await json<Listing<GapOut>>('GET', '/v1/price-gaps')).data,
  import: (sheet: SheetRequest) => json<SheetOut>('POST', '/v1/admin/sheets', once(sheet)),
  remove: (id: number) => json<{ id: number; removed: boolean }>('DELETE', `/v1/admin/sheets/${id}`),
  /** Whether a model counts for an instrument, whatever the sheet says; null: the sheet's word counts. */
  decide: (instrument: string, body: { key: string; include: boolean | null; reason: string }) =>
    json<typeof body & { instrument: string }>('PUT', `/v1/admin/posted-prices/${part(instrument)}`, {
      body,
      repeatable: true,
    }),
})
