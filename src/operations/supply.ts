import type { z } from 'zod'
import { offerOf } from '../state/account.ts'
import { obligationOf } from '../state/account.ts'
import type { AccountId, InstrumentId, OfferId } from '../base/ids.ts'
import { rfc3339 } from '../base/time.ts'
import { endpointFault, endpointPolicy } from '../delivery/endpoint.ts'
import type { OfferTraits } from '../state/command.ts'
import type { Offer, State } from '../state/state.ts'
import type { Endpoint } from '../store/endpoint.ts'
import { units, money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import {
  issuance,
  issuanceRequest,
  offer,
  offerChange,
  offerPath,
  offerRequest,
  offers,
  redemptionRequest,
} from '../wire/supply.ts'
import type { endpointRequest, IssuanceOut, OfferOut } from '../wire/supply.ts'
import { readQuantity, readUnits } from '../api/amount.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { operation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { faultAt, notFound, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'

/** Headers that belong to the connection or to us, and that a supplier cannot have set. */
const OWN_HEADERS =
  /^(host|connection|content-length|content-type|transfer-encoding|te|trailer|upgrade|expect|accept-encoding|keep-alive|proxy-.*)$/i

/** An endpoint as it will be called, or why it will not be. */
function endpointOf(venue: Venue, body: z.output<typeof endpointRequest>): Endpoint | Problem {
  const fault = endpointFault(body.base_url, endpointPolicy(venue.settings))
  if (fault !== undefined) return faultAt('endpoint_not_allowed', '/endpoint/base_url', fault)
  const own = Object.keys(body.headers).find((name) => OWN_HEADERS.test(name))
  if (own !== undefined)
    return faultAt('invalid_request', `/endpoint/headers/${own}`, 'this header cannot be set')
  const { base_url: baseUrl, dialect, model } = body
  return { baseUrl, dialect, model, apiKey: body.api_key ?? null, headers: body.headers }
}

/** What the supplier declares for buyers to choose by, if anything. */
function traitsOf(body: z.output<typeof offerRequest>): { traits?: OfferTraits } {
  const { region = null, zero_retention: zeroRetention, shown_model: model = null } = body
  return region === null && !zeroRetention && model === null
    ? {}
    : { traits: { region, zeroRetention, model } }
}

/** An offer as its owner sees it. Secrets of its endpoint are never among it. */
export function printOffer(venue: Pick<Venue, 'endpoints' | 'clock'>, state: State, one: Offer): OfferOut {
  const { terms } = one
  const view = venue.endpoints.view(one.id)
  const last4 = view?.apiKeyLast4
  return {
    id: printId('offer', one.id),
    account: printId('account', terms.account),
    name: terms.name,
    endpoint: {
      base_url: view?.baseUrl ?? '',
      dialect: view?.dialect ?? 'openai',
      model: view?.model ?? '',
      api_key: last4 == null ? (view?.apiKeyFingerprint == null ? null : '…') : `…${last4}`,
    },
    rate: units(terms.rate),
    concurrency: terms.concurrency,
    capabilities: [...terms.capabilities],
    context_tokens: terms.contextTokens,
    disclosed: terms.disclosed,
    region: terms.traits?.region ?? null,
    zero_retention: terms.traits?.zeroRetention ?? false,
    shown_model: terms.traits?.model ?? null,
    maintenance: one.notice && {
      starts_at: rfc3339(one.notice.from),
      ends_at: one.notice.until === null ? null : rfc3339(one.notice.until),
    },
    status: one.suspended ? 'suspended' : 'active',
    certificates: one.certified.flatMap((expiresAt, i) => {
      const instrument = state.instruments[i]
      if (instrument === undefined || expiresAt <= venue.clock()) return []
      return [{ instrument: marketName(instrument), expires_at: rfc3339(expiresAt) }]
    }),
    outstanding: units(one.backed),
    seq: state.seq,
  }
}

/** The caller's own offer; another's is as unknown as none. */
export function ownOffer(state: State, account: AccountId, id: OfferId, pointer: string): Offer | Problem {
  const found = offerOf(state, id)
  return found?.terms.account === account ? found : notFound('offer', pointer)
}

/** The caller's own offer as it is answered. */
const readOffer = (venue: Venue, account: AccountId, id: OfferId): Promise<OfferOut | Problem> =>
  venue.sequencer.read((state) => {
    const found = ownOffer(state, account, id, '/path/id')
    return found instanceof Problem ? found : printOffer(venue, state, found)
  })

const register = operation({
  id: 'offer.register',
  method: 'POST',
  path: '/v1/offers',
  tag: 'Supply',
  summary: 'Offer an endpoint. It can issue units of an instrument once it is qualified for it.',
  scope: 'supply:manage',
  body: offerRequest,
  answer: offer,
  status: 201,
  idempotent: true,
  example: {
    name: 'Rack 4',
    endpoint: { base_url: 'https://models.example.com/v1', api_key: 'sk-example', model: 'qwen3-32b' },
    rate: '2.00',
    concurrency: 32,
    capabilities: ['tools', 'json_schema'],
    context_tokens: 131_072,
  },
  async run(venue, { body, caller }) {
    const endpoint = endpointOf(venue, body.endpoint)
    if (endpoint instanceof Problem) return endpoint
    const rate = readUnits(body.rate, '/rate')
    if (rate instanceof Problem) return rate
    const applied = await venue.sequencer.ask({
      kind: 'offer.register',
      account: caller.account,
      name: body.name,
      rate,
      concurrency: body.concurrency,
      capabilities: [...new Set(body.capabilities)],
      contextTokens: body.context_tokens,
      disclosed: body.disclosed,
      ...traitsOf(body),
    })
    const registered = eventIn(applied, 'offer.registered')
    if (registered === undefined) return refusalIn(applied) ?? notFound('offer')
    await venue.endpoints.put(registered.offer, endpoint, venue.clock())
    return readOffer(venue, caller.account, registered.offer)
  },
})

const list = operation({
  id: 'offer.list',
  method: 'GET',
  path: '/v1/offers',
  tag: 'Supply',
  summary: 'Offers of the account.',
  scope: 'supply:manage',
  answer: offers,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => ({
      data: state.offers
        .filter(({ terms }) => terms.account === caller.account)
        .map((one) => printOffer(venue, state, one)),
      seq: state.seq,
    })),
})

