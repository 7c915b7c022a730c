import { resolve } from 'node:path'

/** Every setting of the venue process: a name, a default and a bound each. A bad one is refused by name. */
export type Config = {
  /** `BUSBAR_HOST`: the address to listen on. */
  host: string
  /** `BUSBAR_PORT`: 0 takes a free port. */
  port: number
  /** `BUSBAR_DATA`: the folder of the journal, the snapshots and the databases. */
  data: string
  /** `BUSBAR_DATABASE_URL`: the PostgreSQL database of the history; null: a file in the data folder. */
  databaseUrl: string | null
  /** `BUSBAR_KEY_FILE`: the master key that seals credentials; by default beside the data folder. */
  keyFile: string
  /** `BUSBAR_LOG`: the least level that is logged. */
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** `--no-demo`: an empty venue instead of the sample market. */
  demo: boolean
  /** `--allow-private-suppliers`: supplier endpoints may lie on loopback or private addresses. */
  allowPrivateSuppliers: boolean
  /** Qualifications may be brief, a tenth of the full samples. The demo allows it. */
  briefQualifications: boolean
  /** `BUSBAR_DEMO_PACE`: hours of fixings and indices in a real hour; 1 outside the demo. */
  pace: number
  /** `BUSBAR_PROBES_PER_DAY`: least probes of every supplier in every instrument a day; 0: none. */
  probesPerDay: number
  /** `BUSBAR_ORDER_RATE`: orders per second and account; 0 is unlimited. */
  orderRate: number
  /** `BUSBAR_METER_THREADS`: threads that count tokens, at least one; each takes about 120 MB. */
  meterThreads: number
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces and metrics of deliveries go; null: nowhere. */
  otlp: string | null
  /** `BUSBAR_PUBLIC_HOSTS`: names by which clients reach the venue, comma between; `/mcp` checks. */
  publicHosts: readonly string[]
  /** `BUSBAR_RESTART_CANCEL_ONLY`, `…_POST_ONLY`, `…_AUCTION`: seconds of each phase after a restart. */
  reopening: { cancelOnly: number; postOnly: number; auction: number }
}

export class ConfigFault extends Error {
  override name = 'ConfigFault'
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

function whole(env: NodeJS.ProcessEnv, name: string, standard: number, most: number): number {
  const text = env[name]
  if (text === undefined || text === '') return standard
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > most)
    throw new ConfigFault(`${name} must be a whole number from 0 to ${most}, not "${text}"`)
  return value
}

function urlOf(env: NodeJS.ProcessEnv, name: string): string | null {
  const text = env[name]
  if (text === undefined || text === '') return null
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ConfigFault(`${name} must be an http or https URL, not "${text}"`)
  return text
}

/** The URL may hold a password, so that a bad one is not repeated. */
function databaseOf(env: NodeJS.ProcessEnv): string | null {
  const text = env.BUSBAR_DATABASE_URL
  if (text === undefined || text === '') return null
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol))
    throw new ConfigFault('BUSBAR_DATABASE_URL must be a URL such as postgres://user:password@host/database')
  return text
}

function levelOf(env: NodeJS.ProcessEnv): Config['logLevel'] {
  const text = env.BUSBAR_LOG ?? 'warn'
  const level = LEVELS.find((one) => one === text)
  if (level === undefined)
    throw new ConfigFault(`BUSBAR_LOG must be one of ${LEVELS.join(', ')}, not "${text}"`)
  return level
}

function hostsOf(env: NodeJS.ProcessEnv): string[] {
  const names = (env.BUSBAR_PUBLIC_HOSTS ?? '').split(',').map((name) => name.trim().toLowerCase())
  const bad = names.find((name) => !/^[a-z0-9.-]*$/.test(name))
  if (bad !== undefined)
    throw new ConfigFault(`BUSBAR_PUBLIC_HOSTS must be host names with commas between, not "${bad}"`)
  return names.filter((name) => name !== '')
}

/** Hours are cut in whole partitions of whole seconds, so that not every pace will do. */
function paceOf(env: NodeJS.ProcessEnv): number {
  const pace = whole(env, 'BUSBAR_DEMO_PACE', 60, 300)
  if (pace === 0 || 3_600 % pace !== 0)
    throw new ConfigFault(`BUSBAR_DEMO_PACE must divide 3600, as 1, 12 and 60 do, not "${pace}"`)
  return pace
}

/** Reads settings from the environment and the switches of `start`. Throws ConfigFault, naming it. */
export function readConfig(
  env: NodeJS.ProcessEnv,
  switches: { demo: boolean; allowPrivateSuppliers: boolean },
): Config {
  const data = resolve(env.BUSBAR_DATA || '.busbar')
  return {
    host: env.BUSBAR_HOST || '127.0.0.1',
    port: whole(env, 'BUSBAR_PORT', 8700, 65_535),
    data,
    databaseUrl: databaseOf(env),
    keyFile: resolve(env.BUSBAR_KEY_FILE || `${data}.key`),
    logLevel: levelOf(env),
    demo: switches.demo,
    allowPrivateSuppliers: switches.demo || switches.allowPrivateSuppliers,
    briefQualifications: switches.demo,
    pace: switches.demo ? paceOf(env) : 1,
    probesPerDay: whole(env, 'BUSBAR_PROBES_PER_DAY', 50, 10_000),
    orderRate: whole(env, 'BUSBAR_ORDER_RATE', 2_000, 1_000_000),
    otlp: urlOf(env, 'OTEL_EXPORTER_OTLP_ENDPOINT'),
    meterThreads: Math.max(1, whole(env, 'BUSBAR_METER_THREADS', 1, 32)),
    publicHosts: hostsOf(env),
    reopening: {
      cancelOnly: whole(env, 'BUSBAR_RESTART_CANCEL_ONLY', 0, 3_600),
      postOnly: whole(env, 'BUSBAR_RESTART_POST_ONLY', 0, 3_600),
      auction: whole(env, 'BUSBAR_RESTART_AUCTION', 0, 3_600),
    },
  }
}
