import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { install, root } from './install.mjs'

install()
build()

// The exchange runs in this very process, so that signals and the exit code are its own.
const main = join(root, 'dist', 'main.js')
process.argv = [process.execPath, main, 'start', ...process.argv.slice(2)]
await import(pathToFileURL(main).href)
