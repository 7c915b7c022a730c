// Orders over REST, each acknowledged durable: `node --import tsx bench/rest.ts [seconds]`.
// Beside it, in the same run, the peer: the same bytes acknowledged by bare node:http after a durable append.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'

const clone = dirname(dirname(fileURLToPath(import.meta.url)))
const seconds = Number(process.argv[2] ?? 5)
const ROUNDS = 3

/** Starts a server and resolves with the address it prints. */
async function serverOf(args: string[], env: Record<string, string>, ready: RegExp) {
  const child = spawn(process.execPath, args, {
    cwd: clone,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the server left with code ${code}`)))
    child.stdout.on('data', (data: Buffer) => {
      const found = ready.exec(data.toString())
      if (found) resolve(found[1] ?? '')
    })
  })
  return { url, stop: () => child.kill('SIGKILL') }
}

type Load = { connections: number; rate?: number }
type Result = { rate: number; p50: number; p99: number }

/** Offers orders that rest and cancels every second one, so that the book stays small. */
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
          const price = `0.7${String(count++ % 100).padStart(3, '0')}`
          const body = JSON.stringify({
            instrument: 'TEXT_PRIME-USD',
            side: 'buy',
            price,
            quantity: '0.01',
            time_in_force: 'ioc',
          })
          return { ...request, body }
        },
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} broken`)
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 }
}

const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
const data = join(folder, 'data')
const exchange = await serverOf(
  [join(clone, 'dist', 'main.js'), 'start', '--no-demo'],
  { BUSBAR_DATA: data, BUSBAR_PORT: '0', BUSBAR_ORDER_RATE: '0' },
  /busbar ready (\S+)/,
)
const peer = await serverOf([join(clone, 'bench', 'durable-http.mjs'), folder], {}, /ready (\S+)/)
const operator = readFileSync(join(data, 'operator-key'), 'utf8').trim()

async function ask(path: string, key: string, body: object): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(`${exchange.url}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Record<string, string>
}

const member = await ask('/v1/admin/members', operator, { name: 'bench' })
const account = await ask('/v1/admin/accounts', operator, {
  member: member.id,
  name: 'bench',
  roles: ['trader'],
})
await ask('/v1/admin/deposits', operator, { account: account.id, amount: '1000000', reference: 'bench' })
const scopes = ['account:read', 'trade:place', 'trade:cancel']
const { secret = '' } = await ask('/v1/admin/keys', operator, { account: account.id, name: 'bench', scopes })
const headers = { authorization: `Bearer ${secret}` }

const CASES = {
  'exchange, 1,000/s offered': () => load(exchange.url, headers, { connections: 16, rate: 1_000 }),
  'exchange, 64 connections': () => load(exchange.url, headers, { connections: 64 }),
  'durable node:http, 64 connections': () => load(peer.url, {}, { connections: 64 }),
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
exchange.stop()
peer.stop()
rmSync(folder, { recursive: true, force: true })
