import type { Command } from 'commander'
import type { DemoRole, Session } from './session.ts'

/** The options of one command, as commander parsed them. */
export type Options = { [name: string]: unknown }

/** Wraps what a command does: builds its session, and turns a failure into one line and a non-zero exit. */
export type Runner = (
  role: DemoRole,
  work: (session: Session, args: readonly string[], options: Options) => Promise<void>,
) => (this: Command, ...given: unknown[]) => Promise<void>
