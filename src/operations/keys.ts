import type { z } from 'zod'
import type { AccountId, MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_SECOND, rfc3339 } from '../base/time.ts'
import { isUnder } from '../mandate/budget.ts'
import type { State } from '../state/state.ts'
import { parseNetwork } from '../store/address.ts'
import type { ApiKey, NewKey } from '../store/key.ts'
import { excessOf, KEYS_PER_ACCOUNT } from '../store/key.ts'
import { printId } from '../wire/id.ts'
import { key, keyPath, keyRequest, keys, newKey } from '../wire/key.ts'
import type { KeyOut } from '../wire/key.ts'
import { parseKeyId, printKeyId } from '../api/auth.ts'
import { ruledMandate, rules } from '../api/authority.ts'
import type { Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { faultAt, notFound, Problem, problem } from '../api/problem.ts'
import { isPublicKey } from '../api/signature.ts'
import type { Venue } from '../api/venue.ts'

export const printKey = (one: ApiKey): KeyOut => ({
  id: printKeyId(one.id),
  name: one.label,
  kind: one.kind,
  prefix: one.prefix,
  scopes: [...one.scopes],
  mandate: one.mandate === NO_MANDATE ? null : printId('mandate', one.mandate),
  ip_allowlist: [...one.addresses],
  created_at: rfc3339(one.createdAt),
  expires_at: one.expiresAt === null ? null : rfc3339(one.expiresAt),
  revoked_at: one.revokedAt === null ? null : rfc3339(one.revokedAt),
})

type KeyBody = z.output<typeof keyRequest>

/** The key that a request describes, for an account; faults of its own parts first. */
export function wantedKey(
  body: KeyBody,
  account: AccountId,
  mandate: MandateId,
  createdBy: number | null,
  now: Instant,
): NewKey | Problem {
  for (const [i, text] of body.ip_allowlist.entries())
    if (parseNetwork(text) === undefined)
      return faultAt('ip_range_invalid', `/ip_allowlist/${i}`, 'not an IP address or CIDR range', {
        value: text,
      })
  const publicKey = body.public_key ?? null
  if (body.kind === 'ed25519' && (publicKey === null || !isPublicKey(publicKey)))
    return faultAt(
      'invalid_request',
      '/public_key',
      'base64 of the 32 bytes of an Ed25519 public key is needed',
    )
  if (body.kind !== 'ed25519' && publicKey !== null)
    return faultAt('invalid_request', '/public_key', 'only an ed25519 key has a public key')
  return {
    account,
    mandate,
    label: body.name,
    kind: body.kind,
    scopes: [...new Set(body.scopes)],
    addresses: body.ip_allowlist,
    expiresAt: body.expires_in === undefined ? null : later(now, body.expires_in * MICROS_PER_SECOND),
    createdBy,
    publicKey,
  }
}

/** Makes a key and shows its secret this once. */
export async function makeKey(
  { keys: store }: Venue,
  wanted: NewKey,
  now: Instant,
): Promise<z.input<typeof newKey> | Problem> {
  const made = await store.create(wanted, now)
  if (made === 'too_many_keys')
    return problem('key_limit', `An account may have ${KEYS_PER_ACCOUNT} working keys.`)
  return { ...printKey(made.key), secret: made.secret }
}

/**
 * The creator as a key: where a browser's session asks, it stands for a key of the same account and scopes.
 */
function creatorOf({ keys: store }: Venue, caller: Caller, now: Instant): ApiKey {
  const { account, mandate } = caller
  const stored = store.get(parseKeyId(caller.keyId) ?? 0)
  const session = {
    id: 0,
    label: 'session',
    kind: 'bearer' as const,
    prefix: '',
    addresses: [],
    createdBy: null,
  }
  const ends = { createdAt: now, expiresAt: null, revokedAt: null }
  return stored ?? { ...session, ...ends, account, mandate, scopes: [...caller.scopes] }
}

const EXCESS_POINTER = {
  account: '',
  scopes: '/scopes',
  mandate: '/mandate',
  expiry: '/expires_in',
  addresses: '/ip_allowlist',
}

const create = operation({
  id: 'key.create',
  method: 'POST',
  path: '/v1/keys',
  tag: 'Keys and mandates',
  summary: 'Make a key with at most the rights of the key that asks. Its secret is shown this once.',
  scope: 'keys:manage',
  body: keyRequest,
  answer: newKey,
  status: 201,
  example: { name: 'Application', scopes: ['inference:consume'], mandate: 'mdt_3' },
  async run(venue, { body, caller }) {
    const now = venue.clock()
    const { state } = venue.sequencer
    const mandate = body.mandate ?? caller.mandate
    const fault = ruledMandate(state, caller, mandate, '/mandate')
    if (fault !== undefined) return fault
    const creator = creatorOf(venue, caller, now)
    const wanted = wantedKey(body, caller.account, mandate, creator.id === 0 ? null : creator.id, now)
    if (wanted instanceof Problem) return wanted
    const excess = excessOf(creator, wanted, (id, above) => isUnder(state, id, above))
    if (excess !== undefined)
      return faultAt('scope_wider', EXCESS_POINTER[excess], `goes beyond the ${excess} of the key that asks`)
    return makeKey(venue, wanted, now)
  },
})

const mayManage = (state: State, caller: Caller, { mandate }: ApiKey): boolean =>
  rules(state, caller, mandate)

const list = operation({
  id: 'key.list',
  method: 'GET',
  path: '/v1/keys',
  tag: 'Keys and mandates',
  summary: 'Keys of the account, without their secrets.',
  scope: 'keys:manage',
  answer: keys,
  async run(venue, { caller }) {
    const all = await venue.keys.list(caller.account)
    return { data: all.filter((one) => mayManage(venue.sequencer.state, caller, one)).map(printKey) }
  },
})

const revoke = operation({
  id: 'key.revoke',
  method: 'DELETE',
  path: '/v1/keys/{id}',
  tag: 'Keys and mandates',
  summary: 'End a key at once.',
  scope: 'keys:manage',
  rate: 'cancel',
  params: keyPath,
  answer: key,
  async run(venue, { path, caller }) {
    const id = parseKeyId(path.id) ?? 0
    const found = venue.keys.get(id)
    if (found === undefined || !mayManage(venue.sequencer.state, caller, found))
      return notFound('key', '/path/id')
    const revoked = await venue.keys.revoke(caller.account, id, venue.clock())
    return revoked === undefined ? notFound('key', '/path/id') : printKey(revoked)
  },
})

export const keyOperations = [create, list, revoke]
