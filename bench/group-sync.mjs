import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Appends texts to a file of a folder and calls each one's `done` once it is synced. They are synced in groups. */
export function groupSync(folder) {
  const file = openSync(join(folder, 'peer.log'), 'a')
  let waiting = []
  let isSyncing = false

  function sync() {
    if (isSyncing || waiting.length === 0) return
    isSyncing = true
    const batch = waiting
    waiting = []
    writeSync(file, batch.map(({ text }) => text).join('\n'))
    fdatasync(file, (error) => {
      if (error) throw error
      isSyncing = false
      for (const { done } of batch) done()
      sync()
    })
  }

  process.on('exit', () => closeSync(file))
  return (text, done) => {
    waiting.push({ text, done })
    sync()
  }
}
