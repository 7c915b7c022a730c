import { createHash, hash, randomInt } from 'node:crypto'
import type { Selectable } from 'kysely'
import { known } from '../base/assert.ts'
import { crc32 } from '../base/crc.ts'
import type { AccountId, MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Scope } from '../wire/key.ts'
import type { Network } from './address.ts'
import { holds, isWithin, parseNetwork } from './address.ts'
import type { ControlDatabase, ControlTables } from './control.ts'
import type { Vault } from './secret.ts'

/** `bearer` keys are shown as they are; `hmac` and `ed25519` keys sign requests and are never sent. */
export type KeyKind = 'bearer' | 'hmac' | 'ed25519'

/** One credential of one account. Its number is public; printed, it is `key_7`. */
export type ApiKey = {
  id: number
  account: AccountId
  /** The budget it acts under, or `NO_MANDATE`: the whole authority of its account. */
  mandate: MandateId
  label: string
  kind: KeyKind
  scopes: readonly Scope[]
  /** Addresses and CIDR ranges that may use it; empty: any. */
  addresses: readonly string[]
  prefix: string
  createdBy: number | null
  createdAt: Instant
  expiresAt: Instant | null
  revokedAt: Instant | null
}

/** What a new key shall be. `publicKey` is base64 of 32 raw bytes, given exactly for `ed25519`. */
export type NewKey = Pick<ApiKey, 'account' | 'mandate' | 'label' | 'kind' | 'scopes' | 'addresses'> & {
  expiresAt: Instant | null
  createdBy: number | null
  publicKey: string | null
}

/** Why a credential does not open the door. An unknown, a revoked and a mistyped key look alike. */
export type KeyRefusal = 'key_unknown' | 'key_expired' | 'key_address'

/**
 * A key that signs, and what its signatures are tested with: an HMAC secret or base64 of a raw public key.
 */
export type Signer = { key: ApiKey } & (
  | { kind: 'hmac'; secret: string }
  | { kind: 'ed25519'; publicKey: string }
)

/** Every API key. Working keys are held in memory, so that looking one up waits for nothing. */
export type Keys = {
  /** Makes a key. Its secret is returned this once; null for Ed25519, whose secret we never see. */
  create(wanted: NewKey, at: Instant): Promise<{ key: ApiKey; secret: string | null } | 'too_many_keys'>
  /** Every key of an account, revoked ones included, oldest first. */
  list(account: AccountId): Promise<ApiKey[]>
  /** A working key, or `undefined`. */
  get(id: number): ApiKey | undefined
  /** Ends a key at once. Nothing if the account has no such working key. */
  revoke(account: AccountId, id: number, at: Instant): Promise<ApiKey | undefined>
  /** The key of a bearer secret presented from an address. */
  find(secret: string, address: string, at: Instant): ApiKey | KeyRefusal
  /** The signing key of a number, for a request from an address. */
  signer(id: number, address: string, at: Instant): Signer | KeyRefusal
  /** The number of the working key whose public half has this SHA-256, in base64 without padding. */
  ofFingerprint(fingerprint: string): number | undefined
}

/** Working keys that one account may have. */
export const KEYS_PER_ACCOUNT = 100

const PREFIX = 'bb_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 33 letters of 62 are 196 bits. */
const BODY_LENGTH = 33
const CHECKSUM_LENGTH = 6
const SECRET = new RegExp(`^${PREFIX}[0-9A-Za-z]{${BODY_LENGTH + CHECKSUM_LENGTH}}$`)
const SHOWN_LENGTH = PREFIX.length + 6

/** A new secret: `bb_`, 196 bits of chance, and a checksum by which scanners tell it from other text. */
export function newSecret(): string {
  let text = PREFIX
  while (text.length < PREFIX.length + BODY_LENGTH) text += ALPHABET.charAt(randomInt(ALPHABET.length))
  return text + checksum(text)
}

