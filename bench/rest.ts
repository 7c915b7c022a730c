// Orders over REST, each acknowledged durable: `node --import tsx bench/rest.ts [seconds]`.
// Beside it, in the same run, the peer: the same bytes acknowledged by bare node:http after a durable append.
import { loadavg } from 'node:os'
import autocannon from 'autocannon'
import { openVenue, passingOrder } from './venue.ts'

const seconds = Number(process.argv[2] ?? 5)
const ROUNDS = 3

type Load = { connections: number; rate?: number }
type Result = { rate: number; p50: number; p99: number }

/** Offers orders as fast as the connections take them, or at a rate. Any that is refused ends the run. */
async function load(
  url: string,
  headers: Record<string, string>,
  { connections, rate }: Load,
): Promise<Result> {
  let count = 0
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
    requests: [
      {
        method: 'POST',
        path: '/v1/orders',
        headers: { 'content-type': 'application/json', ...headers },
        setupRequest: (request) => {
          const body = JSON.stringify(passingOrder(count++))
          return { ...request, body }
        },
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} broken`)
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 }
}

const venue = await openVenue('durable-http.mjs')
const headers = { authorization: `Bearer ${venue.key}` }

const CASES = {
  'exchange, 1,000/s offered': () => load(venue.url, headers, { connections: 16, rate: 1_000 }),
  'exchange, 64 connections': () => load(venue.url, headers, { connections: 64 }),
  'durable node:http, 64 connections': () => load(venue.peerUrl, {}, { connections: 64 }),
}
const runs = new Map<string, Result[]>()
for (let round = 0; round <= ROUNDS; round++)
  for (const [title, run] of Object.entries(CASES)) {
    const result = await run()
    // The first round warms up.
    if (round > 0) runs.set(title, [...(runs.get(title) ?? []), result])
  }

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
const of = (title: keyof typeof CASES, part: keyof Result) =>
  median((runs.get(title) ?? []).map((run) => run[part]))
console.log(`
| orders over REST, medians of ${ROUNDS} rounds of ${seconds} s, load ${loadavg()[0]?.toFixed(1)} | per second | p50 | p99 |
|---|---|---|---|`)
for (const title of Object.keys(CASES) as (keyof typeof CASES)[])
  console.log(
    `| ${title} | ${of(title, 'rate').toFixed(0)} | ${of(title, 'p50')} ms | ${of(title, 'p99')} ms |`,
  )
const ratio = of('exchange, 64 connections', 'rate') / of('durable node:http, 64 connections', 'rate')
console.log(`\nratio to durable node:http: ${ratio.toFixed(2)}`)
venue.close()
