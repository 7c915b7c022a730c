import { rfc3339 } from '../base/time.ts'
import { printDecimal } from '../base/decimal.ts'
import type { Instrument } from '../state/state.ts'
import { endpointPolicy } from '../delivery/endpoint.ts'
import { readSheet } from '../sheet/format.ts'
import type { Match } from '../sheet/mapping.ts'
import { matchesOf, MIX } from '../sheet/mapping.ts'
import { gapsOf } from '../sheet/gap.ts'
import { fetchSheet, SHEET_BYTES_MAX } from '../sheet/source.ts'
import { forOperator } from '../api/authority.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { operation, publicOperation } from '../api/operation.ts'
import { faultAt, notFound, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import type { Sheet } from '../store/sheet.ts'
import { money } from '../wire/decimal.ts'
import { FOREIGN, readJsonText } from '../wire/json.ts'
import type { PostedFloorOut, PostedPriceOut, SheetOut } from '../bulletin/sheet.ts'
import {
  gaps,
  mapping,
  mappingAnswer,
  mappingPath,
  mappingQuery,
  mappingRequest,
  postedFloors,
  sheet,
  sheetGone,
  sheetPath,
  sheetRequest,
  sheets,
} from '../bulletin/sheet.ts'

const REFUSED_SHOWN = 100
const MATCHES_SHOWN = 100
const DOCUMENT_LIMITS = { ...FOREIGN, keys: 2_000_000 }
/** A document travels in a JSON text, whose quotes may double it. */
const BODY_MAX = 2 * SHEET_BYTES_MAX

const printSheet = (one: Sheet): SheetOut => ({
  id: one.id,
  name: one.name,
  format: one.format,
  source: one.source,
  licence: one.licence,
  as_of: one.asOf,
  imported_at: rfc3339(one.importedAt),
  models: one.models.length,
  skipped: one.skipped,
  refused: one.refused.length,
  refused_rows: one.refused.slice(0, REFUSED_SHOWN),
})

const importSheet = operation({
  id: 'admin.import_sheet',
  method: 'POST',
  path: '/v1/admin/sheets',
  tag: 'Operator',
  summary: 'Take in a price sheet as text or from an address. One of the same name is replaced.',
  scope: 'risk:admin',
  body: sheetRequest,
  bodyMax: BODY_MAX,
  answer: sheet,
  status: 201,
  example: {
    name: 'OpenRouter',
    format: 'openrouter',
    source: 'https://openrouter.ai/api/v1/models',
    licence: "OpenRouter's",
    as_of: '2026-08-01',
    document: '{"data":[{"id":"lab/one","pricing":{"prompt":"0.0000004","completion":"0.0000012"}}]}',
  },
  run: forOperator(async (venue, { body }) => {
    const text = body.document ?? (await fetched(venue, body.url ?? ''))
    if (text instanceof Problem) return text
    const place = body.document === undefined ? '/url' : '/document'
    const read = readJsonText(text, DOCUMENT_LIMITS)
    if (!read.ok) return faultAt('invalid_request', `${place}${read.pointer}`, read.detail)
    const reading = readSheet(body.format, read.value)
    if ('fault' in reading) return faultAt('invalid_request', place, reading.fault)
    const { name, format, source, licence, as_of: asOf } = body
    const described = { name, format, source, licence, asOf, importedAt: venue.clock() }
    return printSheet(await venue.sheets.put({ ...described, ...reading.sheet }))
  }),
})

async function fetched({ settings }: Venue, url: string): Promise<string | Problem> {
  const found = await fetchSheet(url, endpointPolicy(settings))
  return 'text' in found ? found.text : faultAt('invalid_request', '/url', found.fault)
}

const listSheets = publicOperation({
  id: 'sheet.list',
  method: 'GET',
  path: '/v1/sheets',
  tag: 'Markets',
  summary: 'Price sheets that posted prices are read from, each with its source, licence and day.',
  answer: sheets,
  run: async (venue) => ({ data: venue.sheets.all().map(printSheet) }),
})

const removeSheet = operation({
  id: 'admin.remove_sheet',
  method: 'DELETE',
  path: '/v1/admin/sheets/{id}',
  tag: 'Operator',
  summary: 'Take a price sheet away.',
  scope: 'risk:admin',
  params: sheetPath,
  answer: sheetGone,
  run: forOperator(async (venue, { path }) => {
    const removed = await venue.sheets.remove(path.id)
    return removed ? { id: path.id, removed } : notFound('sheet')
  }),
})

type Known = { revision: number; matches: Map<Instrument, Match[]> }
const knownOf = new WeakMap<Venue, Known>()

/** Every posted model against an instrument. Whole sheets are thousands of rows: worked out once a change. */
function matches(venue: Venue, instrument: Instrument): Match[] {
  const revision = venue.sheets.revision()
  let known = knownOf.get(venue)
  if (known?.revision !== revision) {
    known = { revision, matches: new Map() }
    knownOf.set(venue, known)
  }
  const shelf = { sheets: venue.sheets.all(), overrides: venue.sheets.overrides() }
  const found = known.matches.get(instrument) ?? matchesOf(shelf, instrument.id, instrument.spec)
  known.matches.set(instrument, found)
  return found
}

const included = (venue: Venue, instrument: Instrument): Match[] =>
  matches(venue, instrument).filter((match) => match.included)

function printMatch(venue: Venue, match: Match): PostedPriceOut {
  const from = venue.sheets.all().find(({ id }) => id === match.sheet)
  const { model, place, override } = match
  return {
    model: model.id,
    key: model.key,
    provider: model.provider,
    sheet: from?.name ?? '',
    as_of: from?.asOf ?? '',
    input_per_million: money(model.input),
    output_per_million: money(model.output),
    unit_price: money(match.unitPrice),
    published_place: place === null ? null : place.toFixed(2),
    misses: match.misses,
    included: match.included,
    decided: override?.reason ?? null,
  }
}

const mixOf = ({ spec }: Instrument) => ({
  input_tokens: MIX[spec.task].input,
  output_tokens: MIX[spec.task].output,
})

const touchOf = ({ market }: Venue, { id, spec }: Instrument) => {
  const { bids, asks } = market.depth(id, 1)
  return { bid: bids[0] ? bids[0][0] * spec.tick : null, ask: asks[0] ? asks[0][0] * spec.tick : null }
}

const printed = (price: number | null | undefined) =>
  price === null || price === undefined ? null : money(price)

function floorOf(venue: Venue, instrument: Instrument): PostedFloorOut {
  const met = included(venue, instrument)
  const { bid, ask } = touchOf(venue, instrument)
  const [cheapest] = met
  return {
    instrument: marketName(instrument),
    mix: mixOf(instrument),
    models: met.length,
    floor: printed(cheapest?.unitPrice),
    median: printed(met[Math.floor((met.length - 1) / 2)]?.unitPrice),
    cheapest: cheapest === undefined ? null : printMatch(venue, cheapest),
    best_bid: printed(bid),
    best_ask: printed(ask),
    fixing: instrument.fixing === 0 ? null : money(instrument.fixing * instrument.spec.tick),
  }
}

const listFloors = publicOperation({
  id: 'sheet.floors',
  method: 'GET',
  path: '/v1/posted-prices',
  tag: 'Markets',
  summary: 'Per instrument the cheapest posted price of a model that would meet it, beside the book.',
  answer: postedFloors,
  run: async (venue) => ({
    data: venue.sequencer.state.instruments.map((one) => floorOf(venue, one)),
  }),
})

const getMapping = publicOperation({
  id: 'sheet.mapping',
  method: 'GET',
  path: '/v1/posted-prices/{instrument}',
  tag: 'Markets',
  summary: 'Posted models against an instrument, cheapest first, with what each lacks.',
  params: mappingPath,
  query: mappingQuery,
  answer: mapping,
  async run(venue, { path, query }) {
    const found = namedInstrument(venue.sequencer.state, path.instrument, '/path/instrument')
    if (found instanceof Problem) return found
    const wanted = query.included === undefined ? undefined : query.included === 'true'
    const rows = matches(venue, found)
      .filter((match) => wanted === undefined || match.included === wanted)
      .slice(0, query.limit ?? MATCHES_SHOWN)
    return {
      instrument: marketName(found),
      mix: mixOf(found),
      data: rows.map((match) => printMatch(venue, match)),
    }
  },
})

const decideMapping = operation({
  id: 'admin.map_model',
  method: 'PUT',
  path: '/v1/admin/posted-prices/{instrument}',
  tag: 'Operator',
  summary: 'Decide by hand whether a posted model counts for an instrument, with the reason.',
  scope: 'risk:admin',
  params: mappingPath,
  body: mappingRequest,
  answer: mappingAnswer,
  example: { key: 'gpt-oss-120b', include: false, reason: 'Fails our own probes' },
  run: forOperator(async (venue, { path, body }) => {
    const found = namedInstrument(venue.sequencer.state, path.instrument, '/path/instrument')
    if (found instanceof Problem) return found
    const { key, include, reason } = body
    if (!venue.sheets.all().some(({ models }) => models.some((model) => model.key === key)))
      return faultAt('invalid_request', '/key', 'no sheet posts a model of this key', { value: key })
    if (include === null) await venue.sheets.forget(key, found.id)
    else await venue.sheets.decide({ key, instrument: found.id, include, reason })
    return { key, instrument: marketName(found), include, reason }
  }),
})

const listGaps = publicOperation({
  id: 'sheet.gaps',
  method: 'GET',
  path: '/v1/price-gaps',
  tag: 'Markets',
  summary: 'Where sheets, grades and providers differ enough to trade on, widest first.',
  answer: gaps,
  async run(venue) {
    const sides = venue.sequencer.state.instruments.map((one) => ({
      name: marketName(one),
      task: one.spec.task,
      floor: one.spec.intelligenceFloor,
      ...touchOf(venue, one),
      met: included(venue, one),
    }))
    return {
      data: gapsOf(sides).map(({ kind, buy, buyPrice, sell, sellPrice }) => ({
        kind,
        buy,
        buy_price: money(buyPrice),
        sell,
        sell_price: money(sellPrice),
        difference: money(sellPrice - buyPrice),
        share: printDecimal(Math.round(((sellPrice - buyPrice) / buyPrice) * 1_000_000), 6),
      })),
    }
  },
})

export const sheetOperations = [
  listSheets,
  listFloors,
  getMapping,
  listGaps,
  importSheet,
  removeSheet,
  decideMapping,
]
