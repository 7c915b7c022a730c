import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const clone = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The built program itself, for what needs no building first. */
export const program = join(clone, 'dist', 'main.js')

/** What `npm start` runs. */
const { scripts } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as {
  scripts: { start: string }
}
const START = scripts.start.split(' ').slice(1)

/** An exchange in a process of its own, started as `npm start` starts it. */
export type VenueProcess = {
  url: string
  data: string
  /** From its start to its ready line, in milliseconds. */
  readyMs: number
  /** All that it has written on standard output. */
  out(): string
  /** Ids of the processes that it started. */
  children(): number[]
  /** Sends a signal, waits for the end, and says how it ended and how long that took. */
  stop(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>
}

/** How a start that was refused ended. */
export type Refusal = { code: number | null; out: string; err: string }

export type StartOptions = { data: string; args?: string[]; env?: Record<string, string> }

const READY = /^busbar ready (\S+)$/m

function launch({ data, args = [], env = {} }: StartOptions): ChildProcess {
  const { BUSBAR_LOG: _, BUSBAR_HOST: __, BUSBAR_KEY_FILE: ___, ...rest } = process.env
  return spawn(process.execPath, [...START, ...args], {
    cwd: clone,
    env: { ...rest, BUSBAR_PORT: '0', BUSBAR_DATA: data, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Keeps what a process writes, and tells `heard` of each piece. */
function listen(child: ChildProcess, heard: () => void): { out: string; err: string } {
  const said = { out: '', err: '' }
  child.stdout?.on('data', (text: Buffer) => {
    said.out += text.toString()
    heard()
  })
  child.stderr?.on('data', (text: Buffer) => {
    said.err += text.toString()
  })
  return said
}

/** Starts an exchange and waits for its ready line. Throws with what it said if it ends before. */
export async function startVenue(options: StartOptions): Promise<VenueProcess> {
  const began = Date.now()
  const child = launch(options)
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  let said = { out: '', err: '' }
  const url = await new Promise<string>((resolve, reject) => {
    said = listen(child, () => {
      const ready = READY.exec(said.out)
      if (ready) resolve(ready[1] ?? '')
    })
    void ended.then((code) => reject(new Error(`the exchange ended with code ${code}: ${said.err}`)))
  })
  return {
    url,
    data: options.data,
    readyMs: Date.now() - began,
    out: () => said.out,
    children: () => childrenOf(child.pid ?? 0),
    async stop(signal) {
      const told = Date.now()
      child.kill(signal)
      return { code: await ended, ms: Date.now() - told }
    },
  }
}

/** Starts an exchange that must not start, and waits for its end. */
export async function startRefused(options: StartOptions): Promise<Refusal> {
  const child = launch(options)
  const said = listen(child, () => {
    // It is running after all. What it wrote shows that in the assertion.
    if (READY.test(said.out)) child.kill('SIGKILL')
  })
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  return { code, ...said }
}

/** Processes whose parent is `pid`, where the system tells (`/proc`); elsewhere none. */
function childrenOf(pid: number): number[] {
  if (!existsSync('/proc/self/stat')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number)
}

function parentOf(pid: string): number | undefined {
  try {
    // The program's name stands in parentheses and may hold anything; state and parent follow it.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return Number(parent)
  } catch {
    // It ended while we were looking.
    return undefined
  }
}

/** Whether a process is running. One that has ended and waits for its parent's attention is not. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Whether something listens at a base URL. */
export const isListening = (baseUrl: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(baseUrl)
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
