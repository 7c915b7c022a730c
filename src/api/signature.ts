import type { KeyObject } from 'node:crypto'
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'

/** What a signature covers: every part that decides what the request does. */
export type SignedParts = {
  method: string
  host: string
  /** Path and query exactly as sent. */
  pathAndQuery: string
  body: Uint8Array
  /** Milliseconds since 1970, as sent. */
  timestamp: string
  nonce: string
  keyId: string
}

const NOTHING = createHash('sha256').digest('hex')

const bodyHash = (body: Uint8Array): string =>
  body.length === 0 ? NOTHING : createHash('sha256').update(body).digest('hex')

/** The exact text that is signed, published with test vectors in docs/signing.md. */
export function signingText(parts: SignedParts): string {
  const { method, host, pathAndQuery, timestamp, nonce, keyId } = parts
  return ['BUSBAR1', method, host, pathAndQuery, bodyHash(parts.body), timestamp, nonce, keyId].join('\n')
}

/** Whether `signature` is the HMAC-SHA256 of the text in hex. Takes the same time whatever the difference. */
export function isHmac(secret: string, text: string, signature: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false
  const expected = createHmac('sha256', secret).update(text).digest()
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
}

const publicKeys = new Map<string, KeyObject>()
const PUBLIC_KEYS_MAX = 10_000

/** The key object of 32 raw bytes in base64: making one costs more than a verification. */
function publicKeyOf(raw: string): KeyObject {
  let key = publicKeys.get(raw)
  if (key === undefined) {
    const x = Buffer.from(raw, 'base64').toString('base64url')
    key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    if (publicKeys.size >= PUBLIC_KEYS_MAX) publicKeys.clear()
    publicKeys.set(raw, key)
  }
  return key
}

/** Whether `signature` is the Ed25519 signature of the text in base64, under a raw public key in base64. */
export const isEd25519 = (publicKey: string, text: string, signature: string): boolean =>
  /^[A-Za-z0-9+/]{86}==$/.test(signature) &&
  verify(null, Buffer.from(text), publicKeyOf(publicKey), Buffer.from(signature, 'base64'))

/** Points of small order, under which one signature can fit every text. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether base64 holds 32 raw bytes that can be an honest Ed25519 public key. */
export function isPublicKey(base64: string): boolean {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== 32) return false
  bytes[31] = (bytes[31] as number) & 0x7f
  return !SMALL_ORDER.has(bytes.toString('hex'))
}
