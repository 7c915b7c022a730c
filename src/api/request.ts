import type { Headers } from './auth.ts'
import type { Caller } from './operation.ts'

/** A request as a surface hands it over: nothing of it is trusted yet. */
export type ApiRequest = {
  method: string
  host: string
  /** Path and query exactly as sent: signatures cover them. */
  pathAndQuery: string
  /** Parts of the path by name, decoded. */
  params: Readonly<Record<string, string>>
  /** Text after the `?`. */
  query: string
  headers: Headers
  body: Uint8Array | undefined
  ip: string
  requestId: string
  /** Who calls, where the surface already knows: a browser's session. */
  caller?: Caller | undefined
}

export type ApiResponse = { status: number; headers: Record<string, string>; body: string }
