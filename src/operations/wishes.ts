import type { BuyerError } from '../surface/surface.ts'
import type { Wishes } from '../delivery/wishes.ts'
import type { Preferences } from '../route/preference.ts'
import { chatFault } from '../wire/openai.ts'
import type { Provider } from '../wire/provider.ts'
import { provider } from '../wire/provider.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Headers in which clients name a session, and what coding agents send of their own. */
const SESSION_HEADERS = [
  'x-busbar-session',
  'x-session-affinity',
  'x-session-id',
  'session-id',
  'session_id',
  'x-claude-code-session-id',
] as const
const SESSION_CHARS_MAX = 256
/** Headers that say what `provider` says. */
const WISH_HEADERS = [
  'x-busbar-only',
  'x-busbar-ignore',
  'x-busbar-region',
  'x-busbar-zdr',
  'x-busbar-max-latency-ms',
] as const
const KEY = /^[\x21-\x7e]{1,64}$/

const textOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

const listOf = (text: string): string[] => text.split(',').map((name) => name.trim())

const malformed = (param: string, message: string): BuyerError => ({
  status: 400,
  code: 'invalid_request',
  message,
  param,
})

/** What a request asks of its delivery, in its headers and beside its question, or what is wrong with it. */
export function readWishes(headers: Headers, body: unknown): Wishes | BuyerError {
  const preferences = readPreferences(headers, body)
  if (preferences !== null && 'status' in preferences) return preferences
  const once = textOf(headers, 'idempotency-key') ?? null
  if (once !== null && !KEY.test(once))
    return malformed('idempotency-key', 'Idempotency-Key: up to 64 printable characters without blanks')
  const prefer = textOf(headers, 'prefer')
  const atomic = prefer !== undefined && listOf(prefer.toLowerCase()).includes('busbar-atomic')
  return { preferences, session: sessionOf(headers, body), atomic, once }
}

function sessionOf(headers: Headers, body: unknown): string | null {
  for (const name of SESSION_HEADERS) {
    const given = textOf(headers, name)
    if (given !== undefined) return given.slice(0, SESSION_CHARS_MAX)
  }
  const key = field(body, 'prompt_cache_key')
  return typeof key === 'string' && key !== '' ? key.slice(0, SESSION_CHARS_MAX) : null
}

const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined

function readPreferences(headers: Headers, body: unknown): Preferences | BuyerError | null {
  const given = field(body, 'provider') ?? null
  if (given === null && WISH_HEADERS.every((name) => headers[name] === undefined)) return null
  const own = given ?? {}
  if (typeof own !== 'object' || Array.isArray(own)) return malformed('provider', 'provider: not an object')
  const asked = { ...inHeaders(headers), ...own }
  if (Object.keys(asked).length === 0) return null
  const parsed = provider.safeParse(asked)
  if (!parsed.success) {
    const { param, message } = chatFault(parsed.error)
    return malformed(param === null ? 'provider' : `provider.${param}`, `provider: ${message}`)
  }
  const { only, ignore, region, zdr, max_latency_ms: latencyMsMax } = parsed.data
  return {
    only: only?.map((name) => name.toLowerCase()) ?? null,
    ignore: ignore?.map((name) => name.toLowerCase()) ?? [],
    region: region ?? null,
    zeroRetention: zdr === true,
    latencyMsMax: latencyMsMax ?? null,
  }
}

/** The same wishes as headers say them. What is said there badly is refused as in the body. */
function inHeaders(headers: Headers): Partial<Record<keyof Provider, unknown>> {
  const [only, ignore, region, zdr, latency] = WISH_HEADERS.map((name) => textOf(headers, name))
  return {
    ...(only && { only: listOf(only) }),
    ...(ignore && { ignore: listOf(ignore) }),
    ...(region && { region }),
    ...(zdr && { zdr: zdr === 'true' ? true : zdr === 'false' ? false : zdr }),
    ...(latency && { max_latency_ms: /^\d+$/.test(latency) ? Number(latency) : latency }),
  }
}
