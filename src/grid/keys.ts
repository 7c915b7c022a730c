import { faultAt, notFound, Problem } from '../api/problem.ts'
import { parseKeyId } from '../api/auth.ts'
import type { Scope } from '../wire/key.ts'
import type { KeyOut } from '../wire/key.ts'
import type { LotOut } from '../wire/account.ts'
import { sift } from './filter.ts'
import { namesOf, symbolOf } from './name.ts'
import type { Row } from './print-market.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, NO_CONTENT, page } from './route.ts'
import { fingerprintOf } from '../store/key.ts'

type NewKeyOut = KeyOut & { secret: string | null }

/** What a consumption key may do, and what a signing key may: never more than the key that asks. */
const CONSUMPTION: readonly Scope[] = ['inference:consume', 'account:read']
const SIGNING: readonly Scope[] = [
  'account:read',
  'trade:place',
  'trade:cancel',
  'transfer',
  'supply:manage',
  'inference:consume',
]

const inner = (body: Record<string, unknown>, name: string): Record<string, unknown> => {
  const value = body[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

const isWorking = ({ revoked_at: revoked, expires_at: expires }: KeyOut, now: number): boolean =>
  revoked === null && (expires === null || Date.parse(expires) > now)

const keyRow = (key: KeyOut, now: number): Row => ({
  id: key.id,
  key_id: key.id,
  name: key.name,
  key_prefix: key.prefix.slice(0, 8),
  is_active: isWorking(key, now),
  expires_at: key.expires_at,
  created_at: key.created_at,
  updated_at: key.created_at,
})

/** A signing key as lists show it: by the beginning of its fingerprint. */
function signingRow({ venue, desk }: GridCall, key: KeyOut, now: number): Row {
  const signer = venue.keys.signer(parseKeyId(key.id) ?? 0, desk.caller?.ip ?? '', venue.clock())
  const fingerprint =
    typeof signer !== 'string' && signer.kind === 'ed25519' ? fingerprintOf(signer.publicKey) : ''
  return {
    id: key.id,
    key_id: key.id,
    label: key.name,
    fingerprint_prefix: fingerprint.slice(0, 8),
    is_active: isWorking(key, now),
    created_at: key.created_at,
  }
}

async function keysOf(call: GridCall, kind: KeyOut['kind']): Promise<KeyOut[] | Problem> {
  const keys = await call.desk.ask<{ data: KeyOut[] }>('key.list')
  return keys instanceof Problem ? keys : keys.data.filter((key) => key.kind === kind)
}

const nowMs = ({ venue }: GridCall): number => Math.floor(venue.clock() / 1_000)

async function listKeys(call: GridCall): Promise<GridAnswer | Problem> {
  const keys = await keysOf(call, 'bearer')
  return keys instanceof Problem ? keys : page(keys.map((key) => keyRow(key, nowMs(call))))
}

async function listSigningKeys(call: GridCall): Promise<GridAnswer | Problem> {
  const keys = await keysOf(call, 'ed25519')
  return keys instanceof Problem ? keys : page(keys.map((key) => signingRow(call, key, nowMs(call))))
}

/** Of the scopes a kind of key is for, those the caller has to give. */
const given = ({ desk }: GridCall, wanted: readonly Scope[]): Scope[] =>
  wanted.filter((scope) => desk.caller?.scopes.has(scope) === true)

async function createKey(call: GridCall): Promise<GridAnswer | Problem> {
  const { name, expires_at: expires } = inner(call.body, 'api_key')
  const seconds = secondsUntil(expires, nowMs(call))
  if (seconds instanceof Problem) return seconds
  const scopes = given(call, CONSUMPTION)
  const body = { name, scopes, ...(seconds === undefined ? {} : { expires_in: seconds }) }
  const key = await call.desk.ask<NewKeyOut>('key.create', { body })
  return key instanceof Problem ? key : data({ ...keyRow(key, nowMs(call)), key: key.secret }, 201)
}

function secondsUntil(expires: unknown, now: number): number | undefined | Problem {
  if (expires === undefined || expires === null) return undefined
  const at = typeof expires === 'string' ? Date.parse(expires) : Number.NaN
  const seconds = Math.floor((at - now) / 1_000)
  return seconds >= 1 ? seconds : faultAt('invalid_request', '/api_key/expires_at', 'a time to come')
}

async function registerSigningKey(call: GridCall): Promise<GridAnswer | Problem> {
  const { label, public_key: given64 } = inner(call.body, 'signing_key')
  const bytes = Buffer.from(typeof given64 === 'string' ? given64 : '', 'base64')
  if (bytes.length !== 32)
    return new Problem(
      'invalid_public_key',
      { status: 422, title: 'That is no public key' },
      'public_key is the 32 raw bytes of an Ed25519 public key in base64.',
    )
  const publicKey = bytes.toString('base64')
  const fingerprint = fingerprintOf(publicKey)
  if (call.venue.keys.ofFingerprint(fingerprint) !== undefined)
    return new Problem(
      'duplicate_key',
      { status: 422, title: 'This public key is registered' },
      'This public key is registered already. Make a new key pair.',
    )
  const body = { name: label, kind: 'ed25519', scopes: given(call, SIGNING), public_key: publicKey }
  const key = await call.desk.ask<NewKeyOut>('key.create', { body })
  if (key instanceof Problem) return key
  return data({ ...signingRow(call, key, nowMs(call)), fingerprint, public_key: publicKey }, 201)
}

async function revokeKey(call: GridCall): Promise<GridAnswer | Problem> {
  const id = call.params.id ?? ''
  if (parseKeyId(id) === undefined) return notFound('key')
  const key = await call.desk.ask<KeyOut>('key.revoke', { params: { id } })
  return key instanceof Problem ? key : NO_CONTENT
}

const LOT_FIELDS = ['lot_id', 'instrument_id', 'status']

async function lotRows(call: GridCall): Promise<Row[] | Problem> {
  const lots = await call.desk.ask<{ data: LotOut[] }>('lot.list')
  if (lots instanceof Problem) return lots
  return lots.data.map((lot) => ({
    lot_id: lot.id,
    instrument_id: namesOf(symbolOf(lot.instrument)).instrument,
    quantity: lot.quantity,
    remaining: lot.quantity,
    used: '0.000000',
    reserved: lot.drawn,
    cost: lot.cost,
    currency: 'USD',
    expires_at: lot.expires_at,
    status: 'active',
    usage_history: [],
  }))
}

/** Lots that are used up or expired are gone; the list has those that live. */
async function listLots(call: GridCall): Promise<GridAnswer | Problem> {
  const all = await lotRows(call)
  if (all instanceof Problem) return all
  const rows = sift(call.filters, all, LOT_FIELDS, 'expires_at')
  return rows instanceof Problem ? rows : page(rows)
}

async function getLot(call: GridCall): Promise<GridAnswer | Problem> {
  const all = await lotRows(call)
  if (all instanceof Problem) return all
  const found = all.find((row) => row.lot_id === call.params.id)
  return found === undefined ? notFound('lot') : data(found)
}

export const keyRoutes: readonly GridRoute[] = [
  { method: 'GET', path: '/api-keys', run: listKeys },
  { method: 'POST', path: '/api-keys', run: createKey },
  { method: 'DELETE', path: '/api-keys/:id', run: revokeKey },
  { method: 'GET', path: '/signing-keys', run: listSigningKeys },
  { method: 'POST', path: '/signing-keys', run: registerSigningKey },
  { method: 'DELETE', path: '/signing-keys/:id', run: revokeKey },
  { method: 'GET', path: '/accounts/lots', run: listLots },
  { method: 'GET', path: '/accounts/lots/:id', run: getLot },
]
