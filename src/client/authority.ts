import type { z } from 'zod'
import type {
  accountKeyRequest,
  accountRequest,
  DepositOut,
  ListingRequest,
  openedAccount,
} from '../wire/admin.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { KeyOut, KeyRequest, newKey } from '../wire/key.ts'
import type { ApprovalOut, MandateOut, MandateRequest } from '../wire/mandate.ts'
import type { OfferOut } from '../wire/supply.ts'
import type { tradingStatus } from '../wire/venue.ts'
import type { Page, PageQuery } from './page.ts'
import { rowsOf } from './page.ts'
import type { Transport } from './transport.ts'
import { once } from './transport.ts'

/** A key with its secret, which is shown this once. */
export type NewKey = z.infer<typeof newKey>
export type OpenedAccount = z.infer<typeof openedAccount>
export type Role = OpenedAccount['roles'][number]

const part = (text: string): string => encodeURIComponent(text)

export const keysOn = ({ json }: Transport) => ({
  /** Never repeated by itself: a second key would be made. */
  create: (key: KeyRequest) => json<NewKey>('POST', '/v1/keys', { body: key }),
  list: async () => (await json<{ data: KeyOut[] }>('GET', '/v1/keys')).data,
  revoke: (key: string) => json<KeyOut>('DELETE', `/v1/keys/${part(key)}`, { repeatable: true }),
})

export const mandatesOn = ({ json }: Transport) => ({
  grant: (mandate: MandateRequest) => json<MandateOut>('POST', '/v1/mandates', once(mandate)),
  list: async () => (await json<{ data: MandateOut[] }>('GET', '/v1/mandates')).data,
  get: (mandate: string) => json<MandateOut>('GET', `/v1/mandates/${part(mandate)}`),
  revoke: (mandate: string) => json<MandateOut>('DELETE', `/v1/mandates/${part(mandate)}`),
})

type ApprovalFilter = { status?: ApprovalOut['status']; mandate?: string }

/** Orders and requests that wait for a person. Asked by placing them under a mandate with a threshold. */
export const approvalsOn = ({ json }: Transport) => {
  const page = (query: ApprovalFilter & PageQuery = {}) =>
    json<Page<ApprovalOut>>('GET', '/v1/approvals', { query })
  const answer = (how: 'approve' | 'refuse') => (approval: string, reason?: string) =>
    json<ApprovalOut>('POST', `/v1/approvals/${part(approval)}/${how}`, {
      body: reason === undefined ? {} : { reason },
      repeatable: true,
    })
  return {
    list: page,
    all: (filter: ApprovalFilter = {}) => rowsOf((after) => page({ ...filter, after, limit: 1_000 })),
    get: (approval: string) => json<ApprovalOut>('GET', `/v1/approvals/${part(approval)}`),
    /** Places the order now, or lets the request be drawn once. The same answer again changes nothing. */
    approve: answer('approve'),
    refuse: answer('refuse'),
  }
}

const turned =
  ({ json }: Transport, to: 'halt' | 'resume') =>
  (instrument: string, reason: string) =>
    json<z.infer<typeof tradingStatus>>('POST', `/v1/admin/instruments/${part(instrument)}/${to}`, {
      body: { reason },
    })

/** What the operator alone may do. */
export const adminOn = (transport: Transport) => {
  const { json } = transport
  return {
    admitMember: (member: { name: string }) =>
      json<{ id: string; name: string; seq: number }>('POST', '/v1/admin/members', once(member)),
    openAccount: (account: z.input<typeof accountRequest>) =>
      json<OpenedAccount>('POST', '/v1/admin/accounts', once(account)),
    accounts: async () => (await json<{ data: OpenedAccount[] }>('GET', '/v1/admin/accounts')).data,
    /** A first key of anybody's account. Never repeated by itself. */
    createKey: (key: z.input<typeof accountKeyRequest>) =>
      json<NewKey>('POST', '/v1/admin/keys', { body: key }),
    deposit: (deposit: { account: string; amount: string; reference: string }) =>
      json<DepositOut>('POST', '/v1/admin/deposits', once(deposit)),
    listInstrument: (listing: ListingRequest) =>
      json<InstrumentOut>('POST', '/v1/admin/instruments', once(listing)),
    offers: async () => (await json<{ data: OfferOut[] }>('GET', '/v1/admin/offers')).data,
    suspendOffer: (offer: string, reason: string) =>
      json<OfferOut>('POST', `/v1/admin/offers/${part(offer)}/suspend`, { body: { reason } }),
    /** The offer has to qualify again. */
    liftOffer: (offer: string, reason: string) =>
      json<OfferOut>('POST', `/v1/admin/offers/${part(offer)}/lift`, { body: { reason } }),
    halt: turned(transport, 'halt'),
    resume: turned(transport, 'resume'),
  }
}
