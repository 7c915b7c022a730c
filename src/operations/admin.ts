import type { z } from 'zod'
import { NO_MANDATE } from '../base/ids.ts'
import type { Micros, Ppm, Wt } from '../base/money.ts'
import { lots, PPM, ppm, ticks } from '../base/money.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import { accountOf, freeCash, mandateOf } from '../state/account.ts'
import type { Spec } from '../state/instrument.ts'
import type { Account } from '../state/state.ts'
import { TOKENIZER } from '../meter/meter.ts'
import {
  accountKeyRequest,
  accountRequest,
  deposit,
  depositRequest,
  listingRequest,
  member,
  memberRequest,
  openedAccount,
  openedAccounts,
} from '../wire/admin.ts'
import { money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { instrument, instrumentPath } from '../wire/instrument.ts'
import { newKey } from '../wire/key.ts'
import { haltRequest, tradingStatus } from '../wire/venue.ts'
import { readMoney, readUnits } from '../api/amount.ts'
import { parseKeyId } from '../api/auth.ts'
import { forOperator } from '../api/authority.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { makeKey, wantedKey } from './keys.ts'
import type { Call, Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { printInstrument } from '../api/print-instrument.ts'
import { faultAt, notFound, Problem } from '../api/problem.ts'

const admitMember = operation({
  id: 'admin.member',
  method: 'POST',
  path: '/v1/admin/members',
  tag: 'Operator',
  summary: 'Admit a member.',
  scope: 'risk:admin',
  body: memberRequest,
  answer: member,
  status: 201,
  idempotent: true,
  example: { name: 'Northwind' },
  run: forOperator(async (venue, { body }) => {
    const applied = await venue.sequencer.ask({ kind: 'member.admit', name: body.name })
    const admitted = eventIn(applied, 'member.admitted')
    if (admitted === undefined) return refusalIn(applied) ?? notFound('member')
    return { id: printId('member', admitted.member), name: admitted.name, seq: applied.seq }
  }),
})

const printAccount = (one: Pick<Account, 'id' | 'name' | 'member' | 'roles'>) => ({
  id: printId('account', one.id),
  name: one.name,
  member: printId('member', one.member),
  roles: [...one.roles],
})

const openAccount = operation({
  id: 'admin.account',
  method: 'POST',
  path: '/v1/admin/accounts',
  tag: 'Operator',
  summary: 'Open an account of a member. Its first key comes from POST /v1/admin/keys.',
  scope: 'risk:admin',
  body: accountRequest,
  answer: openedAccount,
  status: 201,
  idempotent: true,
  example: { member: 'mem_1', name: 'Trading desk', roles: ['trader', 'consumer'] },
  run: forOperator(async (venue, { body }) => {
    const roles = [...new Set(body.roles)]
    const { member: of, name } = body
    const applied = await venue.sequencer.ask({ kind: 'account.open', member: of, name, roles })
    const opened = eventIn(applied, 'account.opened')
    if (opened === undefined) return refusalIn(applied) ?? notFound('member', '/member')
    return printAccount({ ...opened, id: opened.account })
  }),
})

const listAccounts = operation({
  id: 'admin.accounts',
  method: 'GET',
  path: '/v1/admin/accounts',
  tag: 'Operator',
  summary: 'Every account.',
  scope: 'risk:admin',
  answer: openedAccounts,
  run: forOperator((venue) => venue.sequencer.read(({ accounts }) => ({ data: accounts.map(printAccount) }))),
})

const createKey = operation({
  id: 'admin.key',
  method: 'POST',
  path: '/v1/admin/keys',
  tag: 'Operator',
  summary: "Make a key of anybody's account. Its secret is shown this once.",
  scope: 'risk:admin',
  body: accountKeyRequest,
  answer: newKey,
  status: 201,
  example: { account: 'acc_2', name: 'First key', scopes: ['account:read', 'keys:manage'] },
  run: forOperator(async (venue, { body, caller }) => {
    const { state } = venue.sequencer
    const { account, ...wanted } = body
    if (accountOf(state, account) === undefined) return notFound('account', '/account')
    const mandate = wanted.mandate ?? NO_MANDATE
    if (mandate !== NO_MANDATE && mandateOf(state, mandate)?.terms.account !== account)
      return notFound('mandate', '/mandate')
    const now = venue.clock()
    const key = wantedKey(wanted, account, mandate, parseKeyId(caller.keyId) ?? null, now)
    return key instanceof Problem ? key : makeKey(venue, key, now)
  }),
})

const depositMoney = operation({
  id: 'admin.deposit',
  method: 'POST',
  path: '/v1/admin/deposits',
  tag: 'Operator',
  summary: 'Book money that came in from outside.',
  scope: 'risk:admin',
  body: depositRequest,
  answer: deposit,
  status: 201,
  idempotent: true,
  example: { account: 'acc_2', amount: '1000.00', reference: 'wire 2026-11-25/17' },
  run: forOperator(async (venue, { body }) => {
    const amount = readMoney(body.amount, '/amount')
    if (amount instanceof Problem) return amount
    const { account: to, reference } = body
    const applied = await venue.sequencer.ask({ kind: 'cash.deposit', account: to, amount, reference })
    const refused = refusalIn(applied)
    if (refused !== undefined) return refused
    return venue.sequencer.read((state) => {
      const account = accountOf(state, to)
      if (account === undefined) return notFound('account', '/account')
      const available = money(freeCash(state, account))
      return {
        account: printId('account', to),
        amount: money(amount),
        reference,
        available,
        seq: applied.seq,
      }
    })
  }),
})

/** A share as decimal text between 0 and `most`, in ppm. */
function readShare(text: string, pointer: string, most: number): Ppm | Problem {
  const value = readMoney(text, pointer)
  if (value instanceof Problem) return value
  if (value < 0 || value > most * PPM)
    return faultAt('invalid_request', pointer, `between 0 and ${most}`, { value: text })
  return ppm(value)
}

/** µ$ × wt of the dearest order: a billion dollars. */
const ORDER_VALUE_MAX = 10n ** 15n * 1_000_000n

/** How many whole steps an amount is, or the problem. */
function stepsOf(amount: number | Problem, step: number, pointer: string): number | Problem {
  if (amount instanceof Problem) return amount
  if (amount > 0 && amount % step === 0) return amount / step
  return faultAt('invalid_request', pointer, 'a positive multiple of the increment')
}

/** The spec that a listing describes, or the first problem with it. */
function specOf(body: z.output<typeof listingRequest>): Spec | Problem {
  const tick = stepsOf(readMoney(body.price_increment, '/price_increment'), 1, '/price_increment')
  if (tick instanceof Problem) return tick
  const lot = stepsOf(readUnits(body.quantity_increment, '/quantity_increment'), 1, '/quantity_increment')
  if (lot instanceof Problem) return lot
  const listingPrice = stepsOf(readMoney(body.listing_price, '/listing_price'), tick, '/listing_price')
  if (listingPrice instanceof Problem) return listingPrice
  const priceMax = stepsOf(readMoney(body.price_max, '/price_max'), tick, '/price_max')
  if (priceMax instanceof Problem) return priceMax
  const orderMax = stepsOf(readUnits(body.quantity_max, '/quantity_max'), lot, '/quantity_max')
  if (orderMax instanceof Problem) return orderMax
  if (BigInt(priceMax * tick) * BigInt(orderMax * lot) > ORDER_VALUE_MAX)
    return faultAt(
      'amount_too_large',
      '/quantity_max',
      'one order could be worth more than the exchange can hold',
    )
  const reliability = readShare(body.reliability, '/reliability', 1)
  if (reliability instanceof Problem) return reliability
  const input = readShare(body.weights.input, '/weights/input', 100)
  if (input instanceof Problem) return input
  const cachedInput = readShare(body.weights.cached_input, '/weights/cached_input', 100)
  if (cachedInput instanceof Problem) return cachedInput
  const output = readShare(body.weights.output, '/weights/output', 100)
  if (output instanceof Problem) return output
  return {
    symbol: body.model,
    name: body.name,
    task: body.task,
    ...(body.vectors && { vectors: body.vectors }),
    intelligenceFloor: body.intelligence_floor,
    latencyBaseMs: body.latency_base_ms,
    latencyPerTokenUs: Math.round(body.latency_per_input_token_ms * 1_000),
    throughputFloor: body.throughput_floor,
    contextTokens: body.context_tokens,
    outputTokensMax: body.output_tokens_max,
    capabilities: [...new Set(body.capabilities)],
    reliability,
    tokenizer: { ...TOKENIZER },
    weights: { input, cachedInput, output },
    lot: lot as Wt,
    tick: tick as Micros,
    window: body.window_seconds * MICROS_PER_SECOND,
    listingPrice: ticks(listingPrice),
    priceMax: ticks(priceMax),
    orderMax: lots(orderMax),
  }
}

const listInstrument = operation({
  id: 'admin.list_instrument',
  method: 'POST',
  path: '/v1/admin/instruments',
  tag: 'Operator',
  summary: 'List a new grade by its spec. Trading is open at once.',
  scope: 'risk:admin',
  body: listingRequest,
  answer: instrument,
  status: 201,
  idempotent: true,
  example: {
    model: 'support-prime',
    name: 'Support Prime',
    task: 'text',
    intelligence_floor: 95,
    latency_base_ms: 2_000,
    latency_per_input_token_ms: 1,
    throughput_floor: 50,
    context_tokens: 131_072,
    output_tokens_max: 16_384,
    listing_price: '0.6000',
  },
  run: forOperator(async (venue, { body }) => {
    const spec = specOf(body)
    if (spec instanceof Problem) return spec
    const applied = await venue.sequencer.ask({ kind: 'instrument.list', spec })
    const listed = eventIn(applied, 'instrument.listed')
    if (listed === undefined) return refusalIn(applied) ?? notFound('instrument')
    return venue.sequencer.read((state) => {
      const found = state.instruments[listed.instrument]
      return found === undefined ? notFound('instrument') : printInstrument(found, state.settings)
    })
  }),
})

const turn = (to: 'halted' | 'open') =>
  forOperator(async (venue, { path, body }: Call<{ id: string }, undefined, { reason: string }, Caller>) => {
    const found = namedInstrument(venue.sequencer.state, path.id, '/path/id')
    if (found instanceof Problem) return found
    const { reason } = body
    const command = { to, instrument: found.id, reason, until: null, next: [] }
    const applied = await venue.sequencer.ask({ kind: 'instrument.transition', ...command })
    const refused = refusalIn(applied)
    if (refused !== undefined) return refused
    return { instrument: marketName(found), status: to, reason, seq: applied.seq }
  })

const halt = operation({
  id: 'admin.halt',
  method: 'POST',
  path: '/v1/admin/instruments/{id}/halt',
  tag: 'Operator',
  summary: 'Stop placing and amending in a market. Orders stay, and can be cancelled.',
  scope: 'risk:admin',
  params: instrumentPath,
  body: haltRequest,
  answer: tradingStatus,
  example: { reason: 'Price feed under review' },
  run: turn('halted'),
})

const resume = operation({
  id: 'admin.resume',
  method: 'POST',
  path: '/v1/admin/instruments/{id}/resume',
  tag: 'Operator',
  summary: 'Open a halted market where it stopped.',
  scope: 'risk:admin',
  params: instrumentPath,
  body: haltRequest,
  answer: tradingStatus,
  example: { reason: 'Review done' },
  run: turn('open'),
})

export const adminOperations = [
  admitMember,
  openAccount,
  listAccounts,
  createKey,
  depositMoney,
  listInstrument,
  halt,
  resume,
]
