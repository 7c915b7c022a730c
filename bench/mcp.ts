import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createClient } from '../src/client/client.ts'
import { openVenue, passingOrder } from './venue.ts'

// node --import tsx bench/mcp.ts [calls]
// Agents by Model Context Protocol: how long a tool call takes to a durable order, and 200 agents at once on one server,
// each under a mandate of its own that its bids try to exceed.

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const calls = Number(process.argv[2] ?? 1_000)
const AGENTS = 200
const TRIES = 20
/** An account may have so many keys. */
const PER_ACCOUNT = 50
/** Of the bids of an agent, worth $0.07 and a fee each, so many fit its budget of $0.50. */
const FITTING = 7

const venue = await openVenue('durable-http.mjs')

async function agent(key: string) {
  const client = new Client({ name: 'bench', version: '1.0.0' })
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', venue.url), { requestInit }))
  return client
}

const at = (sorted: readonly number[], share: number): string =>
  `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`

async function latency(): Promise<void> {
  const client = await agent(venue.key)
  const took: number[] = []
  for (let n = 0; n < calls; n++) {
    const given = { ...passingOrder(n), client_order_id: `mcp-${n}` }
    const start = performance.now()
    const answer = await client.callTool({ name: 'place_order', arguments: given })
    took.push(performance.now() - start)
    if (answer.isError === true) throw new Error(JSON.stringify(answer.content))
  }
  await client.close()
  took.sort((a, b) => a - b)
  say(`tool call to durable order, one after another: p50 ${at(took, 0.5)}, p99 ${at(took, 0.99)}`)
}

async function crowd(): Promise<void> {
  const clients = []
  let trader = createClient({ baseUrl: venue.url, key: venue.key })
  for (let n = 0; n < AGENTS; n++) {
    if (n % PER_ACCOUNT === 0)
      trader = createClient({ baseUrl: venue.url, key: await venue.enter(`principal ${n}`) })
    const mandate = await trader.mandates.grant({ name: `agent ${n}`, budget: { lifetime: '0.50' } })
    const { secret } = await trader.keys.create({
      name: `agent ${n}`,
      scopes: ['account:read', 'trade:place'],
      mandate: mandate.id,
    })
    clients.push(await agent(secret ?? ''))
  }
  const start = performance.now()
  const done = await Promise.all(clients.map((client, n) => bidOut(client, n, start)))
  const seconds = (performance.now() - start) / 1000
  const ends = done.map(({ endedAt }) => endedAt).sort((a, b) => a - b)
  const wrong = done.filter(({ placed }) => placed !== FITTING).length
  say(`${AGENTS} agents × ${TRIES} calls: ${((AGENTS * TRIES) / seconds).toFixed(0)} calls/s`)
  say(`  each placed the ${FITTING} bids that its budget holds, but for ${wrong} agents`)
  say(`  the first agent was done after ${at(ends, 0)}, the median ${at(ends, 0.5)}, the last ${at(ends, 1)}`)
  await Promise.all(clients.map((client) => client.close()))
}

/** An agent's bids, all resting: those beyond its budget are refused. */
async function bidOut(client: Client, n: number, start: number) {
  let placed = 0
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const answer = await client.callTool({
      name: 'place_order',
      arguments: {
        client_order_id: `agent-${n}-${attempt}`,
        instrument: 'TEXT_PRIME-USD',
        side: 'buy',
        price: '0.7000',
        quantity: '0.10',
      },
    })
    if (answer.isError !== true) placed++
  }
  return { placed, endedAt: performance.now() - start }
}

await latency()
await crowd()
venue.close()
