import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
}

export type PageFile = { body: Buffer; type: string; immutable: boolean }

/** The built page, read once: a request path is looked up in this table and never touches the disk. */
export type Page = {
  /**
   * `index.html` with a fresh nonce for the styles that chart libraries inject, and the policy that names it.
   */
  index(): { html: string; policy: string }
  file(path: string): PageFile | undefined
}

function policyFor(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `connect-src 'self'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

/** Reads the folder that the page was built into. Throws if it is not there. */
export function loadPage(folder: string): Page {
  const files = new Map<string, PageFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const place = join(entry.parentPath, entry.name)
    const path = place.slice(folder.length).replaceAll('\\', '/')
    const type = TYPES[extname(entry.name)]
    if (type === undefined || entry.name.endsWith('.map')) continue
    files.set(path, { body: readFileSync(place), type, immutable: path.startsWith('/assets/') })
  }
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  return {
    index() {
      const nonce = randomBytes(18).toString('base64')
      return { html: html.replaceAll('__CSP_NONCE__', nonce), policy: policyFor(nonce) }
    },
    file: (path) => files.get(path),
  }
}
