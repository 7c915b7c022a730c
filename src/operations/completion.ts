import { parseDecimal } from '../base/decimal.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Ticks } from '../base/money.ts'
import { mandateOf } from '../state/account.ts'
import type { Spec } from '../state/instrument.ts'
import type { Instrument, State } from '../state/state.ts'
import type { CompletionRequest } from '../delivery/completion.ts'
import type { BuyerError } from '../surface/surface.ts'
import type { Gateway } from '../delivery/gateway.ts'
import { refuseReply } from '../delivery/reply.ts'
import type { Counter, Question } from '../surface/question.ts'
import { CHAT } from '../surface/question.ts'
import { MONEY_PLACES } from '../wire/decimal.ts'
import { FOREIGN, readJson } from '../wire/json.ts'
import { findInstrument } from '../api/instrument-name.ts'
import type { Caller } from '../api/operation.ts'
import { Problem } from '../api/problem.ts'
import { readWishes } from './wishes.ts'

/** Serves a completion on the raw response, or refuses it there in OpenAI's words. */
export type Complete = Gateway['complete']
/** Counts a prompt. */
export type CountTokens = Gateway['count']
type RawResponse = Parameters<Complete>[1]

/** A completion as it came: who asks, the body's bytes, and the buyer's own bound on the price, if any. */
export type CompletionCall = {
  caller: Caller
  bytes: Uint8Array
  requestId: string
  /** `x-busbar-max-price`: dollars per unit that a purchase for this request may cost at most. */
  maxPrice: string | undefined
  /** The surface that was asked. Left out: chat completions. */
  counter?: Counter
  /** For what else may be wished there. */
  headers: Readonly<Record<string, string | string[] | undefined>>
}

const malformed = (message: string, param?: string): BuyerError => ({
  status: 400,
  code: 'invalid_request',
  message,
  ...(param === undefined ? {} : { param }),
})

/** Reads a completion, or says what is wrong with it and where. */
export function readCompletion(state: State, call: CompletionCall): CompletionRequest | BuyerError {
  const { caller, bytes, requestId } = call
  if (!caller.scopes.has('inference:consume'))
    return { status: 403, code: 'scope_missing', message: 'The key needs the scope inference:consume.' }
  const json = readJson(bytes, FOREIGN)
  if (!json.ok) return malformed(json.pointer === '' ? json.detail : `${json.pointer}: ${json.detail}`)
  const question = (call.counter ?? CHAT).read(json.value)
  if ('message' in question) return malformed(question.message, question.param ?? undefined)
  const { body, surface } = question
  const instrument = findInstrument(state, body.model)
  if (instrument === undefined) {
    const message = 'There is no such instrument. GET /v1/models lists them.'
    return { status: 404, code: 'model_not_found', message, param: 'model' }
  }
  const unfit = unfitness(instrument.spec, call.counter ?? CHAT, question)
  if (unfit !== undefined) return unfit
  const wishes = readWishes(call.headers, json.value)
  if ('status' in wishes) return wishes
  const buyLimit = buyLimitOf(state, caller, instrument, call.maxPrice)
  if (buyLimit === undefined) return malformed('x-busbar-max-price must be dollars per unit, such as 0.95')
  const { account, mandate } = caller
  return {
    caller: { account, mandate, buyLimit },
    instrument: instrument.id,
    body,
    surface,
    rawBody: bytes,
    requestId,
    wishes,
  }
}

/** Numbers in the vectors of one answer. */
const NUMBERS_MAX = 1_048_576

/** Why the instrument is not one to be asked so, or nothing. */
function unfitness(spec: Spec, { serves }: Counter, { body, dimensions }: Question): BuyerError | undefined {
  const isEmbedding = spec.task === 'embeddings'
  if (isEmbedding && serves === undefined)
    return malformed(`model: ${spec.symbol} delivers embeddings: POST /v1/embeddings`, 'model')
  if (!isEmbedding && serves !== undefined)
    return malformed(`model: ${spec.symbol} delivers no embeddings`, 'model')
  const { vectors } = spec
  const most = Math.max(1, Math.floor(NUMBERS_MAX / (vectors?.dimensions ?? 1)))
  if (isEmbedding && body.messages.length > most)
    return malformed(`input: at most ${most} texts of ${spec.symbol} in one request`, 'input')
  if (vectors === undefined || dimensions === undefined || dimensions === vectors.dimensions) return undefined
  return malformed(`dimensions: vectors of ${spec.symbol} have ${vectors.dimensions}`, 'dimensions')
}

/**
 * The most that a request may pay for units it lacks: null where it may not buy, `undefined` where the bound
 * it names
 * is no price. A key without a mandate has its account's whole authority. The engine narrows this further.
 */
function buyLimitOf(
  state: State,
  { mandate }: Caller,
  { spec }: Instrument,
  maxPrice: string | undefined,
): Ticks | null | undefined {
  if (mandate !== NO_MANDATE && mandateOf(state, mandate)?.terms.autoBuy !== true) return null
  if (maxPrice === undefined) return spec.priceMax
  const price = parseDecimal(maxPrice, MONEY_PLACES)
  if (price === undefined || price < 0) return undefined
  return Math.min(Math.floor(price / spec.tick), spec.priceMax) as Ticks
}

/** Tokens of a prompt as Anthropic's clients are told of them, or why they cannot be counted. */
export async function countTokens(
  count: CountTokens,
  { body, instrument }: CompletionRequest,
): Promise<{ input_tokens: number } | BuyerError> {
  const tokens = await count(body, instrument)
  return typeof tokens === 'number' ? { input_tokens: tokens } : tokens
}

/** A problem as OpenAI's clients are told of it. */
const buyerErrorOf = ({ status, code, detail }: Problem): BuyerError => ({ status, code, message: detail })

/** Refuses a completion in its surface's error shape. Left out: OpenAI's. */
export function refuseCompletion(
  response: RawResponse,
  requestId: string,
  error: BuyerError | Problem,
  { refusal }: Counter = CHAT,
): void {
  const headers = { 'x-request-id': requestId }
  if (error instanceof Problem)
    refuseReply(response, { ...headers, ...error.more.headers }, buyerErrorOf(error), refusal)
  else refuseReply(response, headers, error, refusal)
}
