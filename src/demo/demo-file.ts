import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** An account that the demo opened, and the secret of its key. */
export type DemoAccount = { account: string; key: string }

/** What the demo must remember between starts. */
export type DemoState = {
  accounts: Record<string, DemoAccount>
  /** Offer ids by the name of the sample model. */
  offers: Record<string, string>
}

/** The keys a person can use, as `demo-keys.json` holds them. */
export type DemoKeys = { buyer: string; trader: string; supplier: string; operator: string }

const statePath = (folder: string): string => join(folder, 'demo.json')

/** Writes a file that only its owner may read, whole or not at all. */
function writePrivately(path: string, value: unknown): void {
  const fresh = `${path}.new`
  writeFileSync(fresh, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}

export function readDemoState(folder: string): DemoState {
  const path = statePath(folder)
  if (!existsSync(path)) return { accounts: {}, offers: {} }
  return JSON.parse(readFileSync(path, 'utf8')) as DemoState
}

export const writeDemoState = (folder: string, state: DemoState): void =>
  writePrivately(statePath(folder), state)

/** Writes `demo-keys.json`. The order of its names is part of its form. */
export const writeDemoKeys = (folder: string, { buyer, trader, supplier, operator }: DemoKeys): void =>
  writePrivately(join(folder, 'demo-keys.json'), { buyer, trader, supplier, operator })

/** The keys of a demo that has been opened in this folder. */
export const readDemoKeys = (folder: string): DemoKeys =>
  JSON.parse(readFileSync(join(folder, 'demo-keys.json'), 'utf8')) as DemoKeys