/** Whether text has the form and the checksum of a secret of ours. */
export const isSecret = (text: string): boolean =>
  SECRET.test(text) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits
    rest = Math.floor(rest / ALPHABET.length)
  }
  return digits
}

const hashOf = (secret: string): string => hash('sha256', secret, 'hex')

/** SHA-256 of a raw public key given in base64, itself in base64 without padding. */
export const fingerprintOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('base64').replace(/=+$/, '')

/**
 * What of a wanted key goes beyond the key that asks for it, or nothing. `isUnder` says whether a mandate is
 * another one or descends from it.
 */
export function excessOf(
  creator: ApiKey,
  wanted: NewKey,
  isUnder: (mandate: MandateId, ancestor: MandateId) => boolean,
): 'account' | 'scopes' | 'mandate' | 'expiry' | 'addresses' | undefined {
  if (wanted.account !== creator.account) return 'account'
  if (!wanted.scopes.every((scope) => creator.scopes.includes(scope))) return 'scopes'
  if (creator.mandate !== NO_MANDATE && !isUnder(wanted.mandate, creator.mandate)) return 'mandate'
  if (creator.expiresAt !== null && (wanted.expiresAt === null || wanted.expiresAt > creator.expiresAt))
    return 'expiry'
  if (!isNarrower(wanted.addresses, creator.addresses)) return 'addresses'
  return undefined
}

function isNarrower(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true
  const wide = networksOf(outer)
  return (
    inner.length > 0 && networksOf(inner).every((network) => wide.some((other) => isWithin(network, other)))
  )
}

/** The networks of an allowlist. Throws a `RangeError` on text that is no address and no range. */
function networksOf(addresses: readonly string[]): Network[] {
  return addresses.map((text) => {
    const network = parseNetwork(text)
    if (network === undefined) throw new RangeError(`no IP address or CIDR range: ${text}`)
    return network
  })
}

type Held = {
  key: ApiKey
  networks: Network[]
  hash: string | null
  hmacSecret: string | null
  publicKey: string | null
}

/** Loads the working keys. Throws `SealBroken` if the master key is not the one that sealed them. */
export async function createKeys(db: ControlDatabase, vault: Vault): Promise<Keys> {
  const byId = new Map<number, Held>()
  const byHash = new Map<string, Held>()
  /** Whoever registered a public key first keeps it. */
  const byFingerprint = new Map<string, number>()
  const hold = (row: Selectable<ControlTables['api_key']>): ApiKey => {
    const held = heldOf(row, vault)
    byId.set(row.id, held)
    if (held.hash !== null) byHash.set(held.hash, held)
    const print = held.publicKey === null ? undefined : fingerprintOf(held.publicKey)
    if (print !== undefined && !byFingerprint.has(print)) byFingerprint.set(print, row.id)
    return held.key
  }
  for (const row of await db.selectFrom('api_key').selectAll().where('revoked_at', 'is', null).execute())
    hold(row)
  return {
    async create(wanted, at) {
      const working = [...byId.values()].filter(({ key }) => key.account === wanted.account)
      if (working.length >= KEYS_PER_ACCOUNT) return 'too_many_keys'
      const { row, secret } = drawKey(wanted, at)
      const { id } = await db.insertInto('api_key').values(row).returning('id').executeTakeFirstOrThrow()
      if (wanted.kind !== 'hmac' || secret === null) return { key: hold({ ...row, id }), secret }
      const sealed = vault.seal('key-signing', contextOf(id), secret)
      await db.updateTable('api_key').set({ secret: sealed }).where('id', '=', id).execute()
      return { key: hold({ ...row, id, secret: sealed }), secret }
    },
    async list(account) {
      const query = db.selectFrom('api_key').selectAll().where('account', '=', account).orderBy('id')
      return (await query.execute()).map(keyOf)
    },
    get: (id) => byId.get(id)?.key,
    async revoke(account, id, at) {
      const held = byId.get(id)
      if (held === undefined || held.key.account !== account) return undefined
      byId.delete(id)
      if (held.hash !== null) byHash.delete(held.hash)
      if (held.publicKey !== null && byFingerprint.get(fingerprintOf(held.publicKey)) === id)
        byFingerprint.delete(fingerprintOf(held.publicKey))
      await db.updateTable('api_key').set({ revoked_at: at }).where('id', '=', id).execute()
      return { ...held.key, revokedAt: at }
    },
    find(secret, address, at) {
      const held = isSecret(secret) ? byHash.get(hashOf(secret)) : undefined
      return held === undefined ? 'key_unknown' : (refusalOf(held, address, at) ?? held.key)
    },
    signer(id, address, at) {
      const held = byId.get(id)
      if (held === undefined || held.key.kind === 'bearer') return 'key_unknown'
      return refusalOf(held, address, at) ?? signerOf(held)
    },
    ofFingerprint: (fingerprint) => byFingerprint.get(fingerprint),
  }
}

