// The gateway against a direct connection and a bare proxy, in one run: `npm run bench -- gateway`. The venue is a whole
// exchange: key, draw, routing, metering, settlement, journal on disk, history. Rounds are interleaved, medians printed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, gaugeOf, median, quantile, request, start, targetAt } from './gateway-process.ts'
import type { Target } from './gateway-process.ts'

const seconds = Number(process.argv[2] ?? 3)
const ROUNDS = 5
const CONNECTIONS = 64
const TOKENS = 64

type Unary = { rate: number; all: number; main: number }
type Streams = { first: number; chunk: number; events: number; rss: number }

/** Whole answers, as many at a time as there are connections. CPU in microseconds per answer. */
async function unary(target: Target): Promise<Unary> {
  const before = await gaugeOf(target)
  const began = performance.now()
  const count = await answers(target)
  const after = await gaugeOf(target)
  const per = (used: number) => (used * 1e6) / count
  const rate = count / ((performance.now() - began) / 1_000)
  return { rate, all: per(after.all - before.all), main: per(after.main - before.main) }
}

async function answers(target: Pick<Target, 'key' | 'pool'>, headers: object = {}): Promise<number> {
  const until = performance.now() + seconds * 1_000
  let count = 0
  const worker = async () => {
    while (performance.now() < until) {
      const asked = request(target, {})
      const { statusCode, body } = await target.pool.request({
        ...asked,
        headers: { ...asked.headers, ...headers },
      })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`${statusCode} ${text}`)
      count++
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  return count
}

const clock = (): number => Number(process.hrtime.bigint() / 1_000n)

/**
 * So many streams at once, begun over two seconds: milliseconds to the first content at the median, and from
 * the supplier's hand to ours for 99 of 100 events; events that came; memory meanwhile.
 */
async function streams(target: Target, many: number): Promise<Streams> {
  const firsts: number[] = []
  const transits: number[] = []
  let rss = 0
  const one = async (place: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, (place * 2_000) / many))
    const began = performance.now()
    const { statusCode, body } = await target.pool.request(
      request(target, { stream: true, seed: 1, max_tokens: 1_000 }),
    )
    if (statusCode !== 200) throw new Error(await body.text())
    let seen = false
    for await (const bytes of body) {
      const at = clock()
      if (!seen) firsts.push(performance.now() - began)
      seen = true
      for (const [, sent] of String(bytes).matchAll(/"content":" (\d+)"/g)) transits.push(at - Number(sent))
    }
  }
  const watch = setInterval(
    () =>
      void gaugeOf(target).then((gauge) => {
        rss = Math.max(rss, gauge.rss - gauge.workers)
      }),
    500,
  )
  await Promise.all(Array.from({ length: many }, (_, place) => one(place)))
  clearInterval(watch)
  return { first: median(firsts), chunk: quantile(transits, 0.99) / 1_000, events: transits.length, rss }
}

const file = await bundle()
const supplier = await start(file, 'supplier')
const proxy = await start(file, 'proxy', supplier.url)
const venue = await start(file, 'venue', supplier.url)
const targets = [supplier, proxy, venue]
for (const target of targets) await unary(target)

const wholes = new Map<Target, Unary[]>(targets.map((target) => [target, []]))
const streamed = new Map<string, Streams[]>()
for (let round = 0; round < ROUNDS; round++)
  for (const target of targets) {
    wholes.get(target)?.push(await unary(target))
    for (const many of [100, 400]) {
      // Four hundred take long, and say the same each time.
      if (many === 400 && round % 2 === 1) continue
      const place = `${target.name} ${many}`
      streamed.set(place, [...(streamed.get(place) ?? []), await streams(target, many)])
    }
  }

const whole = (target: Target, part: keyof Unary) =>
  median((wholes.get(target) ?? []).map((run) => run[part]))
const stream = (target: Target, many: number, part: keyof Streams) =>
  median((streamed.get(`${target.name} ${many}`) ?? []).map((run) => run[part]))
const ratio = (of: (target: Target) => number) => (of(venue) / of(proxy)).toFixed(2)
const added = (target: Target, many: number) =>
  `${(stream(target, many, 'first') - stream(supplier, many, 'first')).toFixed(2)} ms`
const chunk = (many: number) => (target: Target) => stream(target, many, 'chunk')
const lost = (many: number) => many * TOKENS - stream(venue, many, 'events')
const main = (target: Target) => whole(target, 'main')

console.log(`
| medians of ${ROUNDS} rounds, load ${loadavg()[0]?.toFixed(1)} | proxy | venue | venue / proxy |
|---|---|---|---|`)
for (const many of [100, 400])
  console.log(`\
| added first token p50, ${many} streams | ${added(proxy, many)} | ${added(venue, many)} | |
| event in transit p99, ${many} streams | ${chunk(many)(proxy).toFixed(1)} ms | ${chunk(many)(venue).toFixed(1)} ms | \
${ratio(chunk(many))} |
| events of ${many * TOKENS} that did not come | ${many * TOKENS - stream(proxy, many, 'events')} | ${lost(many)} | |`)
console.log(`\
| memory at 400 streams, worker threads excluded | ${(stream(proxy, 400, 'rss') / 2 ** 20).toFixed(0)} MB | \
${(stream(venue, 400, 'rss') / 2 ** 20).toFixed(0)} MB | |
| whole answers a second, ${CONNECTIONS} connections | ${whole(proxy, 'rate').toFixed(0)} | \
${whole(venue, 'rate').toFixed(0)} | ${ratio((target) => whole(target, 'rate'))} |
| CPU of the first thread per answer | ${main(proxy).toFixed(0)} µs | ${main(venue).toFixed(0)} µs | ${ratio(main)} |
| answers a second and core, by that CPU | ${(1e6 / main(proxy)).toFixed(0)} | ${(1e6 / main(venue)).toFixed(0)} | |
| CPU of all threads per answer | ${whole(proxy, 'all').toFixed(0)} µs | ${whole(venue, 'all').toFixed(0)} µs | \
${ratio((target) => whole(target, 'all'))} |`)
await comparePortkey()
for (const target of targets) target.stop()
process.exit(0)

/** Portkey's gateway from npm, if it has been put beside the bench; it streams only with these of its parts. */
async function comparePortkey(): Promise<void> {
  const folder = fileURLToPath(new URL('../node_modules/.cache/portkey', import.meta.url))
  const server = join(folder, 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js')
  if (!existsSync(server)) {
    console.log(`Portkey is not here to compare with: npm install --ignore-scripts --prefix ${folder} \
@portkey-ai/gateway@1.15.2 hono@4.9.7 @hono/node-server@1.13.5`)
    return
  }
  const port = 20_000 + (process.pid % 20_000)
  const child = spawn(process.execPath, [server, `--port=${port}`, '--headless'], { stdio: 'ignore' })
  const portkey = targetAt('portkey', `http://127.0.0.1:${port}`)
  const headers = { 'x-portkey-custom-host': `${supplier.url}/v1` }
  while (
    await fetch(portkey.url).then(
      () => false,
      () => child.exitCode === null,
    )
  )
    await new Promise((resolve) => setTimeout(resolve, 100))
  await answers(portkey, headers)
  const rates: number[] = []
  for (let round = 0; round < 3; round++) rates.push((await answers(portkey, headers)) / seconds)
  child.kill('SIGKILL')
  const rate = median(rates)
  console.log(
    `| whole answers a second, Portkey 1.15.2 | ${rate.toFixed(0)} | ${whole(venue, 'rate').toFixed(0)} | ${(whole(venue, 'rate') / rate).toFixed(1)} |`,
  )
}
