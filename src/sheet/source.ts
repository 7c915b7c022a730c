import { Agent, request } from 'undici'
import type { EndpointPolicy } from '../delivery/endpoint.ts'
import { endpointFault, guardedLookup } from '../delivery/endpoint.ts'

/** The largest sheet that is read, in bytes. */
export const SHEET_BYTES_MAX = 6 * 1024 * 1024
const TIMEOUT_MS = 20_000

/** A document from an address, or why not in words. Redirects are not followed. */
export type Fetched = { text: string } | { fault: string }

/**
 * Fetches a sheet under the same rules as a supplier's endpoint: https to public addresses only, checked
 * again when the name is resolved.
 */
export async function fetchSheet(url: string, policy: EndpointPolicy): Promise<Fetched> {
  const fault = endpointFault(url, policy)
  if (fault !== undefined) return { fault }
  const dispatcher = new Agent({ connect: { lookup: guardedLookup(policy), timeout: TIMEOUT_MS } })
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/json', 'user-agent': 'busbar' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (statusCode !== 200) return { fault: `it answered ${statusCode}` }
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > SHEET_BYTES_MAX) return { fault: `it is larger than ${SHEET_BYTES_MAX} bytes` }
      chunks.push(chunk)
    }
    return { text: Buffer.concat(chunks).toString('utf8') }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  } finally {
    await dispatcher.destroy()
  }
}
