import type { ServerResponse } from 'node:http'
import type { Chance } from '../base/chance.ts'
import type { InstrumentId } from '../base/ids.ts'
import type { Patience } from './attempt.ts'
import { PATIENCE } from './attempt.ts'
import type { CompletionRequest, DeliveryParts } from './completion.ts'
import { Delivery } from './delivery.ts'
import { demandOf } from './demand.ts'
import { CONTEXT_LENGTH } from './failure.ts'
import { isBeyond } from './opening.ts'
import { Prompt } from './prompt.ts'
import { theInstrument } from '../state/account.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Exchange } from './draw.ts'
import type { BuyerError } from '../surface/surface.ts'
import { Once } from './once.ts'
import { Repeats } from './repeat.ts'
import { refuseReply } from './reply.ts'
import type { Report, Reporter } from './report.ts'
import { ClaimBands } from '../meter/claim-band.ts'
import { createRouter } from '../route/router.ts'

/** Spends claims as routed traffic: one completion at a time, each from its draw to its receipt. */
export type Gateway = {
  /** Serves a completion on the raw response. Resolves when it has ended; never rejects. */
  complete(request: CompletionRequest, response: ServerResponse): Promise<void>
  /** Tokens of the prompt, images included, as a request would be charged for them. Nothing is drawn. */
  count(body: ChatRequest, instrument: InstrumentId): Promise<number | BuyerError>
  /** Takes nothing new, and resolves once nothing runs. What still runs after `graceMs` ends uncharged. */
  drain(graceMs: number): Promise<void>
  readonly inFlight: number
}

export type GatewayParts = Omit<DeliveryParts, 'router' | 'patience' | 'bands'> & {
  /** Default `PATIENCE`. */
  patience?: Patience
  /** Chance of the router's explorations. */
  chance: Chance
  /** Hears how each request that was tried went. */
  report?: Reporter
}

const CLOSED: BuyerError = {
  status: 503,
  code: 'venue_closing',
  message: 'The exchange is closing.',
  retryAfter: 5,
}

/**
 * Holds a delivery while it runs, and nothing afterwards: a set that grows and shrinks all the time leaves
 * old tables behind, each of which points to the next, and what they hold outlives young collections.
 */
type Place = { delivery: Delivery | null }

export function createGateway(parts: GatewayParts): Gateway {
  const running = new Set<Place>()
  const withRouter: DeliveryParts = {
    ...parts,
    patience: parts.patience ?? PATIENCE,
    bands: new ClaimBands(),
    router: createRouter(parts.chance, () => parts.timer.now()),
  }
  const once = new Once()
  const repeats = new Repeats()
  let closed = false
  let whenIdle: () => void = () => {}

  /** Why a request is not even tried: the venue closes, it is served already, or it has just failed. */
  function refusal({ caller: { account }, rawBody, wishes }: CompletionRequest): BuyerError | undefined {
    if (closed) return CLOSED
    const told = repeats.told(account, rawBody, parts.timer.now())
    const key = wishes?.once ?? null
    return told ?? (key === null ? undefined : once.begin(account, key))
  }

  /** Keeps in mind how a request ended, and reports it. */
  function ended({ caller: { account }, rawBody, wishes }: CompletionRequest, report: Report): void {
    const { outcome, error, draw } = report
    const key = wishes?.once ?? null
    if (key !== null) once.end(account, key, outcome === 'delivered' ? draw : null)
    const isSuppliers = outcome === 'failed' && error !== null && error.status > 500
    repeats.ended(account, rawBody, isSuppliers ? error : null, parts.timer.now())
    parts.report?.(report)
  }

  return {
    get inFlight() {
      return running.size
    },
    async complete(request, response) {
      const refused = refusal(request)
      if (refused !== undefined) {
        const headers = { 'x-request-id': request.requestId }
        return refuseReply(response, headers, refused, request.surface)
      }
      const delivery = new Delivery(withRouter, request, response)
      const place: Place = { delivery }
      running.add(place)
      ended(request, await delivery.run())
      running.delete(place)
      place.delivery = null
      if (running.size === 0) whenIdle()
    },
    async count(body, instrument) {
      const { spec } = theInstrument(parts.exchange.state, instrument)
      const demand = demandOf(body, spec)
      return isBeyond(spec, demand) ? CONTEXT_LENGTH : new Prompt(parts.meter, demand).count()
    },
    async drain(graceMs) {
      closed = true
      if (running.size === 0) return
      const idle = new Promise<void>((resolve) => {
        whenIdle = resolve
      })
      const cancel = parts.timer.after(graceMs, () => {
        for (const { delivery } of running) delivery?.interrupt()
      })
      await idle
      cancel()
    },
  }
}

/**
 * After a restart: gives back the units of requests that the old process was serving. Returns how many there
 * were.
 */
export async function releaseOrphans(exchange: Exchange): Promise<number> {
  const orphans = [...exchange.state.draws.keys()]
  let last = 0
  for (const draw of orphans)
    last = exchange.submit({ kind: 'draw.release', draw, reason: 'venue_restart' }).seq
  if (last > 0) await exchange.durable(last)
  return orphans.length
}
