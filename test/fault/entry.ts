import { canonicalJson } from '../../src/wire/canonical-json.ts'
import type { Instant } from '../../src/base/time.ts'
import type { Command } from '../../src/state/command.ts'

/** A command and its time as one line of text, the same whichever way the command was made. */
export const printEntry = (at: Instant, command: Command): string => canonicalJson([at, command])
