import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, root, run } from './install.mjs'

const web = join(root, 'src', 'web')
const dist = join(root, 'dist')

/** When the newest file below a path changed; 0 where there is none. */
function newest(path, skip) {
  if (path === skip || !existsSync(path)) return 0
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  // A folder's own time changes when a file is removed from it.
  return readdirSync(path).reduce(
    (most, name) => Math.max(most, newest(join(path, name), skip)),
    found.mtimeMs,
  )
}

const stampOf = (part) => join(dist, `.${part}-built`)

function buildPart(part, sources, make) {
  const stamp = stampOf(part)
  const changed = Math.max(...sources)
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= changed) return
  const began = Date.now()
  process.stderr.write(`busbar: building ${part}\n`)
  rmSync(stamp, { force: true })
  make()
  mkdirSync(dist, { recursive: true })
  writeFileSync(stamp, '')
  // Dated at the start: what changed while building is built again.
  utimesSync(stamp, began / 1000, began / 1000)
  process.stderr.write(`busbar: built ${part} in ${((Date.now() - began) / 1000).toFixed(1)} s\n`)
}

/** Compiles the server and bundles the page, each only where its sources are newer than what stands in dist. */
export function build() {
  const common = ['package-lock.json', 'package.json', 'tsconfig.json'].map((name) =>
    newest(join(root, name)),
  )
  const server = [newest(join(root, 'src'), web), newest(join(root, 'tsconfig.build.json')), ...common]
  buildPart('server', server, () => {
    run(process.execPath, [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      'tsconfig.build.json',
    ])
  })
  const config = join(root, 'vite.config.ts')
  if (!existsSync(config)) return
  const shown = ['base', 'wire', 'bulletin', 'client', 'web'].map((name) => newest(join(root, 'src', name)))
  buildPart('web', [...shown, newest(config), ...common], () => {
    run(process.execPath, [
      join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--logLevel',
      'warn',
    ])
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install()
  build()
}
