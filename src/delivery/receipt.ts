import type { KeyObject } from 'node:crypto'
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { Seq } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { mulDivDown, WT_PER_UNIT } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { rfc3339 } from '../base/time.ts'
import type { DrawSettled } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import { marketOf } from '../state/instrument.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { Receipt, ReceiptBody } from '../wire/receipt.ts'
import { signedReceipt } from '../wire/receipt.ts'

/** Signs with the exchange's key, away from the event loop. */
export type Signer = { publicKey: string; sign(bytes: Buffer): Promise<Buffer> }

// SubjectPublicKeyInfo of an Ed25519 key is this prefix and the 32 raw bytes (RFC 8410).
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const KEY_BYTES = 32

/** The raw public half of an Ed25519 key, in base64. */
export const rawPublicKey = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length).toString('base64')

const signInPool = promisify(sign)

/** A signer with an Ed25519 private key; the signing runs in Node's thread pool. */
export function createSigner(privateKey: KeyObject): Signer {
  return {
    publicKey: rawPublicKey(privateKey),
    sign: (bytes) => signInPool(null, bytes, privateKey),
  }
}

/** The average price of the units used, in µ$ per unit, rounded down. */
export const averagePrice = ({ cost, used }: Pick<DrawSettled, 'cost' | 'used'>): number =>
  used === 0 ? 0 : mulDivDown(cost, WT_PER_UNIT, used)

/** A supplier as far as its offer tells: its name or `undisclosed`, and its model's. */
export type Disclosed = { supplier: string; model: string | null }

/** The facts of a settlement as a receipt states them. */
export function receiptOf(
  settled: DrawSettled,
  at: { seq: Seq; at: Instant },
  spec: Spec,
  { supplier, model }: Disclosed,
): ReceiptBody {
  const { reading, mandate } = settled
  return {
    version: 'busbar-receipt-1',
    id: printId('delivery', settled.draw),
    request_id: settled.request,
    seq: at.seq,
    settled_at: rfc3339(at.at),
    instrument: marketOf(spec.symbol),
    account: printId('account', settled.account),
    mandate: mandate === NO_MANDATE ? null : printId('mandate', mandate),
    supplier,
    model,
    verdict: settled.verdict,
    finish_reason: reading.finish,
    attempts: reading.attempts,
    tokenizer: spec.tokenizer,
    input_tokens: reading.inputTokens,
    cached_input_tokens: reading.cachedTokens,
    output_tokens: reading.outputTokens,
    first_token_us: reading.ttft,
    generation_us: reading.generation,
    claimed_input_tokens: reading.claimedInput,
    claimed_output_tokens: reading.claimedOutput,
    claim_fits: reading.claimFits ?? null,
    units: units(settled.used),
    price: money(averagePrice(settled)),
    cost: money(settled.cost),
    refund: money(settled.refund),
    prompt_sha256: reading.promptHash,
    output_sha256: reading.outputHash,
  }
}

/** What is signed: everything but the signature, the public key included. */
const signedBytes = (facts: object): Buffer => Buffer.from(canonicalJson(facts))

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Facts with the exchange's signature over their canonical JSON, both keys in base64. */
export async function signFacts<Facts extends object>(
  facts: Facts,
  signer: Signer,
): Promise<Facts & { public_key: string; signature: string }> {
  const unsigned = { ...facts, public_key: signer.publicKey }
  const signature = await signer.sign(signedBytes(unsigned))
  return { ...unsigned, signature: signature.toString('base64') }
}

export const signReceipt = (body: ReceiptBody, signer: Signer): Promise<Receipt> => signFacts(body, signer)

/**
 * What is wrong with a receipt under an exchange's raw public key in base64, or nothing. Needs no network.
 */
export function receiptFault(receipt: unknown, publicKey: string): string | undefined {
  const parsed = signedReceipt.safeParse(receipt)
  if (!parsed.success) return `not a receipt: ${parsed.error.issues[0]?.path.join('.') ?? ''}`
  return signatureFault(receipt as Receipt, publicKey)
}

/** What is wrong with signed facts under an exchange's raw public key in base64, or nothing. */
export function signatureFault(
  facts: { public_key: string; signature: string },
  publicKey: string,
): string | undefined {
  const raw = Buffer.from(publicKey, 'base64')
  if (raw.length !== KEY_BYTES) return 'the public key is not an Ed25519 key in base64'
  if (facts.public_key !== publicKey) return 'signed with another key'
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })
  const { signature, ...unsigned } = facts
  return verify(null, signedBytes(unsigned), key, Buffer.from(signature, 'base64'))
    ? undefined
    : 'the signature does not match'
}

/** Whether a receipt is exactly what the exchange with this public key signed. */
export const verifyReceipt = (receipt: unknown, publicKey: string): boolean =>
  receiptFault(receipt, publicKey) === undefined

// PrivateKeyInfo of an Ed25519 key is this prefix and the 32 bytes of its seed (RFC 8410).
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The private key of a seed of 32 bytes. */
export const signingKey = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
