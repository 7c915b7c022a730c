import type { z } from 'zod'
import type { InstrumentId, MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { lapseFault, spentIn } from '../mandate/budget.ts'
import { mandateOf } from '../state/account.ts'
import type { Bounds, Budget, MandateGrant } from '../state/mandate-terms.ts'
import type { Mandate } from '../state/mandate.ts'
import type { State } from '../state/state.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_SECOND, rfc3339 } from '../base/time.ts'
import type { Micros } from '../base/money.ts'
import { ppm, wt } from '../base/money.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { budgetWindow, mandate, mandatePath, mandateRequest, mandates } from '../wire/mandate.ts'
import type { MandateOut } from '../wire/mandate.ts'
import { readMoney } from '../api/amount.ts'
import { ruledMandate, rules } from '../api/authority.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import type { Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { faultAt, notFound, Problem } from '../api/problem.ts'

/** A mandate with what is left of it at an instant. */
export function printMandate(state: State, one: Mandate, at: Instant): MandateOut {
  const { id, terms, reserved } = one
  const lapsed = lapseFault(state, id, at)?.reason
  return {
    id: printId('mandate', id),
    name: terms.name,
    account: printId('account', terms.account),
    parent: terms.parent === NO_MANDATE ? null : printId('mandate', terms.parent),
    budget: budgetWindow.options.flatMap((window) => {
      const limit = terms.budget[window]
      if (limit === undefined) return []
      const [gone, held] = window === 'order' ? [0, 0] : [spentIn(one, window, at), reserved]
      return {
        window,
        limit: money(limit),
        spent: money(gone),
        reserved: money(held),
        remaining: money(Math.max(0, limit - gone - held)),
      }
    }),
    instruments: terms.instruments?.flatMap((one) => nameOf(state, one)) ?? null,
    sides: [...terms.sides],
    products: ['spot'],
    price_limit: terms.priceLimit === null ? null : money(terms.priceLimit),
    ...printBounds(terms.bounds ?? {}),
    auto_buy: terms.autoBuy,
    expires_at: terms.expiresAt === null ? null : rfc3339(terms.expiresAt),
    status: lapsed === undefined ? 'active' : lapsed === 'mandate_expired' ? 'expired' : 'revoked',
    seq: state.seq,
  }
}

const orNull = (value: number | undefined, print: (value: number) => string): string | null =>
  value === undefined ? null : print(value)

function printBounds(bounds: Bounds) {
  const { priceFloor, fixingMost, fixingLeast, position, approval } = bounds
  return {
    price_floor: orNull(priceFloor, money),
    fixing_most: orNull(fixingMost, money),
    fixing_least: orNull(fixingLeast, money),
    position: orNull(position, units),
    open_orders: bounds.openOrders ?? null,
    per_minute: bounds.perMinute ?? null,
    score_least: bounds.scoreLeast ?? null,
    approval_above: orNull(approval?.above, money),
    approval_wait: approval === undefined ? null : Math.floor(approval.wait / MICROS_PER_SECOND),
  }
}

function nameOf(state: State, id: InstrumentId): string[] {
  const instrument = state.instruments[id]
  return instrument === undefined ? [] : [marketName(instrument)]
}

function grantOf(
  state: State,
  body: z.output<typeof mandateRequest>,
  caller: Caller,
  now: Instant,
): MandateGrant | Problem {
  const parent = body.parent ?? caller.mandate
  const fault = ruledMandate(state, caller, parent, '/parent')
  if (fault !== undefined) return fault
  const budget: Budget = {}
  for (const window of budgetWindow.options) {
    const text = body.budget[window]
    if (text === undefined) continue
    const amount = readMoney(text, `/budget/${window}`)
    if (amount instanceof Problem) return amount
    budget[window] = amount
  }
  const instruments: InstrumentId[] = []
  for (const [i, name] of (body.instruments ?? []).entries()) {
    const instrument = namedInstrument(state, name, `/instruments/${i}`)
    if (instrument instanceof Problem) return instrument
    if (!instruments.includes(instrument.id)) instruments.push(instrument.id)
  }
  const bounds = boundsOf(body)
  if (bounds instanceof Problem) return bounds
  const priceLimit = body.price_limit === undefined ? null : readMoney(body.price_limit, '/price_limit')
  if (priceLimit instanceof Problem) return priceLimit
  return {
    kind: 'mandate.grant',
    account: caller.account,
    parent,
    name: body.name,
    budget,
    instruments: body.instruments === undefined ? null : instruments,
    sides: [...new Set(body.sides)],
    priceLimit,
    autoBuy: body.auto_buy,
    expiresAt: body.expires_in === undefined ? null : later(now, body.expires_in * MICROS_PER_SECOND),
    ...(Object.keys(bounds).length > 0 && { bounds }),
  }
}

/** How long what waits for a person waits, unless the mandate says otherwise. */
const WAIT_SECONDS = 86_400

/** The bounds that a request names. Shares and units have six decimals, as money has. */
function boundsOf(body: z.output<typeof mandateRequest>): Bounds | Problem {
  const amounts: Partial<Record<(typeof DECIMALS)[number], Micros>> = {}
  for (const field of DECIMALS) {
    const text = body[field]
    if (text === undefined) continue
    const amount = readMoney(text, `/${field}`)
    if (amount instanceof Problem) return amount
    amounts[field] = amount
  }
  const { price_floor, fixing_most, fixing_least, position, approval_above } = amounts
  if (body.approval_wait !== undefined && approval_above === undefined)
    return faultAt('invalid_request', '/approval_wait', 'it needs an approval_above that would wait')
  const wait = (body.approval_wait ?? WAIT_SECONDS) * MICROS_PER_SECOND
  return {
    ...(price_floor !== undefined && { priceFloor: price_floor }),
    ...(fixing_most !== undefined && { fixingMost: ppm(fixing_most) }),
    ...(fixing_least !== undefined && { fixingLeast: ppm(fixing_least) }),
    ...(position !== undefined && { position: wt(position) }),
    ...(body.open_orders !== undefined && { openOrders: body.open_orders }),
    ...(body.per_minute !== undefined && { perMinute: body.per_minute }),
    ...(body.score_least !== undefined && { scoreLeast: body.score_least }),
    ...(approval_above !== undefined && { approval: { above: approval_above, wait } }),
  }
}

const DECIMALS = ['price_floor', 'fixing_most', 'fixing_least', 'position', 'approval_above'] as const

/** A refusal that names a field, with a pointer to its place in the request. */
function placed(refused: Problem | undefined): Problem | undefined {
  const facts = refused?.more.facts
  const field = facts?.['field'] ?? (facts?.['window'] && `budget.${facts['window']}`)
  if (refused === undefined || field === undefined) return refused
  const { code, status, title, detail, more } = refused
  const pointer = `/${field.replace('.', '/')}`
  return new Problem(code, { status, title }, detail, { ...more, errors: [{ pointer, detail: title }] })
}

const show = (state: State, id: MandateId, at: Instant): MandateOut | Problem => {
  const found = mandateOf(state, id)
  return found === undefined ? notFound('mandate') : printMandate(state, found, at)
}

const grant = operation({
  id: 'mandate.grant',
  method: 'POST',
  path: '/v1/mandates',
  tag: 'Keys and mandates',
  summary:
    'Lend a part of the account: budgets, markets, prices, positions, rates, a threshold for approval, an end.',
  scope: 'keys:manage',
  body: mandateRequest,
  answer: mandate,
  status: 201,
  idempotent: true,
  example: {
    name: 'Night shift',
    budget: { day: '50.00' },
    instruments: ['text-prime'],
    auto_buy: true,
    fixing_most: '1.05',
    position: '100.00',
    per_minute: 60,
    approval_above: '10.00',
  },
  async run(venue, { body, caller }) {
    const command = grantOf(venue.sequencer.state, body, caller, venue.clock())
    if (command instanceof Problem) return command
    const applied = await venue.sequencer.ask(command)
    const granted = eventIn(applied, 'mandate.granted')
    if (granted === undefined) return placed(refusalIn(applied)) ?? notFound('mandate')
    return venue.sequencer.read((state) => show(state, granted.mandate, venue.clock()))
  },
})

const list = operation({
  id: 'mandate.list',
  method: 'GET',
  path: '/v1/mandates',
  tag: 'Keys and mandates',
  summary: 'Mandates that the key rules, with what is spent, reserved and left.',
  scope: 'account:read',
  answer: mandates,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => ({
      data: state.mandates
        .filter(({ id, terms }) => terms.account === caller.account && rules(state, caller, id))
        .map((one) => printMandate(state, one, venue.clock())),
      seq: state.seq,
    })),
})

