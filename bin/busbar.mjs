#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Inside a clone the sources stand beside this file: bring dist up to date. A published package has only dist.
const root = dirname(dirname(fileURLToPath(import.meta.url)))
if (existsSync(join(root, 'src', 'main.ts'))) {
  const { install } = await import('../scripts/install.mjs')
  const { build } = await import('../scripts/build.mjs')
  install()
  build()
}
const main = join(root, 'dist', 'main.js')
process.argv[1] = main
await import(pathToFileURL(main).href)
