import { z } from 'zod'
import { decimalOut, timeOut } from './decimal.ts'

/** A grade in a path, a query or a body: `text-prime`, `TEXT_PRIME-USD` or `TEXT_PRIME/USD`, in any case. */
export const instrumentIn = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_-]*([/-]USD)?$/i)
  .meta({ examples: ['TEXT_PRIME-USD'] })

/** The market's URL-safe name in an answer. */
export const instrumentOut = z.string().meta({ examples: ['TEXT_PRIME-USD'] })

/** What a market lets its members do. docs/trading.md says what each admits. */
export const instrumentStatus = z
  .enum(['open', 'post_only', 'auction', 'volatility_auction', 'cancel_only', 'halted', 'closed'])
  .meta({ id: 'InstrumentStatus' })

export const task = z.enum(['text', 'code', 'agent', 'embeddings'])
export const capability = z.enum(['tools', 'json_schema', 'vision', 'logprobs'])

/** Where the vectors of embeddings lie: their length, and the signs of the reference texts in hex. */
export const vectorSpace = z.strictObject({
  dimensions: z.number().int().min(1).max(16_384),
  signs: z
    .string()
    .regex(/^[0-9a-f]{256}$/, '256 hexadecimal digits, as busbar embeddings space prints them'),
})

/**
 * What a unit must deliver. Milliseconds, tokens and shares are numbers; the unit's sizes are decimal text.
 */
export const spec = z
  .object({
    task,
    /** Of embeddings only. */
    vectors: vectorSpace.optional(),
    intelligence_floor: z.number(),
    latency_base_ms: z.number().int(),
    latency_per_input_token_ms: z.number(),
    throughput_floor: z.number(),
    context_tokens: z.number().int(),
    output_tokens_max: z.number().int(),
    capabilities: z.array(capability),
    reliability: decimalOut,
    tokenizer: z.object({ name: z.string(), sha256: z.string() }),
    weights: z.object({ input: decimalOut, cached_input: decimalOut, output: decimalOut }),
    unit_weighted_tokens: z.number().int(),
    window_seconds: z.number(),
  })
  .meta({ id: 'Spec' })

export const instrument = z
  .object({
    id: instrumentOut,
    symbol: z.string().meta({ examples: ['TEXT_PRIME/USD'] }),
    model: z.string().meta({ examples: ['text-prime'] }),
    name: z.string(),
    spec,
    status: instrumentStatus,
    price_increment: decimalOut,
    quantity_increment: decimalOut,
    min_quantity: decimalOut,
    max_quantity: decimalOut,
    min_notional: decimalOut,
    price_decimals: z.number().int(),
    quantity_decimals: z.number().int(),
    maker_fee: decimalOut,
    taker_fee: decimalOut,
    auction_fee: decimalOut,
    delivery_fee: decimalOut,
    reference_price: decimalOut,
    next_sweep_at: timeOut,
    listed_at: timeOut,
    version: z.number().int(),
  })
  .meta({ id: 'Instrument' })

export const instruments = z.object({ data: z.array(instrument) })
export const instrumentPath = z.strictObject({ id: instrumentIn })

export type InstrumentOut = z.infer<typeof instrument>
export type SpecOut = z.infer<typeof spec>
