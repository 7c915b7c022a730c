import type { Holding, Level, Market } from '../../src/agent/view.ts'
import type { InstrumentOut } from '../../src/wire/instrument.ts'
import type { OrderOut } from '../../src/wire/order.ts'

/** text-prime as the exchange lists it, as far as agents look. */
export const instrument = {
  id: 'TEXT_PRIME-USD',
  model: 'text-prime',
  status: 'open',
  price_increment: '0.0001',
  quantity_increment: '0.01',
  min_quantity: '0.01',
  reference_price: '0.8000',
  taker_fee: '0.002',
  maker_fee: '0',
  delivery_fee: '0.005',
  spec: {
    task: 'text',
    intelligence_floor: 100,
    unit_weighted_tokens: 1_000_000,
    window_seconds: 14_400,
    tokenizer: { name: 'o200k', sha256: 'aa' },
    weights: { input: '0.250000', cached_input: '0.062500', output: '1.000000' },
  },
} as InstrumentOut

export const HOUR_MS = 3_600_000

const levels = (pairs: readonly (readonly [number, number])[]): Level[] =>
  pairs.map(([price, units]) => ({ price, units }))

type Pairs = readonly (readonly [number, number])[]

/** A market at 00:00 whose next sweep is at 04:00. */
export const marketOf = (bids: Pairs, asks: Pairs, more: Partial<Market> = {}): Market => ({
  instrument,
  isOpen: true,
  bids: levels(bids),
  asks: levels(asks),
  reference: 0.8,
  sweepAt: 4 * HOUR_MS,
  windowMs: 4 * HOUR_MS,
  ...more,
})

export const holding = (more: Partial<Holding> = {}): Holding => ({
  free: 0,
  selling: 0,
  inLots: 0,
  obligation: 0,
  ...more,
})

export const openOrder = (id: string, side: 'buy' | 'sell', price: string, left: string): OrderOut =>
  ({
    id,
    instrument: instrument.id,
    side,
    price,
    quantity: left,
    filled_quantity: '0.00',
    remaining_quantity: left,
    status: 'open',
  }) as OrderOut
