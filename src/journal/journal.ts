/**
 * Records that became durable together: the commands `first` to `last`, as bytes the journal does not read.
 */
export type Batch = { first: number; last: number; bytes: Uint8Array }

/** What somebody asked to be kept beside the journal, as of the moment just after command `seq`. */
export type Snapshot = { seq: number; bytes: Uint8Array }

/** History that can be read back. Everything it yields has been proved against its checksum and its hash. */
export interface JournalReader {
  /** The name the exchange was born with. */
  readonly exchange: string
  /** The last durable command; 0 when there is none. */
  readonly last: number
  /**
   * Batches in order, beginning with the one that holds command `from`. Throws JournalError at the first
   * damage.
   */
  read(from: number): AsyncIterable<Batch>
  /** Intact snapshots of this very history, newest first. */
  snapshots(): AsyncIterable<Snapshot>
}

/** An ordered, durable list of batches with one writer. Knows nothing of what they mean. */
export interface Journal extends JournalReader {
  /**
   * Copies the bytes at once and resolves when they are on stable storage. `first` follows the last command
   * appended. Failure is final.
   */
  append(bytes: Uint8Array, first: number, last: number): Promise<void>
  /** Keeps the bytes as the snapshot just after `seq`, which must be the end of a durable batch. */
  saveSnapshot(seq: number, bytes: Uint8Array): Promise<void>
  /** Whatever was appended becomes durable, then the storage is let go. */
  close(): Promise<void>
}

/**
 * Why a journal cannot be used: its content is wrong, it is not there, not ours alone, or storage refuses.
 */
export type JournalFault = 'damaged' | 'missing' | 'not_empty' | 'in_use' | 'unwritable' | 'write_failed'

/** One line that names the file, the place in it and what to do. */
export class JournalError extends Error {
  override name = 'JournalError'
  readonly fault: JournalFault

  constructor(fault: JournalFault, line: string, cause?: unknown) {
    super(line, cause === undefined ? undefined : { cause })
    this.fault = fault
  }
}
