import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'

/** A PostgreSQL server of a test's own, in a temporary folder, reached by a socket in it. */
export type PostgresServer = {
  /** A new, empty database. */
  newDatabase(): Promise<string>
  /** Runs one statement as the server's owner, outside of any of those databases. */
  run(statement: string): Promise<void>
  start(): Promise<void>
  /** Ends it as a crash of the machine would end every connection, but for what it has committed. */
  stop(): Promise<void>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

// A process that is killed loses nothing it has handed to the operating system.
const SPEED = ['fsync=off', 'full_page_writes=off', 'shared_buffers=32MB']

/** Where the server's programs are, in PATH or where Debian keeps them; undefined where there are none. */
function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((one) => join(debian, one, 'bin')),
  ]
  return folders.find((one) => existsSync(join(one, 'initdb')) && existsSync(join(one, 'postgres')))
}

/** The server refuses to be run by root: whoever is root lends it a user that can do nothing else. */
function lesserUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (user: string, what: string) =>
    Number(execFileSync('id', [what, user], { stdio: ['ignore', 'pipe', 'ignore'] }).toString())
  for (const user of ['postgres', 'nobody'])
    try {
      return { uid: idOf(user, '-u'), gid: idOf(user, '-g') }
    } catch {
      // No such user here: the next one.
    }
  return undefined
}

/** Starts a server, or says with undefined that no program for one was found. */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const programs = findPrograms()
  if (programs === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'busbar-pg-'))
  const user = lesserUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  chmodSync(folder, 0o700)
  const data = join(folder, 'data')
  const options = { ...user, cwd: folder, stdio: 'ignore' as const }
  const making = ['-D', data, '-U', 'busbar', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(programs, 'initdb'), making, options)
  const urlOf = (name: string) => `postgres://busbar@localhost/${name}?host=${folder}`
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, ...SPEED]
  let server: ReturnType<typeof spawn> | undefined
  let databases = 0

  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client(urlOf('postgres'))
    client.on('error', () => undefined)
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }
  const begin = async () => {
    server = spawn(
      join(programs, 'postgres'),
      ['-D', data, ...settings.flatMap((one) => ['-c', one])],
      options,
    )
    for (let tries = 0; ; tries++)
      try {
        await run('select 1')
        return
      } catch (error) {
        if (tries === 100) throw error
        await new Promise((soon) => setTimeout(soon, 50))
      }
  }
  const stop = async () => {
    const stopping = server
    server = undefined
    if (stopping === undefined) return
    const ended = new Promise((done) => stopping.once('exit', done))
    stopping.kill('SIGQUIT')
    await ended
  }
  await begin()
  // A test that is cut short leaves no server behind.
  process.once('exit', () => server?.kill('SIGQUIT'))
  process.once('SIGTERM', () => process.exit(143))
  return {
    async newDatabase() {
      const name = `history_${++databases}`
      await run(`create database ${name}`)
      return urlOf(name)
    },
    run,
    start: begin,
    stop,
    async remove() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
