import { createHash } from 'node:crypto'
import { findInstrument } from '../api/instrument-name.ts'
import { notFound } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import type { Instrument, State } from '../state/state.ts'

/** What these clients call an instrument and its market: they insist on a UUID behind the prefix. */
export type Names = { instrument: string; market: string }

/** The money, which they list as an instrument of its own. */
export const USD_ID = `instrument_${uuidOf('instrument usd')}`

const MARKET_PREFIX = /^market[-_]/
const INSTRUMENT_PREFIX = /^instrument[-_]/

/** The same UUID for the same text, always: version 5 in form, though made with SHA-256. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(`busbar ${text}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const namesBySymbol = new Map<string, Names>()

/** The ids of an instrument and its market, by the instrument's symbol. They never change. */
export function namesOf(symbol: string): Names {
  let names = namesBySymbol.get(symbol)
  if (names === undefined) {
    const instrument = `instrument_${uuidOf(`instrument ${symbol}`)}`
    names = { instrument, market: `market_${uuidOf(`market ${symbol}`)}` }
    namesBySymbol.set(symbol, names)
  }
  return names
}

/**
 * The instrument that a text names: by market id, by instrument id, by the bare UUID of either, or by any
 * name of ours, in any case.
 */
export function findNamed(state: State, text: string): Instrument | undefined {
  const wanted = text.toLowerCase()
  const bare = wanted.replace(MARKET_PREFIX, '').replace(INSTRUMENT_PREFIX, '')
  const byId = state.instruments.find(({ spec }) => {
    const { instrument, market } = namesOf(spec.symbol)
    return bare === instrument.slice('instrument_'.length) || bare === market.slice('market_'.length)
  })
  return byId ?? findInstrument(state, wanted) ?? findInstrument(state, bare)
}

/** Our market name of what a text names, or the problem to answer. */
export function named(state: State, text: string, what: 'market' | 'instrument'): Instrument | Problem {
  return findNamed(state, text) ?? notFound(what)
}

/** `text-prime` of our market name `TEXT_PRIME-USD`, or of the asset `TEXT_PRIME`. */
export const symbolOf = (name: string): string => name.toLowerCase().replace(/-usd$/, '').replaceAll('_', '-')
