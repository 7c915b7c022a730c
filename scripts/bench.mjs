import { join } from 'node:path'
import { build } from './build.mjs'
import { install, root, run } from './install.mjs'

// Every measurement in turn, or those that are named: `npm run bench -- book rest`. Wants a quiet machine.
const BENCHES = [
  'twins',
  'book',
  'engine',
  'sequencer',
  'rest',
  'stream',
  'fanout',
  'gateway',
  'gateway-traces',
  'quality',
  'mcp',
  'history',
]

install()
build()
const wanted = process.argv.slice(2)
for (const name of wanted.length > 0 ? wanted : BENCHES) {
  process.stdout.write(`\n== ${name} ==\n`)
  run(process.execPath, ['--expose-gc', '--import', 'tsx', join('bench', `${name}.ts`)], { stdio: 'inherit' })
}