function refusalOf({ key, networks }: Held, address: string, at: Instant): KeyRefusal | undefined {
  if (key.expiresAt !== null && key.expiresAt <= at) return 'key_expired'
  if (networks.length > 0 && !holds(networks, address)) return 'key_address'
  return undefined
}

function signerOf({ key, hmacSecret, publicKey }: Held): Signer {
  if (hmacSecret !== null) return { key, kind: 'hmac', secret: hmacSecret }
  return {
    key,
    kind: 'ed25519',
    publicKey: known(publicKey ?? undefined, 'a signing key has something to test with'),
  }
}

type NewRow = Omit<Selectable<ControlTables['api_key']>, 'id'>

function drawKey(wanted: NewKey, at: Instant): { row: NewRow; secret: string | null } {
  networksOf(wanted.addresses)
  const secret = wanted.kind === 'ed25519' ? null : newSecret()
  const publicKey = wanted.kind === 'ed25519' ? wanted.publicKey : null
  if (wanted.kind === 'ed25519' && Buffer.from(publicKey ?? '', 'base64').length !== 32)
    throw new RangeError('an Ed25519 public key is 32 raw bytes')
  const row: NewRow = {
    account: wanted.account,
    mandate: wanted.mandate,
    label: wanted.label,
    kind: wanted.kind,
    scopes: JSON.stringify(wanted.scopes),
    addresses: JSON.stringify(wanted.addresses),
    prefix: (secret ?? publicKey ?? '').slice(0, SHOWN_LENGTH),
    hash: secret !== null && wanted.kind === 'bearer' ? hashOf(secret) : null,
    secret: null,
    public_key: publicKey,
    created_by: wanted.createdBy,
    created_at: at,
    expires_at: wanted.expiresAt,
    revoked_at: null,
  }
  return { row, secret }
}

const contextOf = (id: number): string => `key ${id}`

const heldOf = (row: Selectable<ControlTables['api_key']>, vault: Vault): Held => ({
  key: keyOf(row),
  networks: networksOf(JSON.parse(row.addresses) as string[]),
  hash: row.hash,
  hmacSecret: row.secret === null ? null : vault.open('key-signing', contextOf(row.id), row.secret),
  publicKey: row.public_key,
})

const keyOf = (row: Selectable<ControlTables['api_key']>): ApiKey => ({
  id: row.id,
  account: row.account as AccountId,
  mandate: row.mandate as MandateId,
  label: row.label,
  kind: row.kind as KeyKind,
  scopes: JSON.parse(row.scopes) as Scope[],
  addresses: JSON.parse(row.addresses) as string[],
  prefix: row.prefix,
  createdBy: row.created_by,
  createdAt: row.created_at as Instant,
  expiresAt: row.expires_at as Instant | null,
  revokedAt: row.revoked_at as Instant | null,
})
