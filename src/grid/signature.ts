import { createHash } from 'node:crypto'
import type { Credentials } from '../api/auth.ts'
import { authenticate, printKeyId } from '../api/auth.ts'
import type { Caller } from '../api/operation.ts'
import { Problem, problem } from '../api/problem.ts'
import { isEd25519 } from '../api/signature.ts'
import type { Venue } from '../api/venue.ts'
import { toMs } from '../base/time.ts'

/** How far the timestamp of a signature may lie from our clock, either way. */
const WINDOW_SECONDS = 30
/** How long after the second it was signed in a bulk cancel may come again. */
const BULK_CANCEL_MS = 2_000

/** What a signature is tested with: its three parts, as headers or as a frame bring them. */
export type Signed = { timestamp: string; fingerprint: string; signature: string }

type Signers = Pick<Venue, 'keys' | 'nonces' | 'clock'>

/**
 * Who signed a text, or why nobody did. `texts` are the forms that the signed text may have. The same answer
 * for an unknown key and for a wrong signature.
 */
export function signerOf(
  venue: Signers,
  { timestamp, fingerprint, signature }: Signed,
  texts: readonly string[],
  ip: string,
): { caller: Caller; key: number } | Problem {
  const now = venue.clock()
  if (!/^[1-9]\d{8,10}$/.test(timestamp)) return problem('clock_skew', 'The timestamp is seconds since 1970.')
  const id = venue.keys.ofFingerprint(fingerprint.replace(/=+$/, '')) ?? 0
  const signer = venue.keys.signer(id, ip, now)
  if (signer === 'key_expired') return problem('key_expired', 'Register a new signing key.')
  if (signer === 'key_address')
    return problem('ip_not_allowed', 'This address is not on the list of the key.')
  const fits =
    typeof signer !== 'string' &&
    signer.kind === 'ed25519' &&
    texts.some((text) => isEd25519(signer.publicKey, text, signature))
  if (!fits) return problem('invalid_signature', 'The signature does not fit the request and a key of ours.')
  const age = Math.floor(toMs(now) / 1_000) - Number(timestamp)
  if (Math.abs(age) > WINDOW_SECONDS)
    return problem('clock_skew', `The timestamp is ${age} s old; the window is ${WINDOW_SECONDS} s.`)
  const { account, mandate, scopes } = signer.key
  return { caller: { keyId: printKeyId(id), account, mandate, scopes: new Set(scopes), ip }, key: id }
}

const header = ({ headers }: Credentials, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What may be sent twice without a second effect: reading, and the end of one order. */
const isRepeatable = (method: string, path: string): boolean =>
  method === 'GET' || (method === 'DELETE' && /\/orders\/[^/]+$/.test(path))

/**
 * Two bulk cancels within one second have one signature, and the second must not be kept from cancelling what
 * was placed between them.
 */
const isCurrentCancel = ({ clock }: Signers, method: string, timestamp: string): boolean =>
  method === 'DELETE' && toMs(clock()) - Number(timestamp) * 1_000 < BULK_CANCEL_MS

/**
 * Who makes a request: by their three signature headers, or by a key of ours. A signed request that changes
 * something counts once: these signatures carry no nonce, so the signature itself is remembered.
 */
export async function identify(venue: Signers, request: Credentials): Promise<Caller | Problem> {
  const signature = header(request, 'x-thegrid-signature')
  if (signature === undefined) return authenticate(venue, request)
  const timestamp = header(request, 'x-thegrid-timestamp') ?? ''
  const fingerprint = header(request, 'x-thegrid-fingerprint') ?? ''
  const path = request.pathAndQuery.split('?')[0] ?? ''
  const body = Buffer.from(request.body).toString('utf8')
  // Behind a proxy that gives these paths a host of their own, the client never saw our prefix.
  const texts = [path, path.replace(/^\/grid/, '')].map((one) => `${timestamp}${request.method}${one}${body}`)
  const signed = signerOf(venue, { timestamp, fingerprint, signature }, texts, request.ip)
  if (signed instanceof Problem) return signed
  if (isRepeatable(request.method, path)) return signed.caller
  const nonce = createHash('sha256').update(signature).digest('hex').slice(0, 32)
  const isNew = await venue.nonces.claim(signed.key, nonce, Number(timestamp) * 1_000)
  if (!isNew && !isCurrentCancel(venue, request.method, timestamp))
    return problem('nonce_reused', 'This signed request was made before. Sign it again a second later.')
  return signed.caller
}
