import { assert } from '../base/assert.ts'

/** Numbers in a row, written once and read once in the same order. The body of a snapshot. */
export type Tape = { values: Float64Array; length: number }

export const newTape = (): Tape => ({ values: new Float64Array(4096), length: 0 })

/** Appends a number. Negative zero is written as zero, so that equal states give equal tapes. */
export function put(tape: Tape, value: number): void {
  if (tape.length === tape.values.length) {
    const wider = new Float64Array(tape.length * 2)
    wider.set(tape.values)
    tape.values = wider
  }
  tape.values[tape.length++] = value + 0
}

export type Reader = { values: Float64Array; at: number }

/** The next number. Running off the end means the snapshot is not one that this code wrote. */
export function take(reader: Reader): number {
  assert(reader.at < reader.values.length, 'a snapshot holds all that it says')
  return reader.values[reader.at++] as number
}
