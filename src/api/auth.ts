import { toMs } from '../base/time.ts'
import type { ApiKey, KeyRefusal } from '../store/key.ts'
import type { Scope } from '../wire/key.ts'
import type { Caller } from './operation.ts'
import type { Problem } from './problem.ts'
import { problem } from './problem.ts'
import { isEd25519, isHmac, signingText } from './signature.ts'
import type { Venue } from './venue.ts'

/** Headers as node:http gives them: lower-case names. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** What of a request decides who makes it. */
export type Credentials = {
  method: string
  host: string
  /** Path and query exactly as sent. */
  pathAndQuery: string
  headers: Headers
  body: Uint8Array
  ip: string
}

/**
 * How far a timestamp may lie in the past when the request does not say, and at most; and in the future. In
 * ms.
 */
const WINDOW_MS = 5_000
const WINDOW_MAX_MS = 60_000
const AHEAD_MS = 5_000

/** Public name of a key. */
export const printKeyId = (id: number): string => `key_${id}`

/** Number of a key, or `undefined` if the text is no name of one. */
export const parseKeyId = (text: string): number | undefined =>
  /^key_[1-9]\d{0,14}$/.test(text) ? Number(text.slice(4)) : undefined

/** Who makes a request, by bearer secret at once or by signature; or why nobody does. */
export function authenticate(
  venue: Pick<Venue, 'keys' | 'nonces' | 'clock'>,
  request: Credentials,
): Caller | Problem | Promise<Caller | Problem> {
  const { headers, ip } = request
  const apiKey = one(headers, 'x-api-key')
  if (headers['x-signature'] !== undefined) return authenticateSigned(venue, request)
  const authorization = headers.authorization
  if (typeof authorization === 'string') {
    if (apiKey !== undefined) return unauthenticated('Send one key, not two.')
    const secret = /^bearer ([\x21-\x7e]{1,256})$/i.exec(authorization)?.[1]
    if (secret === undefined) return unauthenticated('Send "authorization: Bearer <key>".')
    return callerOf(venue.keys.find(secret, ip, venue.clock()), ip)
  }
  if (apiKey !== undefined) return callerOf(venue.keys.find(apiKey, ip, venue.clock()), ip)
  return unauthenticated('Send "authorization: Bearer <key>", or sign the request.')
}

/** A header that may be given once. */
function one(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

const unauthenticated = (detail: string): Problem =>
  problem('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer' } })

function callerOf(key: ApiKey | KeyRefusal, ip: string): Caller | Problem {
  if (key === 'key_expired') return problem('key_expired', 'Make a new key.')
  if (key === 'key_address') return problem('ip_not_allowed', 'This address is not on the list of the key.')
  if (key === 'key_unknown') return unauthenticated('There is no such key, or it was revoked.')
  const { id, account, mandate } = key
  return { keyId: printKeyId(id), account, mandate, scopes: scopesOf(key), ip }
}

const scopeSets = new WeakMap<ApiKey, ReadonlySet<Scope>>()

function scopesOf(key: ApiKey): ReadonlySet<Scope> {
  let scopes = scopeSets.get(key)
  if (scopes === undefined) {
    scopes = new Set(key.scopes)
    scopeSets.set(key, scopes)
  }
  return scopes
}

type Signed = {
  id: number
  keyId: string
  timestamp: string
  nonce: string
  window: number
  signature: string
}

async function authenticateSigned(
  venue: Pick<Venue, 'keys' | 'nonces' | 'clock'>,
  request: Credentials,
): Promise<Caller | Problem> {
  const signed = signedHeaders(request.headers)
  if ('code' in signed) return signed
  const { id, keyId, timestamp, nonce, signature, window } = signed
  const now = venue.clock()
  const signer = venue.keys.signer(id, request.ip, now)
  if (typeof signer === 'string') return callerOf(signer, request.ip)
  const text = signingText({ ...request, timestamp, nonce, keyId })
  const fits =
    signer.kind === 'hmac'
      ? isHmac(signer.secret, text, signature)
      : isEd25519(signer.publicKey, text, signature)
  if (!fits) return problem('invalid_signature', 'Sign the text of docs/signing.md, byte for byte.')
  const age = toMs(now) - Number(timestamp)
  if (age > window || age < -AHEAD_MS)
    return problem('clock_skew', `The timestamp is ${age} ms old; the window is ${window} ms. Ask /v1/time.`)
  if (!(await venue.nonces.claim(id, nonce, Number(timestamp))))
    return problem('nonce_reused', 'Draw a new nonce for every request.')
  return callerOf(signer.key, request.ip)
}

/** The headers of a signed request, each in the one form it may have. */
function signedHeaders(headers: Headers): Signed | Problem {
  const bad = (name: string, form: string): Problem =>
    problem('unauthenticated', `${name} must be ${form}.`, {
      errors: [{ pointer: `/headers/${name}`, detail: `must be ${form}` }],
    })
  const keyId = one(headers, 'x-api-key') ?? ''
  const id = parseKeyId(keyId)
  if (id === undefined) return bad('x-api-key', 'the id of a key, such as key_7')
  const timestamp = one(headers, 'x-timestamp') ?? ''
  if (!/^[1-9]\d{12}$/.test(timestamp)) return bad('x-timestamp', 'milliseconds since 1970')
  const nonce = one(headers, 'x-nonce') ?? ''
  if (!/^[0-9a-f]{32}$/.test(nonce)) return bad('x-nonce', '32 lower-case hex digits')
  const windowText = headers['x-recv-window'] ?? String(WINDOW_MS)
  if (
    typeof windowText !== 'string' ||
    !/^[1-9]\d{0,4}$/.test(windowText) ||
    Number(windowText) > WINDOW_MAX_MS
  )
    return bad('x-recv-window', `milliseconds, 1 to ${WINDOW_MAX_MS}`)
  const signature = one(headers, 'x-signature') ?? ''
  if (!/^([0-9a-f]{64}|[A-Za-z0-9+/]{86}==)$/.test(signature))
    return bad('x-signature', '64 hex digits, or base64 of 64 bytes')
  return { id, keyId, timestamp, nonce, window: Number(windowText), signature }
}
