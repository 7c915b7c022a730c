// The shell as tests run it: one command line at a time, by somebody without a terminal.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildCli } from '../../src/cli/cli.ts'
import type { VenueParts } from '../../src/cli/venue-commands.ts'

/** What a command line printed, and its exit code. */
export type Printed = { out: string; err: string; code: typeof process.exitCode }

const unasked = async () => assert.fail('not asked for')

/** A shell with no venue of its own: a command that asks for one fails. */
export const NO_VENUE: VenueParts = {
  version: '1.2.3',
  start: unasked,
  verify: unasked,
  rebuildHistory: unasked,
  verifyReceipt: unasked,
  mcp: unasked,
  assay: unasked,
  signatureFault: unasked,
}

/** Runs one command line. `parts` is what it may do besides asking an exchange over HTTP. */
export async function runLine(line: readonly string[], parts: Partial<VenueParts> = {}): Promise<Printed> {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isLive: false,
    columns: 100,
  }
  process.exitCode = 0
  await buildCli({ ...NO_VENUE, ...parts }, terminal).parseAsync(line, { from: 'user' })
  const code = process.exitCode
  process.exitCode = 0
  return { out, err, code }
}

/** An exchange that answers as it is told, until the test or the file ends. Returns its address. */
export async function standIn(
  ends: { after(end: () => void): void },
  answer: RequestListener,
): Promise<string> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
