import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** One row of the journal: a batch, the writer that wrote it, and its place in the chain of hashes. */
export type Row = {
  first: number
  last: number
  epoch: number
  previous: Uint8Array
  hash: Uint8Array
  checksum: number
  bytes: Uint8Array
}

/** The end of a proved chain: what the next row must follow. */
export type Link = { last: number; epoch: number; hash: Uint8Array }

/** Version of the row's layout and of what is hashed. */
export const SCHEMA = 1

/**
 * Before the first batch: the hash stands for the exchange itself, so that no other history can follow it.
 */
export function genesisLink(exchange: string): Link {
  const hash = createHash('sha256').update(`busbar journal ${SCHEMA} ${exchange}`).digest()
  return { last: 0, epoch: 0, hash }
}

/** The row that appends these bytes to the chain. */
export function forge(link: Link, epoch: number, bytes: Uint8Array, last: number): Row {
  const range = rangeOf(link.last + 1, last, epoch)
  const hash = hashOf(link.hash, range, bytes)
  const checksum = crc32(bytes, crc32(range))
  return { first: link.last + 1, last, epoch, previous: link.hash, hash, checksum, bytes }
}

/** What is wrong with a row that should follow the link; undefined when it does. */
export function faultOf(link: Link, row: Row): string | undefined {
  if (row.first !== link.last + 1) return `command ${link.last + 1} is missing`
  if (row.last < row.first) return 'the range runs backwards'
  const range = rangeOf(row.first, row.last, row.epoch)
  if (row.checksum !== crc32(row.bytes, crc32(range))) return 'the content does not match its checksum'
  if (row.epoch < link.epoch) return `writer epoch ${row.epoch} comes after ${link.epoch}`
  if (!same(row.previous, link.hash)) return 'the row does not follow the one before it'
  if (!same(row.hash, hashOf(link.hash, range, row.bytes))) return 'the content does not match its hash'
  return undefined
}

/** Whether two hashes are equal. */
export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Hash as people read it. */
export const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')

function rangeOf(first: number, last: number, epoch: number): Buffer {
  const range = Buffer.alloc(24)
  range.writeBigInt64BE(BigInt(first), 0)
  range.writeBigInt64BE(BigInt(last), 8)
  range.writeBigInt64BE(BigInt(epoch), 16)
  return range
}

const hashOf = (previous: Uint8Array, range: Uint8Array, bytes: Uint8Array): Buffer =>
  createHash('sha256').update(previous).update(range).update(bytes).digest()
