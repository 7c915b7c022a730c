import type { Instant } from '../base/time.ts'
import type { Signer } from '../delivery/receipt.ts'
import type { Log } from '../delivery/venue-log.ts'
import type { Market } from '../market/market.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import type { Endpoints } from '../store/endpoint.ts'
import type { History } from '../store/history.ts'
import type { Idempotency } from '../store/idempotency.ts'
import type { Keys } from '../store/key.ts'
import type { Nonces } from '../store/nonce.ts'
import type { Sheets } from '../store/sheet.ts'
import type { Qualifications } from './qualification-desk.ts'
import type { RateLimiter } from './rate.ts'
import type { Webhooks } from '../store/webhook.ts'
import type { Tickets } from './ticket.ts'

export type VenueSettings = {
  version: string
  /** Base64 of the raw Ed25519 public key that signs receipts. */
  receiptPublicKey: string
  /** Whether a qualification may take a tenth of the samples. */
  briefQualification: boolean
  /** Whether supplier endpoints may lie on loopback or private addresses. */
  allowPrivateSuppliers: boolean
}

/** Everything that operations work on. Wired once, in main. */
export type Venue = {
  sequencer: Sequencer
  market: Market
  keys: Keys
  nonces: Nonces
  tickets: Tickets
  idempotency: Idempotency
  endpoints: Endpoints
  history: History
  webhooks: Webhooks
  /** Tells webhooks what happened to their accounts. */
  courier: { begin(webhook: number): void }
  qualifications: Qualifications
  sheets: Sheets
  rates: RateLimiter
  /** Signs receipts: the same facts get the same signature each time. */
  signer: Signer
  settings: VenueSettings
  /** Microseconds since 1970. */
  clock: () => Instant
  log: Log
}
