import { closeSync, fdatasync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Link } from './chain.ts'
import { hex } from './chain.ts'
import { damaged, HEAD_FILE, readIfThere, writeSynced } from './disk.ts'

/** Each slot has a disk sector of its own, so that a torn write spoils one of them at most. */
const SLOT_BYTES = 512
const SLOT = /^busbar-head (\d{1,16}) (\d{1,16}) ([0-9a-f]{64}) ([0-9a-f]{8})\n/

/** The last acknowledged batch, as the head file remembers it. */
export type Head = {
  last: number
  hash: Uint8Array
  /** Which write it was: the next one goes to the other slot. */
  turn: number
}

/** Writes the head of a history to both slots. */
export async function createHead(folder: string, link: Link): Promise<void> {
  await writeSynced(join(folder, HEAD_FILE), [slot(link, 0), slot(link, 1)])
}

/** The newer intact slot. Refuses a head file that is missing or has none. */
export function readHead(folder: string): Head {
  const path = join(folder, HEAD_FILE)
  const bytes = readIfThere(path)
  if (!bytes) throw damaged(folder, HEAD_FILE, 'the head file is missing')
  const slots = [parse(bytes.subarray(0, SLOT_BYTES)), parse(bytes.subarray(SLOT_BYTES))]
  const [newest] = slots.filter((found) => found !== undefined).sort((a, b) => b.turn - a.turn)
  if (!newest) throw damaged(folder, HEAD_FILE, 'neither slot of the head file is intact')
  return newest
}

/** Keeps the head file open and moves it on, one slot after the other. For the writing thread. */
export class HeadWriter {
  private readonly file: number
  private turn: number

  constructor(folder: string, turn: number) {
    this.file = openSync(join(folder, HEAD_FILE), 'r+')
    this.turn = turn
  }

  /** Returns once the slot is on stable storage. */
  writeNow(link: Link): void {
    this.put(link)
    fdatasyncSync(this.file)
  }

  /** Calls back once the slot is on stable storage, or with why it is not. One write at a time. */
  write(link: Link, done: (error: Error | null) => void): void {
    this.put(link)
    fdatasync(this.file, done)
  }

  private put(link: Link): void {
    this.turn++
    writeSync(this.file, slot(link, this.turn), 0, SLOT_BYTES, (this.turn % 2) * SLOT_BYTES)
  }

  close(): void {
    closeSync(this.file)
  }
}

function slot(link: Link, turn: number): Buffer {
  const text = `busbar-head ${turn} ${link.last} ${hex(link.hash)}`
  return Buffer.from(`${text} ${checksum(text)}\n`.padEnd(SLOT_BYTES, ' '))
}

function parse(bytes: Buffer): Head | undefined {
  const found = SLOT.exec(bytes.toString('latin1'))
  if (!found) return undefined
  const [, turn = '', last = '', hash = '', sum = ''] = found
  if (sum !== checksum(`busbar-head ${turn} ${last} ${hash}`)) return undefined
  return { last: Number(last), hash: Buffer.from(hash, 'hex'), turn: Number(turn) }
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0')
