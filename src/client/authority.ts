import type { KeyOut, KeyRequest } from '../wire/key.ts'
import type { MandateOut, MandateRequest } from '../wire/mandate.ts'
import type { Transport } from './transport.ts'
import { freshId } from './transport.ts'

/** A key with its secret, which is shown this once. */
export type NewKey = KeyOut & { secret: string | null }
export type Role = 'consumer' | 'supplier' | 'trader' | 'operator'
export type OpenedAccount = { id: string; name: string; member: string; roles: Role[] }

const once = (body: unknown) => ({ body, headers: { 'idempotency-key': freshId() }, repeatable: true })

/** A request for a key of another account, which only an operator may make. */
export type AdminKeyRequest = KeyRequest & { account: string }

export const keysOn = ({ json }: Transport) => ({
  create: (key: KeyRequest) => json<NewKey>('POST', '/v1/keys', once(key)),
  list: async () => (await json<{ data: KeyOut[] }>('GET', '/v1/keys')).data,
  revoke: (key: string) => json<KeyOut>('DELETE', `/v1/keys/${encodeURIComponent(key)}`),
})

export const mandatesOn = ({ json }: Transport) => ({
  grant: (mandate: MandateRequest) => json<MandateOut>('POST', '/v1/mandates', once(mandate)),
  list: async () => (await json<{ data: MandateOut[] }>('GET', '/v1/mandates')).data,
  get: (mandate: string) => json<MandateOut>('GET', `/v1/mandates/${encodeURIComponent(mandate)}`),
  revoke: (mandate: string) => json<MandateOut>('DELETE', `/v1/mandates/${encodeURIComponent(mandate)}`),
})

/** What the operator alone may do. */
export const adminOn = ({ json }: Transport) => ({
  admitMember: (member: { name: string }) =>
    json<{ id: string; name: string }>('POST', '/v1/admin/members', once(member)),
  openAccount: (account: { member: string; name: string; roles: Role[] }) =>
    json<OpenedAccount>('POST', '/v1/admin/accounts', once(account)),
  accounts: async () => (await json<{ data: OpenedAccount[] }>('GET', '/v1/admin/accounts')).data,
  createKey: (key: AdminKeyRequest) => json<NewKey>('POST', '/v1/admin/keys', once(key)),
  deposit: (deposit: { account: string; amount: string; reference: string }) =>
    json<{ [name: string]: unknown }>('POST', '/v1/admin/deposits', once(deposit)),
  halt: (instrument: string, reason: string) =>
    json<{ [name: string]: unknown }>(
      'POST',
      `/v1/admin/instruments/${encodeURIComponent(instrument)}/halt`,
      {
        body: { reason },
      },
    ),
  resume: (instrument: string, reason: string) =>
    json<{ [name: string]: unknown }>(
      'POST',
      `/v1/admin/instruments/${encodeURIComponent(instrument)}/resume`,
      { body: { reason } },
    ),
})
