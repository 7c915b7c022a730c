import type { Client } from '../client/client.ts'
import type { BalanceOut, LotOut } from '../wire/account.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { BookOut, TickerOut } from '../wire/market.ts'
import type { OrderOut } from '../wire/order.ts'

/** Dollars per unit, and units. */
export type Level = { price: number; units: number }

/** One market as an agent sees it: others' orders, best first, without its own. */
export type Market = {
  instrument: InstrumentOut
  isOpen: boolean
  bids: readonly Level[]
  asks: readonly Level[]
  /** The price that bands are drawn around: the last trade, or the listing price. */
  reference: number
  /** When units leave trading next, in milliseconds. */
  sweepAt: number
  /** How long a lot lives, in milliseconds. */
  windowMs: number
}

/** What an account has of one instrument, in units. */
export type Holding = {
  /** In trading: free, and behind the agent's own open orders. What others of the account sell is theirs. */
  free: number
  selling: number
  /** In lots, and not yet drawn. */
  inLots: number
  obligation: number
}

/** The exchange's own clock, in milliseconds. */
export const readNow = async (client: Client): Promise<number> => Date.parse((await client.time()).now)

/** Reads one market. `own` are the agent's open orders: they are taken out of the book. */
export async function readMarket(
  client: Client,
  instrument: InstrumentOut,
  own: readonly OrderOut[],
): Promise<Market> {
  const [book, ticker, fresh] = await Promise.all([
    client.book(instrument.id, { depth: 50 }),
    client.ticker(instrument.id),
    client.instruments.get(instrument.id),
  ])
  return marketOf(fresh, book, ticker, own)
}

/** A market out of the exchange's answers. */
export function marketOf(
  instrument: InstrumentOut,
  book: Pick<BookOut, 'bids' | 'asks'>,
  ticker: Pick<TickerOut, 'last'>,
  own: readonly OrderOut[],
): Market {
  const here = own.filter((order) => order.instrument === instrument.id)
  return {
    instrument,
    isOpen: instrument.status === 'open',
    bids: levelsOf(book.bids, here, 'buy'),
    asks: levelsOf(book.asks, here, 'sell'),
    reference: Number(ticker.last ?? instrument.reference_price),
    sweepAt: Date.parse(instrument.next_sweep_at),
    windowMs: instrument.spec.window_seconds * 1_000,
  }
}

/** Units too few to be any: what arithmetic on fractions may have left. */
export const DUST = 1e-9

function levelsOf(rows: BookOut['bids'], own: readonly OrderOut[], side: 'buy' | 'sell'): Level[] {
  return rows
    .map(([price, units]) => {
      const mine = own.filter((order) => order.side === side && Number(order.price) === Number(price))
      const ours = mine.reduce((sum, order) => sum + Number(order.remaining_quantity), 0)
      return { price: Number(price), units: Number(units) - ours }
    })
    .filter(({ units }) => units > DUST)
}

/** What an account has of an instrument, out of its balances, its lots and the agent's open orders. */
export function holdingOf(
  id: string,
  balances: readonly BalanceOut[],
  lots: readonly LotOut[],
  own: readonly OrderOut[],
): Holding {
  const asset = id.replace(/-USD$/, '')
  const row = balances.find((one) => one.asset === asset)
  return {
    free: Number(row?.available ?? 0),
    selling: own
      .filter((order) => order.instrument === id && order.side === 'sell')
      .reduce((sum, order) => sum + Number(order.remaining_quantity), 0),
    inLots: lots
      .filter((lot) => lot.instrument === id)
      .reduce((sum, lot) => sum + Number(lot.quantity) - Number(lot.drawn), 0),
    obligation: Number(row?.obligation ?? 0),
  }
}

/** Units that requests can be paid with. */
export const onHand = ({ free, inLots }: Holding): number => free + inLots

/** Dollars that an account can spend. */
export const cashOf = (balances: readonly BalanceOut[]): number =>
  Number(balances.find(({ asset }) => asset === 'USD')?.available ?? 0)