const get = operation({
  id: 'offer.get',
  method: 'GET',
  path: '/v1/offers/{id}',
  tag: 'Supply',
  summary: 'One offer of the account.',
  scope: 'supply:manage',
  params: offerPath,
  answer: offer,
  run: (venue, { path, caller }) => readOffer(venue, caller.account, path.id),
})

const change = operation({
  id: 'offer.change',
  method: 'PATCH',
  path: '/v1/offers/{id}',
  tag: 'Supply',
  summary: 'Point an offer at another address, key or model.',
  scope: 'supply:manage',
  params: offerPath,
  body: offerChange,
  answer: offer,
  example: { endpoint: { base_url: 'https://models.example.com/v1', model: 'qwen3-32b' } },
  async run(venue, { path, body, caller }) {
    const found = ownOffer(venue.sequencer.state, caller.account, path.id, '/path/id')
    if (found instanceof Problem) return found
    const endpoint = endpointOf(venue, body.endpoint)
    if (endpoint instanceof Problem) return endpoint
    await venue.endpoints.put(found.id, endpoint, venue.clock())
    return venue.sequencer.read((state) => printOffer(venue, state, found))
  },
})

/** What an issuance or a redemption left: its quantity and bond, and what the account still owes. */
const printIssuance = (
  state: State,
  {
    account,
    instrument,
    wt,
    bond,
  }: { account: AccountId; instrument: InstrumentId; wt: number; bond: number },
  seq: number,
): IssuanceOut | Problem => {
  const listed = state.instruments[instrument]
  const position = state.accounts[account - 1]?.positions[instrument]
  if (listed === undefined || position === undefined) return notFound('instrument')
  const obligation = units(obligationOf(state, position))
  return { instrument: marketName(listed), quantity: units(wt), bond: money(bond), obligation, seq }
}

const issue = operation({
  id: 'units.issue',
  method: 'POST',
  path: '/v1/issuances',
  tag: 'Supply',
  summary: 'Take on the obligation to deliver units, against a bond. The units can then be sold.',
  scope: 'supply:manage',
  body: issuanceRequest,
  answer: issuance,
  status: 201,
  idempotent: true,
  example: { offer: 'off_1', instrument: 'TEXT_PRIME-USD', quantity: '25.00' },
  async run(venue, { body, caller }) {
    const instrument = namedInstrument(venue.sequencer.state, body.instrument, '/instrument')
    if (instrument instanceof Problem) return instrument
    const lots = readQuantity(instrument.spec, body.quantity, '/quantity')
    if (lots instanceof Problem) return lots
    const { account } = caller
    const command = {
      kind: 'units.issue',
      account,
      offer: body.offer,
      instrument: instrument.id,
      lots,
    } as const
    const applied = await venue.sequencer.ask(command)
    const issued = eventIn(applied, 'units.issued')
    if (issued === undefined) return refusalIn(applied, instrument.spec) ?? notFound('offer', '/offer')
    return venue.sequencer.read((state) => printIssuance(state, issued, applied.seq))
  },
})

const redeem = operation({
  id: 'units.redeem',
  method: 'POST',
  path: '/v1/redemptions',
  tag: 'Supply',
  summary: 'Hand unsold units back. Their obligation ends and their bond is freed.',
  scope: 'supply:manage',
  body: redemptionRequest,
  answer: issuance,
  status: 201,
  idempotent: true,
  example: { instrument: 'TEXT_PRIME-USD', quantity: '5.00' },
  async run(venue, { body, caller }) {
    const instrument = namedInstrument(venue.sequencer.state, body.instrument, '/instrument')
    if (instrument instanceof Problem) return instrument
    const lots = readQuantity(instrument.spec, body.quantity, '/quantity')
    if (lots instanceof Problem) return lots
    const { account } = caller
    const applied = await venue.sequencer.ask({
      kind: 'units.redeem',
      account,
      instrument: instrument.id,
      lots,
    })
    const refused = refusalIn(applied, instrument.spec)
    if (refused !== undefined) return refused
    const redeemed = eventIn(applied, 'units.redeemed')
    if (redeemed === undefined) return notFound('instrument', '/instrument')
    return venue.sequencer.read((state) => printIssuance(state, redeemed, applied.seq))
  },
})

export const supplyOperations = [register, list, get, change, issue, redeem]
