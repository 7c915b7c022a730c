import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after } from 'node:test'
import type { PostgresServer } from './postgres-server.ts'
import { startPostgres } from './postgres-server.ts'

/** Something that keeps history: a contract is tested on each. */
export type Engine = {
  name: string
  readonly newPlace: () => Promise<string>
  /** A new place that holds what a process killed at this moment would leave behind. */
  readonly copyOf: (place: string) => Promise<string>
}

export function openSqlite(): Engine {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-history-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  let files = 0
  const newPath = () => join(folder, `history-${++files}.db`)
  return {
    name: 'SQLite',
    newPlace: async () => newPath(),
    async copyOf(place) {
      const copy = newPath()
      for (const name of readdirSync(dirname(place)).filter((file) => file.startsWith(basename(place))))
        cpSync(join(folder, name), join(folder, name).replace(place, copy))
      return copy
    },
  }
}

/** A server of its own for the test file; undefined, and said so, where no program for one is installed. */
export async function openServer(): Promise<(Engine & { server: PostgresServer }) | undefined> {
  const server = await startPostgres()
  if (server === undefined) {
    process.stdout.write('# no PostgreSQL server is installed here: history was tested in SQLite only\n')
    return undefined
  }
  after(() => server.remove())
  const nameIn = (place: string) => new URL(place).pathname.slice(1)
  return {
    name: 'PostgreSQL',
    server,
    newPlace: () => server.newDatabase(),
    async copyOf(place) {
      const copy = await server.newDatabase()
      const [from, to] = [nameIn(place), nameIn(copy)]
      await server.run(`drop database ${to}`)
      await server.run(`alter database ${from} allow_connections false`)
      await server.run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from}'`)
      await server.run(`create database ${to} template ${from}`)
      await server.run(`alter database ${from} allow_connections true`)
      return copy
    },
  }
}
