import type { ServerResponse } from 'node:http'
import type { Answer } from '../dialect/answer.ts'
import type { Delta } from '../dialect/chunk.ts'
import type { BuyerError, Note, Surface, Usage } from '../surface/surface.ts'

/** The buyer's answer on its way out. Nothing leaves before `open`. */
export type Reply = {
  /** Whether the buyer has seen content: from then on no other supplier may serve. */
  readonly committed: boolean
  /** The draw is durable: what has been passed may leave. */
  open(): void
  pass(delta: Delta): void
  flush(): void
  /** Forgets what has been passed and not seen: another supplier starts afresh. */
  reset(): void
  end(answer: Answer, usage: Usage, note: Note): void
  fail(error: BuyerError): void
  /** Says nothing more: the buyer is gone, or has been told. */
  drop(): void
  /** Called with true when the buyer does not read fast enough, and with false when it does again. */
  onBlocked(listener: (blocked: boolean) => void): void
}

/** Headers that are known before the end. */
export type Headers = () => Record<string, string>

/** A refusal before anything was sent: status, headers and the surface's own error body. */
export function refuseReply(
  response: ServerResponse,
  headers: Record<string, string>,
  error: BuyerError,
  surface: Surface,
): void {
  const request = headers['x-request-id'] ?? ''
  const body = JSON.stringify(surface.error(error, request))
  if (error.retryAfter !== undefined) headers['retry-after'] = String(error.retryAfter)
  response.writeHead(error.status, {
    ...headers,
    ...surface.headers(request),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/** Adds the facts of the end to the headers of an answer that is sent whole. */
export function addNote(headers: Record<string, string>, note: Note): void {
  headers['x-busbar-supplier'] = note.supplier
  headers['x-busbar-price'] = note.price
  headers['x-busbar-units'] = note.units
  if (note.truncated !== null) headers['x-busbar-truncated'] = note.truncated
}
