import { printDecimal } from '../base/decimal.ts'
import { rfc3339 } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import { WT_PER_UNIT } from '../base/money.ts'
import type { Settings } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import { referencePrice } from '../trading/risk.ts'
import type { Instrument } from '../state/state.ts'
import type { InstrumentOut, SpecOut } from '../wire/instrument.ts'
import { money } from '../wire/decimal.ts'
import { decimalsOf, printPrice, printQuantity } from './amount.ts'
import { marketName } from './instrument-name.ts'

const SHARE_PLACES = 6
const share = (ppm: number): string => printDecimal(ppm, SHARE_PLACES)

export function printSpec(spec: Spec): SpecOut {
  return {
    task: spec.task,
    ...(spec.vectors && { vectors: { ...spec.vectors } }),
    intelligence_floor: spec.intelligenceFloor,
    latency_base_ms: spec.latencyBaseMs,
    latency_per_input_token_ms: spec.latencyPerTokenUs / 1_000,
    throughput_floor: spec.throughputFloor,
    context_tokens: spec.contextTokens,
    output_tokens_max: spec.outputTokensMax,
    capabilities: [...spec.capabilities],
    reliability: share(spec.reliability),
    tokenizer: { ...spec.tokenizer },
    weights: {
      input: share(spec.weights.input),
      cached_input: share(spec.weights.cachedInput),
      output: share(spec.weights.output),
    },
    unit_weighted_tokens: WT_PER_UNIT,
    window_seconds: spec.window / MICROS_PER_SECOND,
  }
}

export function printInstrument(instrument: Instrument, settings: Settings): InstrumentOut {
  const { spec } = instrument
  const decimals = decimalsOf(spec)
  const id = marketName(instrument)
  return {
    id,
    symbol: id.replace('-', '/'),
    model: spec.symbol,
    name: spec.name,
    spec: printSpec(spec),
    status: instrument.status,
    price_increment: printPrice(spec, 1),
    quantity_increment: printQuantity(spec, 1),
    min_quantity: printQuantity(spec, 1),
    max_quantity: printQuantity(spec, spec.orderMax),
    min_notional: money(instrument.rules.notionalMin),
    price_decimals: decimals.price,
    quantity_decimals: decimals.quantity,
    maker_fee: share(settings.makerFee),
    taker_fee: share(settings.takerFee),
    auction_fee: share(settings.auctionFee),
    delivery_fee: share(settings.deliveryFee),
    reference_price: printPrice(spec, referencePrice(instrument)),
    next_sweep_at: rfc3339(instrument.nextSweep),
    listed_at: rfc3339(instrument.listedAt),
    version: 1,
  }
}
