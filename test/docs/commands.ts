// The documents' command blocks, as they stand there, run as a reader would run them beside a running venue.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the reader has: the clone, a venue that runs on its folder, and a model server to offer. */
export type Reader = { clone: string; url: string; data: string; modelUrl: string; folder: string }

export type Outcome = { code: number | null; out: string; err: string; commands: number }

type Block = { language: 'sh' | 'js'; code: string; line: number }

/** Whose commands are run. */
export const DOCUMENTS = [
  'README.md',
  'docs/buyers.md',
  'docs/suppliers.md',
  'docs/agents.md',
  'docs/operators.md',
  'docs/signing.md',
  'docs/stream.md',
] as const

/** Documents whose commands are not run, and why. */
export const NOT_READ: Readonly<Record<string, string>> = {
  'docs/performance.md': 'its commands are measurements, which take minutes',
}

/** Lines that cannot run beside a running venue, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'npm start': 'it is how the venue of the test was started',
  'npm start -- --no-demo': 'test/flow/start-fault.test.ts starts empty venues',
  'npm test': 'it runs this very test',
  'npx busbar history rebuild': 'it wants the venue stopped; test/store/rebuild.test.ts runs it',
}

const bare = (line: string): string => line.replace(/\s+#.*$/, '').trim()

/** The blocks of a document that are commands or programs. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(sh|js)\n([^]*?)^```$/gm)].map((match) => ({
    language: match[1] as Block['language'],
    code: match[2] ?? '',
    line: text.slice(0, match.index).split('\n').length + 1,
  }))
}

function scriptOf({ language, code, line }: Block, name: string): string {
  const place = `echo '@@ ${name}:${line}' >&2\n`
  // Packages are found from the clone.
  if (language === 'js')
    return `${place}(cd "$CLONE" && node --input-type=module) <<'PROGRAM'\n${code}PROGRAM\n`
  const lines = code.split('\n').filter((one) => !(bare(one) in NOT_RUN))
  return place + lines.join('\n')
}

// Without these a refused request would look like success, and npx would take a second to find the clone's own program.
const PRELUDE = `set -eu
curl() { command curl --silent --show-error --fail-with-body --max-time 60 "$@"; }
npx() { [ "$1" = busbar ] || exit 64; shift; node "$CLONE/bin/busbar.mjs" "$@"; }
`

/** Runs all blocks of a document in one shell, from its first line to its last or to the first that fails. */
export async function runDocument(name: string, reader: Reader): Promise<Outcome> {
  const blocks = blocksOf(readFileSync(join(reader.clone, name), 'utf8'))
  const script = PRELUDE + blocks.map((block) => scriptOf(block, name)).join('\n')
  const here = script
    .replaceAll('127.0.0.1:8700', new URL(reader.url).host)
    .replaceAll('http://127.0.0.1:9000/v1', reader.modelUrl)
  const folder = join(reader.folder, name.replaceAll('/', '-'))
  mkdirSync(folder)
  symlinkSync(reader.data, join(folder, '.busbar'))
  const { BUSBAR_KEY: _, BUSBAR_DATA: __, ...env } = process.env
  writeFileSync(join(folder, 'commands.sh'), here)
  const child = spawn('sh', ['commands.sh'], {
    cwd: folder,
    env: { ...env, CLONE: reader.clone, BUSBAR_URL: reader.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  return { code, out, err, commands: blocks.length }
}
