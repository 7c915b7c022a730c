import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '../src/client/client.ts'

/** A folder for the CPU profile of the exchange, if one is wanted. */
const { BUSBAR_BENCH_PROFILE: profile } = process.env
const PROFILE = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]

const clone = dirname(dirname(fileURLToPath(import.meta.url)))

/** Starts a server in a process of its own and resolves with the address it prints. */
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
  const { pid = 0 } = child
  return { url, stop: () => child.kill(profile ? 'SIGTERM' : 'SIGKILL'), cpu: () => cpuOf(pid) }
}

/** Seconds of CPU that a process has used: its first thread, and all of them. */
export type Cpu = { first: number; all: number }

/** Linux counts a thread's time in hundredths of a second, in the 14th and 15th word of its line. */
function cpuOf(pid: number): Cpu {
  const of = (path: string) => {
    const [user, system] = readFileSync(path, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
    return (Number(user) + Number(system)) / 100
  }
  return { first: of(`/proc/${pid}/task/${pid}/stat`), all: of(`/proc/${pid}/stat`) }
}

/** A built exchange and, beside it, the peer program of this folder; and the key of a trader with money. */
export async function openVenue(peerProgram: string) {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  const data = join(folder, 'data')
  const exchange = await serverOf(
    [...PROFILE, join(clone, 'dist', 'main.js'), 'start', '--no-demo'],
    { BUSBAR_DATA: data, BUSBAR_PORT: '0', BUSBAR_ORDER_RATE: '0' },
    /busbar ready (\S+)/,
  )
  const peer = await serverOf([join(clone, 'bench', peerProgram), folder], {}, /ready (\S+)/)
  const key = readFileSync(join(data, 'operator-key'), 'utf8').trim()
  const { admin } = createClient({ baseUrl: exchange.url, key })
  /** The key of a new member with money. */
  const enter = async (name: string): Promise<string> => {
    const member = await admin.admitMember({ name })
    const account = await admin.openAccount({ member: member.id, name, roles: ['trader'] })
    await admin.deposit({ account: account.id, amount: '1000000', reference: 'bench' })
    const { secret } = await admin.createKey({
      account: account.id,
      name,
      scopes: ['account:read', 'trade:place', 'trade:cancel', 'keys:manage'],
    })
    return secret ?? ''
  }
  return {
    url: exchange.url,
    peerUrl: peer.url,
    cpu: exchange.cpu,
    peerCpu: peer.cpu,
    enter,
    key: await enter('bench'),
    close() {
      exchange.stop()
      peer.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}

/** The `n`th order of a run: an immediate-or-cancel bid into an empty market, so that the book stays empty. */
export const passingOrder = (n: number) => ({
  instrument: 'TEXT_PRIME-USD',
  side: 'buy',
  price: `0.7${String(n % 100).padStart(3, '0')}`,
  quantity: '0.01',
  time_in_force: 'ioc',
})
