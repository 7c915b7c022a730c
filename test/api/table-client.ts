import type { Client } from '../../src/client/client.ts'
import { createClient } from '../../src/client/client.ts'
import type { TestVenue } from './test-venue.ts'

/** A client whose requests go through the table, without a socket. `change` may tamper with an answer. */
export const tableClient = (
  venue: TestVenue,
  change: (path: string, text: string) => string = (_, text) => text,
): Client =>
  createClient({
    baseUrl: 'http://venue',
    fetch: async (input, init) => {
      const path = (typeof input === 'string' ? input : '').replace('http://venue', '')
      const answer = await venue.send(init?.method ?? 'GET', path)
      return new Response(change(path, answer.text), { status: answer.status, headers: answer.headers })
    },
  })
