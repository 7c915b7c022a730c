import type { Migration } from 'kysely'
import { Kysely, Migrator, PostgresDialect } from 'kysely'
import { assert } from '../base/assert.ts'

/** Types of PostgreSQL that hold whole numbers of ours: `bigint`, and `numeric` as sums of them come. */
const WHOLE_TYPES: ReadonlySet<number> = new Set([20, 1700])

const CONNECT_MS = 5_000
/** A server that says nothing for so long is taken for lost. */
const ANSWER_MS = 60_000

/** Whether a place is a PostgreSQL server rather than a file. */
export const isServer = (place: string): boolean => /^postgres(ql)?:\/\//.test(place)

/** A place as it may be shown: without the password. */
export function nameOf(place: string): string {
  if (!isServer(place)) return place
  const { host, pathname } = new URL(place)
  return `postgres://${host}${pathname}`
}

/**
 * Opens one database of a PostgreSQL server through at most `connections` connections, and brings it to its
 * latest shape. Throws in one line, without the password, when it cannot be reached or shaped.
 */
export async function openPostgres<Tables>(
  url: string,
  connections: number,
  migrations: Record<string, Migration>,
): Promise<Kysely<Tables>> {
  // Loaded only where a server is used.
  const { default: pg } = await import('pg')
  const parserOf = (type: number) =>
    WHOLE_TYPES.has(type) ? exact : (pg.types.getTypeParser(type, 'text') as (text: string) => unknown)
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    application_name: 'busbar',
    types: { getTypeParser: parserOf },
  })
  // A connection that breaks while nothing is asked of it is noticed by whoever asks next.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const provider = { getMigrations: async () => migrations }
  const { error } = await new Migrator({ db: database, provider }).migrateToLatest()
  if (error === undefined) return database
  await database.destroy()
  throw new Error(`cannot open ${nameOf(url)}: ${reasonOf(error)}`, { cause: error })
}

function exact(text: string): number {
  const value = Number(text)
  assert(Number.isSafeInteger(value), 'a stored number is a safe integer')
  return value
}

const CONNECTION = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOENT',
]
/** Shut down, crashed, starting; too many connections; disk full; read only after a failover; closed. */
const SERVER = ['57P01', '57P02', '57P03', '53300', '53100', '25006', '55000']
/** Two transactions in each other's way: the next try may pass. */
const CONFLICT = ['40001', '40P01']
const CODES_OF_LOSS: ReadonlySet<string> = new Set([...CONNECTION, ...SERVER, ...CONFLICT])
const WORDS_OF_LOSS = /connection (terminated|error)|timeout|not queryable|client was closed/i

/** Whether an error says that the server is away for now, so that trying again may help. */
export function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  if (typeof code === 'string') return CODES_OF_LOSS.has(code) || code.startsWith('08')
  return WORDS_OF_LOSS.test(error.message)
}

/** What an error says, also where several addresses failed and none speaks for all. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error)
