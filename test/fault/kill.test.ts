import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chance } from '../../src/base/chance.ts'
import { parseBatch } from '../../src/sequencer/record.ts'
import { printEntry } from './entry.ts'
import { openReader } from '../../src/journal/verify.ts'
import { verifyExchange } from '../../src/sequencer/verify.ts'
import { withFolder } from '../journal/history.ts'

const KILLS = 20
const script = fileURLToPath(new URL('./victim.ts', import.meta.url))

/** A victim that has loaded its code and waits for the word to open the folder. */
class Victim {
  output = ''
  private readonly child: ChildProcess

  constructor(folder: string, seed: number) {
    const args = ['--import', 'tsx', script, folder, String(seed)]
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
  }

  begin(): void {
    this.child.stdin?.write('begin\n')
  }

  async says(word: string): Promise<void> {
    while (!this.output.includes(word)) {
      assert.ok(this.child.exitCode === null, `ended early: ${this.output.slice(-500)}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  async kill(): Promise<void> {
    const closed = once(this.child, 'close')
    this.child.kill('SIGKILL')
    await closed
  }

  /** The whole lines after the opening: what was acknowledged. */
  get acknowledged(): string[] {
    assert.doesNotMatch(this.output, /^fatal/m)
    return this.output
      .split('\n')
      .slice(0, -1)
      .filter((line) => /^\d+ /.test(line))
  }
}

/** Every command of the folder's journal as the victims print them. */
async function journalled(folder: string): Promise<string[]> {
  const lines: string[] = []
  const reader = openReader(folder)
  for await (const batch of reader.read(1)) {
    for (const [at, command] of parseBatch(batch)) {
      lines.push(`${lines.length + 1} ${printEntry(at, command)}`)
    }
  }
  reader.close()
  return lines
}

test('killed twenty times under load, nothing acknowledged is lost and nothing happens twice', async () => {
  await withFolder(async (parent) => {
    const folder = join(parent, 'data')
    const random = chance(20_261_125)
    const acknowledged: string[] = []
    let next = new Victim(folder, 1)
    for (let kill = 1; kill <= KILLS; kill++) {
      const victim = next
      await victim.says('ready')
      victim.begin()
      next = new Victim(folder, kill + 1)
      // Some die while they are born or recover, most under load.
      if (kill % 5 !== 1) await victim.says('open')
      await new Promise((resolve) => setTimeout(resolve, random.below(kill % 5 === 1 ? 200 : 400)))
      if (kill === 4) assert.deepEqual(await verifyExchange(folder).then(faults), [], 'while it is at work')
      await victim.kill()
      acknowledged.push(...victim.acknowledged)
      if (acknowledged.length === 0) continue
      const lines = await journalled(folder)
      for (const line of victim.acknowledged) assert.equal(lines[Number.parseInt(line, 10) - 1], line)
      if (kill % 5 === 0) assert.deepEqual(await verifyExchange(folder).then(faults), [])
    }
    await next.kill()
    const lines = await journalled(folder)
    assert.ok(acknowledged.length > 1_000, `${acknowledged.length} commands were acknowledged`)
    const numbers = acknowledged.map((line) => Number.parseInt(line, 10))
    assert.ok(
      numbers.every((seq, n) => n === 0 || seq > (numbers[n - 1] ?? 0)),
      'no number was given twice',
    )
    for (const line of acknowledged) assert.equal(lines[Number.parseInt(line, 10) - 1], line)
    const report = await verifyExchange(folder)
    assert.deepEqual(faults(report), [])
    assert.equal(report.replayed, lines.length)
  })
})

const faults = ({ journal, fault, snapshots }: Awaited<ReturnType<typeof verifyExchange>>): unknown[] => [
  ...(journal.damage ? [journal.damage] : []),
  ...(fault ? [fault] : []),
  ...snapshots.filter(({ agrees }) => !agrees),
  ...journal.snapshots.filter((snapshot) => snapshot.fault),
]
