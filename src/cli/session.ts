import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/client.ts'
import { BusbarError } from '../client/problem.ts'
import type { Terminal } from './terminal.ts'

/** The people of the sample market whose keys it writes down. */
export const DEMO_ROLES = ['trader', 'buyer', 'supplier', 'operator'] as const
export type DemoRole = (typeof DEMO_ROLES)[number]

type GlobalOptions = { url: string; key?: string; as?: DemoRole; json?: boolean }

/** What a command works with. */
export type Session = {
  terminal: Terminal
  client: Client
  /** Where the exchange is, and the key that is used there. */
  url: string
  key: string | undefined
  /** Whether that key was written on the command line. */
  isKeyNamed: boolean
  /** Print the exchange's own answer instead of a table. */
  json: boolean
}

/** What the person can mend: said in one line, without a stack. */
export class Fault extends Error {
  override name = 'Fault'
}

const demoKeys = (): string => join(process.env.BUSBAR_DATA || '.busbar', 'demo-keys.json')

function demoKey(role: DemoRole): string | undefined {
  const path = demoKeys()
  if (!existsSync(path)) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    // Another user's file: as if there were none.
    return undefined
  }
  return (JSON.parse(text) as Partial<Record<DemoRole, string>>)[role]
}

const isNamed = (command: Command): boolean => command.getOptionValueSourceWithGlobals('key') === 'cli'

/** The key that was asked for: named, of someone in the sample market, of the environment, or of `role`. */
function keyOf(command: Command, role: DemoRole): string | undefined {
  const { key, as } = command.optsWithGlobals<GlobalOptions>()
  if (key !== undefined && (isNamed(command) || as === undefined)) return key
  const lent = demoKey(as ?? role)
  if (as !== undefined && lent === undefined)
    throw new Fault(`--as ${as} needs the keys of the sample market, and there are none at ${demoKeys()}`)
  return lent
}

/** The session that a command's options describe. `role` names the demo key to fall back on. */
export function sessionOf(command: Command, terminal: Terminal, role: DemoRole): Session {
  const { url, json } = command.optsWithGlobals<GlobalOptions>()
  if (!/^https?:\/\//.test(url)) throw new Fault(`--url must begin with http:// or https://, not "${url}"`)
  const key = keyOf(command, role)
  return {
    terminal,
    client: createClient({ baseUrl: url, key }),
    url,
    key,
    isKeyNamed: isNamed(command),
    json: json === true,
  }
}

export const printJson = (terminal: Terminal, value: unknown): void =>
  terminal.out(`${JSON.stringify(value, undefined, 2)}\n`)

/**
 * One line on what went wrong, with the code where there is one, and the place of each fault of a request.
 */
export function faultLine(error: unknown): string {
  if (!(error instanceof BusbarError)) return error instanceof Error ? error.message : String(error)
  const places = error.errors
    .filter(({ pointer, detail }) => !pointer.startsWith('/path') && !error.message.includes(detail))
    .map(({ pointer, detail }) => ` (${pointer}: ${detail})`)
    .join('')
  const hint = error.code === 'unauthenticated' ? ' Give a key with --key or BUSBAR_KEY.' : ''
  return `${error.code}: ${error.message}${places}${hint}`
}

/** What went wrong, for a program to read. */
export const faultFacts = (error: unknown): { [name: string]: unknown } =>
  error instanceof BusbarError
    ? {
        code: error.code,
        detail: error.message,
        status: error.status,
        outcome: error.outcome,
        retryable: error.retryable,
        errors: error.errors,
      }
    : { code: 'failed', detail: faultLine(error) }
