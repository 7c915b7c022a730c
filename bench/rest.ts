// Orders over REST, each acknowledged durable: `node --import tsx bench/rest.ts [seconds]`.
// Beside it, in the same run, the peer: the same bytes acknowledged by bare node:http after a durable append.
import { loadavg } from 'node:os'
import autocannon from 'autocannon'
import type { Cpu } from './venue.ts'
import { openVenue, passingOrder } from './venue.ts'

const seconds = Number(process.argv[2] ?? 5)
const ROUNDS = 3

type Load = { connections: number; rate?: number }
/** Latencies in ms; CPU time of the server in µs per order. */
type Result = { rate: number; p50: number; p99: number; first: number; all: number }

/** Offers orders as fast as the connections take them, or at a rate. Any that is refused ends the run. */
async function load(
  url: string,
  headers: Record<string, string>,
  { connections, rate }: Load,
  cpu: () => Cpu,
): Promise<Result> {
  let count = 0
  const before = cpu()
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
  const after = cpu()
  const each = (part: keyof Cpu) => ((after[part] - before[part]) / result.requests.total) * 1e6
  const { p50, p99 } = result.latency
  return { rate: result.requests.average, p50, p99, first: each('first'), all: each('all') }
}

const venue = await openVenue('durable-http.mjs')
const headers = { authorization: `Bearer ${venue.key}` }

const CASES = {
  'exchange, 1,000/s offered': () => load(venue.url, headers, { connections: 16, rate: 1_000 }, venue.cpu),
  'exchange, 64 connections': () => load(venue.url, headers, { connections: 64 }, venue.cpu),
  'durable node:http, 64 connections': () => load(venue.peerUrl, {}, { connections: 64 }, venue.peerCpu),
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
| orders over REST, medians of ${ROUNDS} rounds of ${seconds} s, load ${loadavg()[0]?.toFixed(1)} | per second | p50 | p99 | CPU per order: first thread | all |
|---|---|---|---|---|---|`)
for (const title of Object.keys(CASES) as (keyof typeof CASES)[]) {
  const [rate, first, all] = (['rate', 'first', 'all'] as const).map((part) => of(title, part).toFixed(0))
  const waits = `${of(title, 'p50')} ms | ${of(title, 'p99')} ms`
  console.log(`| ${title} | ${rate} | ${waits} | ${first} µs | ${all} µs |`)
}
const ratio = (part: keyof Result) =>
  of('exchange, 64 connections', part) / of('durable node:http, 64 connections', part)
console.log(
  `\nratio to durable node:http: ${ratio('rate').toFixed(2)} of its rate, ` +
    `${ratio('first').toFixed(2)} times its CPU time on the first thread, ${ratio('all').toFixed(2)} on all`,
)
venue.close()
