import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { JournalError } from './journal.ts'

export const JOURNAL_FILE = 'journal.db'
export const HEAD_FILE = 'head'
export const GENESIS_FILE = 'genesis.json'
export const LOCK_FILE = 'lock.db'
export const SNAPSHOT_FOLDER = 'snapshots'

/** What every refusal of damaged history ends with. */
const RESTORE = 'Put back a backup of the whole data folder; nothing was changed'

/** Refuses damaged history in one line. */
export const damaged = (folder: string, file: string, fault: string, cause?: unknown): JournalError =>
  new JournalError('damaged', `${join(folder, file)}: ${fault}. ${RESTORE}`, cause)

/** Makes created, renamed and removed names of a folder survive a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces a file so that after a crash it holds the old content or the new, whole. */
export async function replaceFile(path: string, content: Iterable<Uint8Array>): Promise<void> {
  const draft = `${path}.tmp`
  await writeSynced(draft, content)
  await rename(draft, path)
  await syncFolder(dirname(path))
}

/** Writes a file and waits until it is on stable storage. Its name is durable only after `syncFolder`. */
export async function writeSynced(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    for (const part of parts) await handle.writeFile(part)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The file's bytes, or undefined where there is no file. */
export function readIfThere(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : undefined
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

/**
 * Makes a folder, for its owner only, and those above it. Not with Node's own recursion: that never ends
 * where the system takes no names, as in /proc.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw unwritable(path, error)
  }
}

/** Refuses a folder that the process may not write to. */
export function requireWritable(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** The operating system does not let us write here. */
export const unwritable = (folder: string, cause: unknown): JournalError =>
  new JournalError(
    'unwritable',
    `${folder}: cannot be written (${cause instanceof Error ? cause.message : String(cause)})`,
    cause,
  )
