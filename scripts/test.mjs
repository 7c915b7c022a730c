import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { install, root } from './install.mjs'

/** Test files below a folder, sorted, as paths from the root of the clone. */
function tests(folder, ending) {
  const place = join(root, folder)
  if (!existsSync(place)) return []
  return readdirSync(place, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort()
}

/** Runs one program to its end and says whether it succeeded. */
function passes(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit' })
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
}

const tool = (...path) => join(root, 'node_modules', ...path)
const node = (script, ...args) => [process.execPath, [script, ...args]]
const places = ['src', 'test', 'spec', 'bench', 'integrations'].filter((name) => existsSync(join(root, name)))

const checks = [
  ['types', ...node(tool('typescript', 'bin', 'tsc'), '--noEmit')],
  ['lint', ...node(tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings', ...places)],
  ['format', ...node(tool('@biomejs', 'biome', 'bin', 'biome'), 'format', ...places, 'scripts')],
]

install()
build()

const filters = process.argv.slice(2)
const failed = []
if (filters.length === 0) {
  for (const [name, program, args] of checks) if (!(await passes(program, args))) failed.push(name)
}

const files = [...tests('test', '.test.ts'), ...tests('spec', '.spec.ts')].filter(
  (name) => filters.length === 0 || filters.some((part) => name.includes(part)),
)
if (files.length === 0) {
  process.stderr.write(`busbar: no test file matches ${filters.join(' ')}\n`)
  process.exit(1)
}
const run = [
  '--import',
  'tsx',
  '--test',
  '--test-concurrency=2',
  '--test-timeout=240000',
  '--test-reporter=spec',
  ...files,
]
if (!(await passes(process.execPath, run))) failed.push('tests')

if (failed.length > 0) process.stderr.write(`busbar: failed: ${failed.join(', ')}\n`)
process.exit(failed.length > 0 ? 1 : 0)
