// The gateway against a direct connection and a bare proxy, in one run: `node --import tsx bench/gateway.ts [seconds]`.
// Supplier, proxy, venue and load are processes of their own; rounds are interleaved, medians are printed.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Pool } from 'undici'

const seconds = Number(process.argv[2] ?? 3)
const ROUNDS = 5
const CONNECTIONS = 32
const STREAMS = 100

type Target = { name: string; url: string; pool: Pool }

/** The roles and the threads they start, as plain JavaScript: what a loader adds to functions is not to be measured. */
async function bundle(): Promise<string> {
  const folder = join(root, 'node_modules', '.cache', 'busbar-bench')
  rmSync(folder, { recursive: true, force: true })
  const threads = ['meter/tokenizer-worker', 'delivery/schema-worker', 'journal/journal-worker']
  await build({
    entryPoints: ['bench/gateway-role.ts', ...threads.map((name) => `src/${name}.ts`)],
    absWorkingDir: root,
    outdir: folder,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  return join(folder, 'gateway-role.js')
}

const root = fileURLToPath(new URL('..', import.meta.url))
const file = await bundle()

async function start(role: string, supplier = ''): Promise<Target & { stop(): void }> {
  const child = spawn(process.execPath, [file, role, supplier], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${role} left with code ${code}`)))
    child.stdout.on('data', (bytes: Buffer) => resolve(bytes.toString().trim()))
  })
  const pool = new Pool(url, { connections: 200, pipelining: 1 })
  return { name: role, url, pool, stop: () => void child.kill() }
}

const request = (body: object) => ({
  path: '/v1/chat/completions',
  method: 'POST' as const,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'What does an exchange for inference sell, and how is it counted?' }],
    max_tokens: 200,
    ...body,
  }),
})

async function cpuOf(target: Target): Promise<{ all: number; main: number }> {
  const { body } = await target.pool.request({ path: '/cpu', method: 'GET' })
  return (await body.json()) as { all: number; main: number }
}

/** Whole answers, as many at a time as there are connections. CPU in microseconds per request. */
async function unary(target: Target): Promise<{ rate: number; all: number; main: number }> {
  const before = await cpuOf(target)
  const began = performance.now()
  let count = 0
  const worker = async () => {
    while (performance.now() - began < seconds * 1_000) {
      const { statusCode, body } = await target.pool.request(request({}))
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`${statusCode} ${text}`)
      count++
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  const after = await cpuOf(target)
  const per = (used: number) => (used * 1e6) / count
  return {
    rate: count / ((performance.now() - began) / 1_000),
    all: per(after.all - before.all),
    main: per(after.main - before.main),
  }
}

/** Milliseconds to the first content of each of a hundred streams at once, begun over two seconds. */
async function firstTokens(target: Target): Promise<number[]> {
  const one = async (place: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, place * 20))
    const began = performance.now()
    const { statusCode, body } = await target.pool.request(request({ stream: true, seed: 1 }))
    if (statusCode !== 200) throw new Error(await body.text())
    let first = 0
    for await (const _ of body) if (first === 0) first = performance.now() - began
    return first
  }
  return Promise.all(Array.from({ length: STREAMS }, (_, place) => one(place)))
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

const supplier = await start('supplier')
const targets = [supplier, await start('proxy', supplier.url), await start('venue', supplier.url)]
for (const target of targets) await unary(target)

const first = new Map<string, number[]>()
const whole = new Map<string, { rate: number; all: number; main: number }[]>()
for (let round = 0; round < ROUNDS; round++)
  for (const target of targets) {
    first.set(target.name, [...(first.get(target.name) ?? []), median(await firstTokens(target))])
    whole.set(target.name, [...(whole.get(target.name) ?? []), await unary(target)])
  }

const ttft = (name: string) => median(first.get(name) ?? [])
const unaryOf = (name: string, part: 'rate' | 'all' | 'main') =>
  median((whole.get(name) ?? []).map((run) => run[part]))
const direct = ttft('supplier')
const shown = (name: string, part: 'rate' | 'all' | 'main') => unaryOf(name, part).toFixed(0)
const over = (part: 'all' | 'main') => (unaryOf('venue', part) / unaryOf('proxy', part)).toFixed(2)
const load = loadavg()[0]?.toFixed(1)
console.log(`
| medians of ${ROUNDS} rounds of ${seconds} s, load ${load} | proxy | venue | venue / proxy |
|---|---|---|---|
| added first token p50, ${STREAMS} streams (direct ${direct.toFixed(1)} ms) | \
${(ttft('proxy') - direct).toFixed(2)} ms | ${(ttft('venue') - direct).toFixed(2)} ms | |
| whole answers per second, ${CONNECTIONS} connections | ${shown('proxy', 'rate')} | ${shown('venue', 'rate')} | \
${(unaryOf('venue', 'rate') / unaryOf('proxy', 'rate')).toFixed(2)} |
| CPU per whole answer, first thread | ${shown('proxy', 'main')} µs | ${shown('venue', 'main')} µs | ${over('main')} |
| CPU per whole answer, all threads | ${shown('proxy', 'all')} µs | ${shown('venue', 'all')} µs | ${over('all')} |`)
for (const target of targets) target.stop()
process.exit(0)
