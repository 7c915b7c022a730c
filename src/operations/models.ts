import { toMs } from '../base/time.ts'
import { candidates } from '../trading/supply.ts'
import type { Instrument, State } from '../state/state.ts'
import type { ModelOut } from '../wire/model.ts'
import { printPrice } from '../api/amount.ts'
import { findInstrument, marketName } from '../api/instrument-name.ts'
import { printSpec } from '../api/print-instrument.ts'
import type { Venue } from '../api/venue.ts'

/** Every instrument as a model, for `GET /v1/models`. */
export const listModels = (venue: Venue): Promise<{ object: 'list'; data: ModelOut[] }> =>
  venue.sequencer.read((state) => ({
    object: 'list' as const,
    data: state.instruments.map((one) => printModel(venue, state, one)),
  }))

/** One instrument as a model, by any of its names, for `GET /v1/models/{model}`. */
export const getModel = (venue: Venue, name: string): Promise<ModelOut | undefined> =>
  venue.sequencer.read((state) => {
    const found = findInstrument(state, name)
    return found && printModel(venue, state, found)
  })

function printModel(venue: Venue, state: State, instrument: Instrument): ModelOut {
  const { spec } = instrument
  const ticker = venue.market.ticker(instrument.id)
  const price = (ticks: number | null) => (ticks === null ? null : printPrice(spec, ticks))
  return {
    id: spec.symbol,
    object: 'model',
    created: Math.floor(toMs(instrument.listedAt) / 1_000),
    owned_by: 'busbar',
    instrument: marketName(instrument),
    name: spec.name,
    context_window: spec.contextTokens,
    max_output_tokens: spec.outputTokensMax,
    capabilities: [...spec.capabilities],
    best_bid: price(ticker.bestBid),
    best_ask: price(ticker.bestAsk),
    last: price(ticker.last),
    status: instrument.status,
    suppliers: new Set(candidates(state, instrument.id, venue.clock()).map(({ account }) => account)).size,
    spec: printSpec(spec),
  }
}
