import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { SCHEMA } from './chain.ts'
import { damaged, GENESIS_FILE, readIfThere, replaceFile } from './disk.ts'
import { JournalError } from './journal.ts'

/**
 * What makes a folder the data of one exchange, kept apart from its journal so that each vouches for the
 * other.
 */
export type Genesis = {
  exchange: string
  schema: number
  /** The journal reaches at least this command: raised at every snapshot. */
  floor: number
}

/** Reads and proves the genesis record. A folder without one holds no exchange. */
export function readGenesis(folder: string): Genesis {
  const bytes = readIfThere(join(folder, GENESIS_FILE))
  if (!bytes) {
    throw new JournalError(
      'missing',
      `${join(folder, GENESIS_FILE)}: the genesis record is missing, so this folder is not an exchange. ` +
        'Put back a backup of the whole data folder, or choose an empty folder to begin a new exchange',
    )
  }
  const genesis = parse(bytes.toString('utf8'))
  if (!genesis) throw damaged(folder, GENESIS_FILE, 'the genesis record does not match its checksum')
  if (genesis.schema > SCHEMA) {
    const fault = `written by a newer version (schema ${genesis.schema}, this version knows ${SCHEMA})`
    throw new JournalError('damaged', `${join(folder, GENESIS_FILE)}: ${fault}. Start that version instead`)
  }
  return genesis
}

/** Replaces the genesis record durably. */
export async function writeGenesis(folder: string, genesis: Genesis): Promise<void> {
  await replaceFile(join(folder, GENESIS_FILE), [printGenesis(genesis)])
}

/** The record as it stands in its file. */
export function printGenesis(genesis: Genesis): Buffer {
  const body = JSON.stringify({ exchange: genesis.exchange, schema: genesis.schema, floor: genesis.floor })
  return Buffer.from(`${JSON.stringify({ genesis: body, checksum: crc32(body) })}\n`)
}

function parse(text: string): Genesis | undefined {
  const found = /^\{"genesis":("(?:[^"\\]|\\.)*"),"checksum":(\d+)\}\n$/.exec(text)
  if (!found) return undefined
  const body = JSON.parse(found[1] ?? '""') as string
  return Number(found[2]) === crc32(body) ? (JSON.parse(body) as Genesis) : undefined
}
