import { renameSync, rmSync } from 'node:fs'
import type { Config } from './config.ts'
import { takeLock } from './journal/lock.ts'
import { openReader } from './journal/verify.ts'
import { NO_FOLDS } from './sequencer/checkpoint.ts'
import { recover } from './sequencer/recover.ts'
import { emptyHistory, openHistory } from './store/history.ts'
import { historyPlace } from './stores.ts'

/** What a rebuilding did. */
export type Rebuilding = { commands: number; place: string; seconds: number }

/**
 * Tells all history anew from the journal of a stopped exchange. A file is replaced when the new one is
 * whole; a server's tables are emptied first, and where a rebuilding was cut short the next start goes on.
 */
export async function rebuildHistory(config: Config): Promise<Rebuilding> {
  const began = performance.now()
  const lock = takeLock(config.data)
  const reader = openReader(config.data)
  try {
    const place = historyPlace(config)
    const isFile = config.databaseUrl === null
    const making = isFile ? `${place}.rebuilding` : place
    if (isFile) removeDatabase(making)
    else await emptyHistory(place)
    const { exchange, last } = reader
    let failure: Error | undefined
    const onFailure = (error: Error) => {
      failure ??= error
    }
    const history = await openHistory(making, onFailure, { origin: { exchange, last }, bulk: true })
    try {
      const onReplay = async (batch: Parameters<typeof history.apply>[0]) => {
        if (failure !== undefined) throw failure
        history.apply(batch)
        await history.room()
      }
      const onWarning = () => undefined
      await recover(reader, { folds: NO_FOLDS, seen: 0, onReplay, onWarning })
      await history.flush()
    } finally {
      await history.close()
    }
    if (isFile) {
      removeDatabase(place)
      renameSync(making, place)
    }
    const seconds = (performance.now() - began) / 1_000
    return { commands: last, place: isFile ? place : 'the server of BUSBAR_DATABASE_URL', seconds }
  } finally {
    reader.close()
    lock.release()
  }
}

function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
}
