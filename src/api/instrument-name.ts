import { marketOf } from '../state/instrument.ts'
import type { Instrument, State } from '../state/state.ts'
import { notFound } from './problem.ts'
import type { Problem } from './problem.ts'

/** Names of a state's instruments, extended as new ones are listed. Instruments are never unlisted. */
const names = new WeakMap<State, Names>()

/** By the two names that are most used; a market's name is no symbol. */
type Names = { bySymbol: Map<string, Instrument>; byMarket: Map<string, Instrument> }

function namesOf(state: State): Names {
  let known = names.get(state)
  if (known === undefined) {
    known = { bySymbol: new Map(), byMarket: new Map() }
    names.set(state, known)
  }
  for (let id = known.bySymbol.size; id < state.instruments.length; id++) {
    const instrument = state.instruments[id] as Instrument
    known.bySymbol.set(instrument.spec.symbol, instrument)
    known.byMarket.set(marketNameOf(instrument.spec.symbol), instrument)
  }
  return known
}

/** `text-prime` of `text-prime`, `TEXT_PRIME`, `TEXT_PRIME-USD` or `TEXT_PRIME/USD`, in any case. */
const symbolOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[-/]usd$/, '')
    .replaceAll('_', '-')

/** The instrument of a name in any of its forms. */
export function findInstrument(state: State, name: string): Instrument | undefined {
  const { bySymbol, byMarket } = namesOf(state)
  return byMarket.get(name) ?? bySymbol.get(name) ?? bySymbol.get(symbolOf(name))
}

/** The instrument that a request names, or the problem to answer. */
export const namedInstrument = (state: State, name: string, pointer: string): Instrument | Problem =>
  findInstrument(state, name) ?? notFound('instrument', pointer)

/** The market's name of an instrument, for answers. */
export const marketName = (instrument: Instrument): string => marketNameOf(instrument.spec.symbol)

const markets = new Map<string, string>()

/** `TEXT_PRIME-USD` of `text-prime`, remembered: every answer prints it. */
export function marketNameOf(symbol: string): string {
  let market = markets.get(symbol)
  if (market === undefined) {
    market = marketOf(symbol)
    markets.set(symbol, market)
  }
  return market
}
