import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Journal } from '../../src/journal/journal.ts'
import type { JournalOptions } from '../../src/journal/sqlite-journal.ts'
import { initJournal, openJournal } from '../../src/journal/sqlite-journal.ts'
import { openReader } from '../../src/journal/verify.ts'

/** A folder of its own for one test, gone afterwards. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'busbar-journal-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Opens the journal; a failure that would end the process is thrown where nobody catches it. */
export const open = (folder: string, options: Partial<JournalOptions> = {}): Promise<Journal> =>
  openJournal({
    folder,
    onFatal: (error) => {
      throw error
    },
    ...options,
  })

/** What batch `n` holds: recognisable text, and now and then enough of it to fill pages of its own. */
export const content = (n: number): string => `batch ${n} `.repeat(n % 7 === 0 ? 2_000 : 30)

/** Appends batches `from` to `to`, two commands each. */
export async function write(journal: Journal, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++) {
    await journal.append(new TextEncoder().encode(content(n)), n * 2 - 1, n * 2)
  }
}

/** A new exchange with this many batches, closed. */
export async function lived(folder: string, batches: number): Promise<void> {
  await initJournal(folder)
  const journal = await open(folder)
  await write(journal, 1, batches)
  await journal.close()
}

/** Every batch of a folder as text, through the reader that changes nothing. */
export async function history(folder: string): Promise<string[]> {
  const reader = openReader(folder)
  try {
    const found: string[] = []
    for await (const batch of reader.read(1)) found.push(new TextDecoder().decode(batch.bytes))
    return found
  } finally {
    reader.close()
  }
}

export const copy = (from: string, to: string): Promise<void> => cp(from, to, { recursive: true })
