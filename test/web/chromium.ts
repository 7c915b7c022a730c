// Finds a real Chromium: one that is named, one that is installed, or the one that comes with the packages.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]

/**
 * Unpacks in a process of its own, whose temporary folder is ours: the package always unpacks there, to fixed
 * names.
 */
const UNPACK = `
  import { existsSync } from 'node:fs'
  import { join } from 'node:path'
  import chromium, { inflate } from '@sparticuz/chromium'
  await chromium.executablePath()
  const { createRequire } = await import('node:module')
  const entry = createRequire(process.cwd() + '/').resolve('@sparticuz/chromium')
  await inflate(join(entry, '..', '..', 'bin', 'al2023.tar.br'))
`

/** The folder of the unpacked package: one for each version, filled once, and only whole. */
function unpacked(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const place = join(tmpdir(), `busbar-chromium-${version}`)
  if (existsSync(place)) return place
  mkdirSync(tmpdir(), { recursive: true })
  const fresh = mkdtempSync(join(tmpdir(), 'busbar-chromium-new-'))
  execFileSync(process.execPath, ['--input-type=module', '--eval', UNPACK], {
    env: { ...process.env, TMPDIR: fresh },
  })
  try {
    renameSync(fresh, place)
  } catch (error) {
    // Another process was faster: its folder is as good as ours.
    rmSync(fresh, { recursive: true })
    if (!existsSync(place)) throw error
  }
  return place
}

const hasLibraries = (): boolean =>
  ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib/x86_64-linux-gnu'].some((folder) =>
    existsSync(join(folder, 'libnss3.so')),
  )

/** Launches Chromium, headless. */
export async function launchChromium(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage']
  const named = [process.env.CHROMIUM_PATH, ...INSTALLED].find(
    (path) => path !== undefined && existsSync(path),
  )
  if (named !== undefined) return chromium.launch({ executablePath: named, args })
  const place = unpacked()
  const env: Record<string, string> = { HOME: place }
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value
  if (!hasLibraries()) {
    env.LD_LIBRARY_PATH = join(place, 'al2023', 'lib')
    env.FONTCONFIG_PATH ??= join(place, 'fonts')
  }
  return chromium.launch({ executablePath: join(place, 'chromium'), args, env })
}
