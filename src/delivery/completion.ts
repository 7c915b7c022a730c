import type { InstrumentId, OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Surface } from '../surface/surface.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Patience } from './attempt.ts'
import type { Exchange, Payer } from './draw.ts'
import type { Endpoint } from './endpoint.ts'
import type { Judge } from './judge.ts'
import type { ClaimBands } from '../meter/claim-band.ts'
import type { Meter } from '../meter/meter.ts'
import type { Router } from '../route/router.ts'
import type { Timer } from './timer.ts'
import type { Upstream } from './upstream.ts'
import type { Wishes } from './wishes.ts'
import type { Log } from './venue-log.ts'

/** One completion that a buyer has asked for. Its body has been parsed. */
export type CompletionRequest = {
  caller: Payer
  instrument: InstrumentId
  /** In the words of chat completions, whatever it came in. */
  body: ChatRequest
  /** The words in which it is answered. */
  surface: Surface
  /** The bytes the buyer sent: their hash stands in the receipt. */
  rawBody: Uint8Array
  requestId: string
  /** Left out: none. */
  wishes?: Wishes
  signal?: AbortSignal
}

export type DeliveryParts = {
  exchange: Exchange
  endpointOf: (offer: OfferId) => Endpoint | undefined
  meter: Meter
  bands: ClaimBands
  judge: Judge
  upstream: Upstream
  router: Router
  timer: Timer
  patience: Patience
  /** Microseconds since 1970. */
  clock: () => Instant
  log: Log
}
