import type { KeyObject } from 'node:crypto'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { WebSocket } from 'ws'

/** A body, as loosely as a client that trusts nothing reads it. */
export type Loose = Record<string, unknown>

export type Told = { status: number; headers: Headers; body: Loose; text: string }

export type KeyPair = { privateKey: KeyObject; publicKey: string; fingerprint: string }

/** A key pair whose public half is base64 of its 32 raw bytes. */
export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const fingerprint = createHash('sha256').update(raw).digest('base64').replace(/=+$/, '')
  return { privateKey, publicKey: raw.toString('base64'), fingerprint }
}

export const nowSeconds = (): string => String(Math.floor(Date.now() / 1_000))

/** The three headers of a signed request: the signature covers time, method, path without query, and body. */
export function signed(
  { privateKey, fingerprint }: KeyPair,
  method: string,
  path: string,
  body = '',
  timestamp = nowSeconds(),
): Record<string, string> {
  const signature = sign(null, Buffer.from(`${timestamp}${method}${path}${body}`), privateKey)
  return {
    'x-thegrid-timestamp': timestamp,
    'x-thegrid-signature': signature.toString('base64'),
    'x-thegrid-fingerprint': fingerprint,
  }
}

/** A client as the reference describes one: a base, and either a key pair or a bearer token. */
export function gridClient(base: string, credential: KeyPair | string | undefined) {
  const call = async (method: string, path: string, body?: unknown, query = ''): Promise<Told> => {
    const url = new URL(base + path)
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers =
      credential === undefined
        ? {}
        : typeof credential === 'string'
          ? { authorization: `Bearer ${credential}` }
          : signed(credential, method, url.pathname, text)
    const response = await fetch(`${url.href}${query}`, {
      method,
      headers: { ...headers, ...(text === '' ? {} : { 'content-type': 'application/json' }) },
      redirect: 'manual',
      ...(text === '' ? {} : { body: text }),
    })
    return told(response)
  }
  return {
    call,
    get: (path: string, query = '') => call('GET', path, undefined, query),
    post: (path: string, body?: unknown) => call('POST', path, body),
    put: (path: string, body?: unknown) => call('PUT', path, body),
    del: (path: string) => call('DELETE', path),
  }
}

export async function told(response: Response): Promise<Told> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  const body = isJson && text !== '' ? (JSON.parse(text) as Loose) : {}
  return { status: response.status, headers: response.headers, body, text }
}

/** `data` of an answer, as one thing or as rows. */
export const one = ({ body }: Told): Loose => body.data as Loose
export const rows = ({ body }: Told): Loose[] => body.data as Loose[]
/** The machine word of a refusal. */
export const detail = ({ body }: Told): unknown => (body.errors as Loose | undefined)?.detail

type Frame = { topic: string; event: string; payload: Loose; ref: string | null }

/** The socket as the reference describes its client: map frames, references, waiting for what is expected. */
export async function gridSocket(url: string) {
  const socket = new WebSocket(url)
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (bytes: Buffer) => {
    frames.push(JSON.parse(bytes.toString('utf8')) as Frame)
    for (const wake of waiting) wake()
  })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  let refs = 0
  /** The first frame from now on, or already there, that fits. It is taken out. */
  const next = (fits: (frame: Frame) => boolean): Promise<Frame> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`no such frame among ${JSON.stringify(frames)}`))
      }, 5_000)
      const look = () => {
        const at = frames.findIndex(fits)
        if (at < 0) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(frames.splice(at, 1)[0] as Frame)
      }
      waiting.add(look)
      look()
    })
  const send = (event: string, payload: Loose, topic = 'ws:trading'): string => {
    const ref = String(++refs)
    socket.send(JSON.stringify({ topic, event, payload, ref }))
    return ref
  }
  const ask = (event: string, payload: Loose, topic?: string): Promise<Frame> => {
    const ref = send(event, payload, topic)
    return next((frame) => frame.event === 'phx_reply' && frame.ref === ref)
  }
  return { socket, frames, next, send, ask, close: () => socket.close() }
}
