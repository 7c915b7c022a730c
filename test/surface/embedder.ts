// A supplier's endpoint of embeddings: every text has a place in the space of the model's seed.
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hash } from 'node:crypto'
import { chance } from '../../src/base/chance.ts'

export const DIMENSIONS = 256

export type Embedder = {
  baseUrl: string
  /** Another one is another model. */
  seed: number
  /** How it misbehaves from now on. */
  mood: 'good' | 'down' | 'short' | 'unscaled' | 'missing' | 'floats'
  asked: { headers: IncomingMessage['headers']; body: { model: string; input: string[] } }[]
  close(): Promise<void>
}

/** A vector of length 1 for a text, the same each time up to what coarse arithmetic changes. */
export function vectorOf(seed: number, text: string, noise = 0): number[] {
  const luck = chance(Number.parseInt(hash('sha256', `${seed} ${text}`).slice(0, 8), 16))
  const raw = Array.from({ length: DIMENSIONS }, () => luck.fraction() - 0.5)
  const length = Math.hypot(...raw)
  return raw.map((one, at) => one / length + (at % 2 === 0 ? noise : -noise))
}

const base64Of = (vector: readonly number[]): string =>
  Buffer.from(Float32Array.from(vector).buffer).toString('base64')

function answerOf({ seed, mood }: Embedder, input: readonly string[], encoding: unknown): object {
  const data = input.map((text, index) => {
    const vector = vectorOf(seed, text, 0.0005).map((one) => (mood === 'unscaled' ? 3 * one : one))
    const told = mood === 'short' ? vector.slice(1) : vector
    return {
      object: 'embedding',
      index,
      embedding: encoding === 'base64' && mood !== 'floats' ? base64Of(told) : told,
    }
  })
  return { object: 'list', data: mood === 'missing' ? data.slice(1) : data, usage: { prompt_tokens: 9 } }
}

/** Starts an embedder on a free port. */
export async function startEmbedder(seed: number): Promise<Embedder> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (bytes: Buffer) => parts.push(bytes))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as { model: string; input: string[] }
      embedder.asked.push({ headers: request.headers, body })
      const isDown = embedder.mood === 'down' || request.url !== '/v1/embeddings'
      response.writeHead(isDown ? 500 : 200, { 'content-type': 'application/json' })
      const { encoding_format: encoding } = body as { encoding_format?: unknown }
      response.end(JSON.stringify(isDown ? { error: {} } : answerOf(embedder, body.input, encoding)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const embedder: Embedder = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seed,
    mood: 'good',
    asked: [],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return embedder
}
