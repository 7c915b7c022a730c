import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '../src/client/client.ts'
import { createClient } from '../src/client/client.ts'
import type { Exchange } from '../src/exchange.ts'
import { openExchange } from '../src/exchange.ts'
import type { Scope } from '../src/wire/key.ts'

const clone = dirname(dirname(fileURLToPath(import.meta.url)))

export type RunningExchange = Exchange & {
  folder: string
  operator: Client
  /** A new member with one account, its money and a client whose key has the given scopes. */
  join(
    name: string,
    cash: string,
    scopes?: readonly Scope[],
  ): Promise<{ client: Client; key: string; account: string }>
  /** A client with a key of this exchange. */
  clientFor(key: string): Client
  /** Lines that were logged as errors. A test that expects none checks that it is empty. */
  errors: unknown[]
  /** Closes the exchange and removes its folder. */
  end(): Promise<void>
}

const TRADING: readonly Scope[] = [
  'account:read',
  'trade:place',
  'trade:cancel',
  'transfer',
  'inference:consume',
  'keys:manage',
]

/** A whole exchange in this process, on a free port and a folder of its own, without the demo market. */
export async function runExchange(
  folder = mkdtempSync(join(tmpdir(), 'busbar-')),
  databaseUrl: string | null = null,
): Promise<RunningExchange> {
  const errors: unknown[] = []
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (facts: Record<string, unknown>, message: string) => errors.push({ ...facts, message }),
  }
  const exchange = await openExchange({
    config: {
      host: '127.0.0.1',
      port: 0,
      data: join(folder, 'data'),
      databaseUrl,
      keyFile: join(folder, 'data.key'),
      logLevel: 'silent',
      demo: false,
      allowPrivateSuppliers: true,
      briefQualifications: true,
      pace: 1,
      probesPerDay: 0,
      orderRate: 0,
      meterThreads: 1,
      otlp: null,
      publicHosts: [],
      reopening: { cancelOnly: 0, postOnly: 0, auction: 0 },
    },
    log,
    pageFolder: join(clone, 'dist', 'web'),
    docsFolder: join(clone, 'docs'),
    onFatal: (error) => {
      throw error
    },
  })
  exchange.setReady()
  const operator = createClient({ baseUrl: exchange.baseUrl, key: exchange.operatorKey })
  return {
    ...exchange,
    folder,
    operator,
    clientFor: (key) => createClient({ baseUrl: exchange.baseUrl, key }),
    errors,
    async join(name, cash, scopes = TRADING) {
      const member = await operator.admin.admitMember({ name })
      const account = await operator.admin.openAccount({
        member: member.id,
        name,
        roles: ['consumer', 'supplier', 'trader'],
      })
      await operator.admin.deposit({ account: account.id, amount: cash, reference: 'test' })
      const { secret } = await operator.admin.createKey({ account: account.id, name, scopes: [...scopes] })
      const key = secret ?? ''
      return { client: createClient({ baseUrl: exchange.baseUrl, key }), key, account: account.id }
    },
    async end() {
      await exchange.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
