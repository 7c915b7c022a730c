// Starts the processes of the gateway's benches, and asks them.
import { spawn } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Pool } from 'undici'

const root = fileURLToPath(new URL('..', import.meta.url))
const THREADS = [
  'meter/tokenizer-worker',
  'delivery/schema-worker',
  'journal/journal-worker',
  'store/history-worker',
]

/** One process of a bench. */
export type Target = { name: string; url: string; gaugeUrl: string; key: string; pool: Pool; stop(): void }

/** CPU seconds of all threads and of the first, bytes of memory, those of its worker threads; draws and units held. */
export type Gauge = {
  all: number
  main: number
  rss: number
  workers: number
  draws?: number
  reserved?: number
}

/** The roles and the threads they start, as plain JavaScript: what a loader adds to functions is not measured. */
export async function bundle(): Promise<string> {
  const folder = join(root, 'node_modules', '.cache', 'busbar-bench')
  rmSync(folder, { recursive: true, force: true })
  await build({
    entryPoints: ['bench/gateway-role.ts', ...THREADS.map((name) => `src/${name}.ts`)],
    absWorkingDir: root,
    outdir: join(folder, 'bench'),
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  // An exchange reads its version beside its folder.
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  return join(folder, 'bench', 'gateway-role.js')
}

export async function start(file: string, role: string, supplier = ''): Promise<Target> {
  const child = spawn(process.execPath, [file, role, supplier], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${role} left with code ${code}`)))
    child.stdout.on('data', (bytes: Buffer) => resolve(bytes.toString().trim()))
  })
  const [url = '', gaugeUrl = '', key = ''] = line.split(' ')
  return { ...targetAt(role, url, key), gaugeUrl, stop: () => void child.kill('SIGKILL') }
}

/** A process that was started otherwise. */
export const targetAt = (name: string, url: string, key = 'none'): Omit<Target, 'gaugeUrl' | 'stop'> => ({
  name,
  url,
  key,
  pool: new Pool(new URL(url).origin, { connections: 500, pipelining: 1 }),
})

export const gaugeOf = async ({ gaugeUrl }: Target): Promise<Gauge> =>
  (await (await fetch(gaugeUrl)).json()) as Gauge

/** A completion as any client sends it. */
export const request = ({ key }: Pick<Target, 'key'>, body: object) => ({
  path: '/v1/chat/completions',
  method: 'POST' as const,
  headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...PORTKEY_HEADERS },
  body: JSON.stringify({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'What does an exchange for inference sell, and how is it counted?' }],
    max_tokens: 200,
    ...body,
  }),
})

/** What only Portkey reads: that the supplier speaks the OpenAI dialect. Where it is goes in beside it. */
const PORTKEY_HEADERS = { 'x-portkey-provider': 'openai' }

export const quantile = (list: readonly number[], share: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0
export const median = (list: readonly number[]): number => quantile(list, 0.5)
