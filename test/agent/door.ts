import type { Client } from '../../src/client/client.ts'
import { createClient } from '../../src/client/client.ts'
import { Desk } from '../../src/agent/desk.ts'
import type { Participant, Told } from '../../src/agent/loop.ts'
import { runAgent } from '../../src/agent/loop.ts'
import type { TestVenue } from '../api/test-venue.ts'

/** How the SDK reaches a venue of this process, without a socket. */
export const fetchOn =
  (venue: TestVenue, key: string): typeof fetch =>
  async (address, init = {}) => {
    const url = new URL(address instanceof Request ? address.url : address)
    const answer = await venue.send(init.method ?? 'GET', url.pathname + url.search, {
      key,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof init.body === 'string' ? { bytes: Buffer.from(init.body) } : {}),
    })
    return new Response(answer.text, { status: answer.status, headers: answer.headers })
  }

/** The SDK on a venue of this process. */
export const clientOn = (venue: TestVenue, key: string): Client =>
  createClient({ baseUrl: 'http://venue', key, attempts: 1, fetch: fetchOn(venue, key) })

/** A minute after a sweep, so that none comes while a test does not want it. */
export async function passSweep(venue: TestVenue): Promise<void> {
  const { json } = await venue.send('GET', '/v1/instruments/text-prime')
  const { json: clock } = await venue.send('GET', '/v1/time')
  venue.pass((Date.parse(json.next_sweep_at) - Date.parse(clock.now) + 60_000) * 1_000)
}

/** A desk that has learned what the agent of its name has sent before. */
export async function deskOn(client: Client, name: string, spendLimit: string): Promise<Desk> {
  const desk = new Desk({ client, name, spendLimit })
  await desk.start()
  return desk
}

/** Some turns of an agent; what it decided, and what became of it. */
export async function turnsOf(
  desk: Desk,
  participant: Participant,
  turns: number,
  isDry = false,
): Promise<Told[]> {
  const told: Told[] = []
  await runAgent({
    desk,
    participant,
    isDry,
    turns,
    pauseMs: 0,
    signal: new AbortController().signal,
    tell: (one) => told.push(one),
    onError: (error) => {
      throw error
    },
  })
  return told
}

/** An agent that is stopped after some turns, as by Ctrl-C: the ids of the orders that it cancels. */
export async function stopAfter(desk: Desk, participant: Participant, turns: number): Promise<string[]> {
  const stop = new AbortController()
  let turn = 0
  return runAgent({
    desk,
    participant: {
      ...participant,
      async decide() {
        const steps = await participant.decide()
        if (++turn > turns) stop.abort()
        return steps
      },
    },
    isDry: false,
    turns: 0,
    pauseMs: 0,
    signal: stop.signal,
    tell: () => undefined,
    onError: (error) => {
      throw error
    },
  })
}
