import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hex, same } from './chain.ts'
import { readIfThere, replaceFile, SNAPSHOT_FOLDER } from './disk.ts'

/** A snapshot and the hash of the journal at its place, without which it says nothing. */
export type SnapshotFile = { exchange: string; seq: number; journalHash: string; bytes: Uint8Array }

const ENDING = '.snapshot'
const CHECKSUM_BYTES = 32
const CHUNK = 1 << 20
/** The newest may be damaged; then the one before it is used. */
const KEPT = 2

/** Writes the snapshot whole or not at all, in pieces so that the event loop never waits for a big one. */
export async function writeSnapshot(
  folder: string,
  exchange: string,
  seq: number,
  hash: Uint8Array,
  bytes: Uint8Array,
): Promise<void> {
  const place = join(folder, SNAPSHOT_FOLDER)
  await mkdir(place, { recursive: true })
  const header = Buffer.from(`${JSON.stringify({ exchange, seq, journalHash: hex(hash) })}\n`)
  const sum = createHash('sha256').update(header)
  function* parts(): Generator<Uint8Array> {
    yield header
    for (let at = 0; at < bytes.length; at += CHUNK) {
      const chunk = bytes.subarray(at, at + CHUNK)
      sum.update(chunk)
      yield chunk
    }
    yield sum.digest()
  }
  await replaceFile(join(place, `${seq}${ENDING}`), parts())
  for (const old of snapshotSeqs(folder).slice(KEPT)) await rm(join(place, `${old}${ENDING}`))
}

/** The commands after which a snapshot stands, newest first. */
export function snapshotSeqs(folder: string): number[] {
  const place = join(folder, SNAPSHOT_FOLDER)
  if (!existsSync(place)) return []
  return readdirSync(place)
    .filter((name) => /^\d+\.snapshot$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => b - a)
}

/** The snapshot's content, or in words what is wrong with it. */
export function readSnapshot(folder: string, seq: number): SnapshotFile | string {
  const bytes = readIfThere(join(folder, SNAPSHOT_FOLDER, `${seq}${ENDING}`))
  if (!bytes) return 'it is missing'
  const content = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES))
  const sum = createHash('sha256').update(content).digest()
  if (!same(sum, bytes.subarray(content.length))) return 'it does not match its checksum'
  const end = content.indexOf('\n')
  const header = JSON.parse(content.toString('utf8', 0, end)) as Omit<SnapshotFile, 'bytes'>
  if (header.seq !== seq) return `it was taken after command ${header.seq}`
  // A plain view: a Buffer's own slice would share its memory.
  return {
    ...header,
    bytes: new Uint8Array(content.buffer, content.byteOffset + end + 1, content.length - end - 1),
  }
}
