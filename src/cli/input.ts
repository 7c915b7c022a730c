import { readFileSync } from 'node:fs'
import { Fault } from './session.ts'

/** The text of a file, or with `-` of standard input. */
export function readInput(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new Fault(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
