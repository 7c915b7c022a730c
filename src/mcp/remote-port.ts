import type { ProblemOut } from '../wire/problem.ts'
import type { Inference, Port, Told } from './port.ts'

export type RemoteOptions = {
  baseUrl: string
  /** Absent: only what needs no key. */
  key: string | undefined
}

type Json = Record<string, unknown>

/** An exchange over HTTP. */
export const remotePort = (options: RemoteOptions): Port => ({
  async ask(_operation, { method, pathAndQuery, headers, body }) {
    const response = await send(options, method, pathAndQuery, headers, body)
    const json = await jsonOf(response)
    if (response.ok) return { ok: true, value: json }
    return { ok: false, problem: typeof json.code === 'string' ? (json as ProblemOut) : unclear(response) }
  },
  infer: (inference) => inferOver(options, inference),
})

/** A completion over the chat surface. Its answer carries what the headers say of delivery and receipt. */
export async function inferOver(options: RemoteOptions, { body, maxPrice }: Inference): Promise<Told> {
  const headers = { 'x-busbar-max-price': maxPrice }
  const response = await send(options, 'POST', '/v1/chat/completions', headers, JSON.stringify(body))
  const json = await jsonOf(response)
  if (!response.ok) return { ok: false, problem: chatProblem(response, json) }
  const header = (name: string) => response.headers.get(name)
  const [choice] = (json.choices ?? []) as { message?: Json; finish_reason?: string }[]
  return {
    ok: true,
    value: {
      text: choice?.message?.content ?? '',
      finish_reason: choice?.finish_reason ?? null,
      usage: json.usage ?? null,
      receipt: header('x-busbar-receipt'),
      supplier: header('x-busbar-supplier'),
      units: header('x-busbar-units'),
      average_price: header('x-busbar-price'),
    },
  }
}

function send(
  { baseUrl, key }: RemoteOptions,
  method: string,
  path: string,
  more: Record<string, string>,
  body: string | undefined,
): Promise<Response> {
  return fetch(baseUrl + path, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    },
    ...(body === undefined ? {} : { body }),
  })
}

async function jsonOf(response: Response): Promise<Json> {
  const text = await response.text()
  return text.startsWith('{') ? (JSON.parse(text) as Json) : {}
}

const unclear = (response: Response, detail = 'The exchange answered without saying why.'): ProblemOut => ({
  type: '/v1/errors#internal',
  title: 'Refused',
  status: response.status,
  code: 'internal',
  detail,
  outcome: response.status >= 500 ? 'unknown' : 'rejected',
  retryable: response.status === 429 || response.status === 503,
  request_id: response.headers.get('x-request-id') ?? '',
})

/** The chat surface answers errors in the words of its own clients. */
function chatProblem(response: Response, json: Json): ProblemOut {
  const { code, message, ...facts } = (json.error ?? {}) as { code?: string; message?: string }
  const shown = Object.entries(facts).filter(([, value]) => ['string', 'number'].includes(typeof value))
  return {
    ...unclear(response, message),
    ...(typeof code === 'string' ? { code, type: `/v1/errors#${code}` } : {}),
    ...(shown.length === 0
      ? {}
      : { facts: Object.fromEntries(shown.map(([name, value]) => [name, String(value)])) }),
  }
}
