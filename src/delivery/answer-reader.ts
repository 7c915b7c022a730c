import { StringDecoder } from 'node:string_decoder'
import type { EventSourceParser } from 'eventsource-parser'
import { createParser } from 'eventsource-parser'
import type { Failure } from './failure.ts'
import { failure } from './failure.ts'
import type { Chunk } from '../dialect/chunk.ts'
import { isUnreadable } from '../dialect/chunk.ts'
import type { Dialect, EventReader } from '../dialect/dialect.ts'

const EVENT_CHARS_MAX = 256 * 1024
const WHOLE_BYTES_MAX = 16 * 1024 * 1024

/**
 * Turns a supplier's bytes into chunks: a stream of events, or one whole answer where the supplier gave JSON.
 * Only `data` is read; names, ids and retry hints of events mean nothing here. Stops where the dialect does.
 */
export class AnswerReader {
  /** The end has been read. What follows it is not. */
  done = false
  private fault: Failure | undefined
  private bytes = 0
  private readonly whole: Buffer[] | null
  private readonly dialect: Dialect
  private readonly events: EventReader
  private readonly decoder = new StringDecoder('utf8')
  private readonly parser: EventSourceParser
  private readonly take: (chunk: Chunk) => void

  constructor(dialect: Dialect, whole: boolean, take: (chunk: Chunk) => void) {
    this.whole = whole ? [] : null
    this.dialect = dialect
    this.events = dialect.newReader()
    this.take = take
    this.parser = createParser({
      maxBufferSize: EVENT_CHARS_MAX,
      onEvent: ({ data }) => this.event(data),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded')
          this.fault ??= failure('oversized', 'an event is too large')
      },
    })
  }

  /** Reads bytes and reports the chunks they complete. Returns what is wrong with them, once something is. */
  feed(bytes: Buffer): Failure | undefined {
    if (this.done || this.fault !== undefined) return this.fault
    if (this.whole === null) {
      this.parser.feed(this.decoder.write(bytes))
      return this.fault
    }
    this.bytes += bytes.length
    if (this.bytes > WHOLE_BYTES_MAX) this.fault = failure('oversized', 'the answer is too large')
    else this.whole.push(bytes)
    return this.fault
  }

  /** The response is over: reports a whole answer, or what was cut off. */
  end(): Failure | undefined {
    if (this.whole === null) {
      // A last event whose blank line is missing still counts.
      if (!this.done && this.fault === undefined && this.decoder.end() === '') this.parser.feed('\n\n')
      return this.fault
    }
    const text = Buffer.concat(this.whole).toString('utf8')
    const chunk = this.dialect.readWhole(text)
    if (isUnreadable(chunk))
      return failure(chunk.code === 'malformed' ? 'truncated' : chunk.code, chunk.detail)
    this.take(chunk)
    return undefined
  }

  private event(data: string): void {
    if (this.done || this.fault !== undefined) return
    if (data.length > EVENT_CHARS_MAX) {
      this.fault = failure('oversized', 'an event is too large')
      return
    }
    const chunk = this.events.event(data)
    this.done = this.events.done
    if (chunk === null) return
    if (isUnreadable(chunk)) this.fault = chunk
    else this.take(chunk)
  }
}
