import { canonicalJson } from '../../wire/canonical-json.ts'
import type { Receipt } from '../../wire/receipt.ts'

/** What this browser found: `unavailable` where it cannot check Ed25519 signatures itself. */
export type Check = 'holds' | 'broken' | 'other_key' | 'unavailable'

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))

async function importKey(base64: string): Promise<CryptoKey | undefined> {
  // Absent on plain HTTP outside loopback, and without Ed25519 in older browsers.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined
  if (subtle === undefined) return undefined
  try {
    return await subtle.importKey('raw', bytesOf(base64), 'Ed25519', false, ['verify'])
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return undefined
    throw error
  }
}

/** Checks a receipt against the exchange's own public key, without asking the exchange anything more. */
export async function checkReceipt(receipt: Receipt, publicKey: string): Promise<Check> {
  if (receipt.public_key !== publicKey) return 'other_key'
  const key = await importKey(publicKey)
  if (key === undefined) return 'unavailable'
  const { signature, ...signed } = receipt
  const bytes = new TextEncoder().encode(canonicalJson(signed))
  const holds = await crypto.subtle.verify('Ed25519', key, bytesOf(signature), bytes)
  return holds ? 'holds' : 'broken'
}
