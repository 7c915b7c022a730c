import type { IncomingMessage } from 'node:http'

/** Why a body was not read to its end. */
export type BodyFault = 'too_large' | 'aborted'

/** The whole body in one piece, or why not. Stops reading at the bound: a lying length costs nothing. */
export function readBody(request: IncomingMessage, most: number): Promise<Uint8Array | BodyFault> {
  if (Number(request.headers['content-length'] ?? 0) > most) {
    request.resume()
    return Promise.resolve('too_large')
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= most) {
        chunks.push(chunk)
        return
      }
      request.removeAllListeners('data')
      request.resume()
      resolve('too_large')
    })
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    request.on('error', () => resolve('aborted'))
    request.on('close', () => resolve('aborted'))
  })
}

/** Whether a content type names JSON in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters.find((one) => one.startsWith('charset='))
  return type === 'application/json' && (charset === undefined || /^charset="?utf-8"?$/.test(charset))
}

/** Address of the peer; an IPv4 one is written as such, whatever socket it came through. */
export const addressOf = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