const get = operation({
  id: 'mandate.get',
  method: 'GET',
  path: '/v1/mandates/{id}',
  tag: 'Keys and mandates',
  summary: 'One mandate.',
  scope: 'account:read',
  params: mandatePath,
  answer: mandate,
  run: (venue, { path, caller }) =>
    venue.sequencer.read(
      (state) => ruledMandate(state, caller, path.id, '/path/id') ?? show(state, path.id, venue.clock()),
    ),
})

const revoke = operation({
  id: 'mandate.revoke',
  method: 'DELETE',
  path: '/v1/mandates/{id}',
  tag: 'Keys and mandates',
  summary: 'End a mandate and all below it at once. Their open orders are cancelled.',
  scope: 'keys:manage',
  rate: 'cancel',
  params: mandatePath,
  answer: mandate,
  async run(venue, { path, caller }) {
    const fault = ruledMandate(venue.sequencer.state, caller, path.id, '/path/id')
    if (fault !== undefined) return fault
    const { account } = caller
    const applied = await venue.sequencer.ask({ kind: 'mandate.revoke', account, mandate: path.id })
    const refused = refusalIn(applied)
    if (refused !== undefined) return refused
    return venue.sequencer.read((state) => show(state, path.id, venue.clock()))
  },
})

export const mandateOperations = [grant, list, get, revoke]
