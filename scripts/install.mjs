import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs one program of the preparation, its output on stderr, and ends the process with its exit code if it fails. */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (done.error) fail(`could not run ${program}: ${done.error.message}`)
  if (done.status !== 0) fail(`${program} ${args.slice(0, 3).join(' ')} failed`, done.status ?? 1)
}

function fail(line, code = 1) {
  process.stderr.write(`busbar: ${line}\n`)
  process.exit(code)
}

/** Installs the locked packages when they are absent or older than the lockfile. */
export function install() {
  const lock = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  process.stderr.write('busbar: installing packages\n')
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args])
  else run('npm', args, { shell: process.platform === 'win32' })
}
