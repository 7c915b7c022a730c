// Opens the journal of the folder named, says `open` or the refusal, and then appends as often as it is asked
// to.
import { createInterface } from 'node:readline'
import { openJournal } from '../../src/journal/sqlite-journal.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

async function run(folder: string): Promise<void> {
  const journal = await openJournal({ folder, onFatal: (error) => say(`fatal ${error.message}`) })
  say('open')
  for await (const line of createInterface(process.stdin)) {
    for (let n = 0; n < Number(line); n++) {
      const next = journal.last + 1
      await journal.append(Buffer.alloc(10_000, `command ${next} `), next, next)
      say(`durable ${next}`)
    }
  }
}

run(process.argv[2] ?? '').catch((error: Error) => {
  say(error.message)
  process.exit(1)
})
