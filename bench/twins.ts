// Engine and plain twin side by side over many random days with every order type: `npm run bench -- twins`, or
// `node --import tsx bench/twins.ts 100000` for so many commands. Ends with an error where they part.
import { liveTwice } from '../src/sim/twins.ts'

const WANTED = Number(process.argv[2] ?? 2_000_000)
const A_DAY = 20_000

const began = performance.now()
const seen = new Map<string, number>()
let done = 0
for (let seed = 1; done < WANTED; seed++) {
  const commands = Math.min(A_DAY, WANTED - done)
  for (const [word, times] of liveTwice({ seed, commands, auditEvery: 1_000 }))
    seen.set(word, (seen.get(word) ?? 0) + times)
  done += commands
}
const seconds = (performance.now() - began) / 1_000
for (const [word, times] of [...seen].sort((a, b) => b[1] - a[1]))
  process.stdout.write(`${String(times).padStart(9)}  ${word}\n`)
process.stdout.write(`${done} commands, no difference, ${seconds.toFixed(0)} s\n`)
