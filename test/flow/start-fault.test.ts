// A start that cannot be is one clear line and an exit code that is not zero.
import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { StartOptions } from './venue-process.ts'
import { startRefused, startVenue } from './venue-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-fault-'))
const data = join(folder, 'data')
const args = ['--no-demo']

before(async () => {
  const venue = await startVenue({ data, args })
  assert.deepEqual((await venue.stop('SIGTERM')).code, 0)
})

after(() => rmSync(folder, { recursive: true, force: true }))

async function refused(line: RegExp, options: Partial<StartOptions>): Promise<void> {
  const { code, out, err } = await startRefused({ data, args, ...options })
  const lines = err.trimEnd().split('\n')
  assert.equal(lines.length, 1, err)
  assert.match(lines[0] ?? '', line)
  assert.ok(code !== 0 && code !== null, `exit code ${code}`)
  assert.doesNotMatch(out, /ready/)
}

test('the port is in use', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await refused(/^busbar: port \d+ on 127\.0\.0\.1 is in use\. .*BUSBAR_PORT$/, {
      env: { BUSBAR_PORT: String(port) },
    })
  } finally {
    server.close()
  }
})

test('the port is no port', async () => {
  await refused(/^busbar: BUSBAR_PORT must be a whole number from 0 to 65535, not "http"$/, {
    env: { BUSBAR_PORT: 'http' },
  })
  await refused(/^busbar: BUSBAR_PORT .*not "70000"$/, { env: { BUSBAR_PORT: '70000' } })
})

test('the data folder cannot be written', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await refused(/^busbar: .*file: cannot be written/, { data: join(file, 'data') })
  const key = { BUSBAR_KEY_FILE: join(folder, 'another.key') }
  await refused(/^busbar: .*file: cannot be written/, { data: join(file, 'data'), env: key })
  await refused(/^busbar: .*file: cannot be written \(it is not a folder\)/, { data: file, env: key })
})

test('the data folder is in use by another process', async () => {
  const venue = await startVenue({ data, args })
  await refused(
    /^busbar: .*data: the data folder is in use by another process\. Stop that process first$/,
    {},
  )
  assert.equal((await venue.stop('SIGTERM')).code, 0)
})

test('the master key can be read by others, or is no key', async () => {
  const path = join(folder, 'open.key')
  writeFileSync(path, `${'ab'.repeat(32)}\n`, { mode: 0o644 })
  await refused(/^busbar: master key .*open\.key is readable by others \(mode 644\): chmod 600$/, {
    env: { BUSBAR_KEY_FILE: path },
  })
  const short = join(folder, 'short.key')
  writeFileSync(short, 'abcd\n', { mode: 0o600 })
  await refused(/^busbar: master key .*short\.key is not 64 hexadecimal digits$/, {
    env: { BUSBAR_KEY_FILE: short },
  })
})

test('the journal is damaged, and is not touched', async () => {
  const path = join(data, 'journal.db')
  const { size } = statSync(path)
  const file = openSync(path, 'r+')
  // Within the rows of the commands, behind the pages that hold the file's own order.
  for (let at = Math.floor(size / 2); at < size; at += 512) writeSync(file, Buffer.alloc(64, 0x5a), 0, 64, at)
  closeSync(file)
  await refused(/^busbar: .*Put back a backup of the whole data folder; nothing was changed$/, {})
})
