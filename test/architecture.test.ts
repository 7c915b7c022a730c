// The shape of the source, held as a test. Every rule here is also a sentence in ARCHITECTURE.md.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/**
 * What each folder may see of the rest, ground floor first. A row names only rows above it, so no cycle fits.
 */
const SEES: Record<string, string[]> = {
  base: [],
  thread: ['base'],
  wire: ['base'],
  bulletin: ['base', 'wire'],
  state: ['base'],
  mandate: ['base', 'state'],
  trading: ['base', 'state', 'mandate'],
  standing: ['base', 'state', 'mandate', 'trading'],
  measure: ['base'],
  pool: ['base', 'wire', 'state', 'measure'],
  claims: ['base', 'state', 'mandate', 'trading', 'standing'],
  engine: ['base', 'state', 'mandate', 'trading', 'standing', 'claims'],
  journal: ['base', 'thread'],
  sequencer: ['base', 'state', 'engine', 'journal'],
  index: ['base', 'state'],
  market: ['base', 'state', 'measure', 'pool', 'index'],
  client: ['base', 'wire', 'bulletin'],
  agent: ['base', 'wire', 'client'],
  meter: ['base', 'thread'],
  route: ['base', 'state', 'trading'],
  dialect: ['base', 'wire'],
  surface: ['base', 'wire', 'dialect'],
  delivery: [
    'base',
    'thread',
    'wire',
    'state',
    'measure',
    'mandate',
    'trading',
    'claims',
    'sequencer',
    'meter',
    'route',
    'dialect',
    'surface',
  ],
  telemetry: ['base', 'wire', 'delivery'],
  assay: [
    'base',
    'thread',
    'wire',
    'state',
    'measure',
    'pool',
    'trading',
    'claims',
    'sequencer',
    'meter',
    'route',
    'dialect',
    'surface',
    'delivery',
  ],
  sheet: ['base', 'state', 'delivery'],
  store: ['base', 'thread', 'wire', 'state', 'index', 'sheet'],
  api: [
    'base',
    'bulletin',
    'index',
    'wire',
    'state',
    'mandate',
    'trading',
    'sequencer',
    'market',
    'delivery',
    'store',
  ],
  webhook: ['base', 'wire', 'state', 'store', 'delivery', 'api'],
  conduct: ['base', 'wire', 'state', 'sequencer', 'market', 'store', 'api'],
  figures: [
    'base',
    'measure',
    'pool',
    'bulletin',
    'index',
    'wire',
    'state',
    'trading',
    'sequencer',
    'market',
    'meter',
    'route',
    'delivery',
    'store',
    'api',
    'sheet',
  ],
  operations: [
    'base',
    'index',
    'wire',
    'state',
    'mandate',
    'trading',
    'standing',
    'sequencer',
    'market',
    'meter',
    'route',
    'surface',
    'delivery',
    'store',
    'api',
    'conduct',
    'figures',
    'webhook',
  ],
  contract: ['base', 'wire', 'bulletin', 'surface', 'api', 'operations'],
  feed: [
    'base',
    'wire',
    'bulletin',
    'state',
    'sequencer',
    'index',
    'market',
    'store',
    'api',
    'conduct',
    'figures',
    'operations',
  ],
  http: ['base', 'wire', 'surface', 'api', 'operations', 'feed'],
  grid: ['base', 'wire', 'state', 'store', 'api', 'operations', 'http'],
  mcp: ['base', 'wire', 'delivery', 'api', 'operations', 'http'],
  sim: [
    'base',
    'thread',
    'wire',
    'state',
    'mandate',
    'trading',
    'measure',
    'pool',
    'claims',
    'engine',
    'journal',
    'sequencer',
    'market',
    'client',
    'agent',
    'meter',
    'route',
    'delivery',
    'store',
    'api',
    'operations',
  ],
  cli: ['base', 'measure', 'wire', 'bulletin', 'index', 'client', 'agent', 'dialect', 'assay', 'sim'],
  web: ['base', 'wire', 'bulletin', 'client'],
  mimic: ['base', 'measure', 'pool'],
  demo: ['base', 'wire', 'mimic', 'client', 'agent', 'sim'],
  'version.ts': [],
  'config.ts': ['base'],
  'founding.ts': ['base', 'wire', 'state', 'sequencer', 'meter', 'delivery', 'store'],
  'fulfilment.ts': ['base', 'sequencer', 'meter', 'delivery', 'telemetry', 'assay', 'store', 'config.ts'],
  'stores.ts': ['store', 'api', 'config.ts'],
  'exchange.ts': [
    'base',
    'wire',
    'state',
    'journal',
    'sequencer',
    'index',
    'market',
    'meter',
    'delivery',
    'telemetry',
    'assay',
    'store',
    'api',
    'operations',
    'contract',
    'feed',
    'http',
    'grid',
    'mcp',
    'webhook',
    'config.ts',
    'founding.ts',
    'fulfilment.ts',
    'stores.ts',
    'version.ts',
  ],
  'rebuilding.ts': ['base', 'journal', 'sequencer', 'store', 'config.ts', 'stores.ts'],
  'main.ts': [
    'base',
    'sequencer',
    'delivery',
    'assay',
    'mcp',
    'cli',
    'demo',
    'config.ts',
    'exchange.ts',
    'rebuilding.ts',
    'version.ts',
  ],
}

/** What each folder may import from outside the repository. Anything not listed here: nothing. */
const OUTSIDE: Record<string, string[]> = {
  wire: ['zod'],
  surface: ['zod'],
  bulletin: ['zod'],
  thread: ['node:worker_threads'],
  client: ['zod'],
  journal: ['node:*', 'libsql'],
  sequencer: ['node:*'],
  meter: ['node:*', 'gpt-tokenizer'],
  route: ['node:crypto'],
  delivery: ['node:*', 'undici', 'eventsource-parser', 'ipaddr.js', 'zod'],
  telemetry: ['prom-client', '@opentelemetry'],
  assay: [
    'node:crypto',
    'node:http',
    'node:net',
    'node:zlib',
    'zod',
    'quickjs-emscripten-core',
    '@jitl/quickjs-wasmfile-release-sync',
  ],
  sheet: ['undici'],
  store: ['node:*', 'kysely', 'libsql', 'pg', 'ipaddr.js'],
  api: ['node:crypto', 'zod'],
  figures: ['zod'],
  operations: ['node:crypto', 'zod'],
  contract: ['zod'],
  webhook: ['undici'],
  http: ['node:*', 'ws', 'prom-client'],
  grid: ['node:*', 'ws'],
  mcp: ['node:*', '@modelcontextprotocol/server', 'zod'],
  sim: ['node:*'],
  cli: ['node:*', 'commander', 'cli-table3', 'zod'],
  web: ['react', 'react-dom', '@tanstack/react-query', 'lightweight-charts', 'uplot'],
  demo: ['node:*'],
  'config.ts': ['node:path'],
  'founding.ts': ['node:fs', 'node:path'],
  'fulfilment.ts': ['node:crypto'],
  'exchange.ts': ['node:*'],
  'stores.ts': ['node:path'],
  'rebuilding.ts': ['node:fs'],
  'version.ts': ['node:fs'],
  'main.ts': ['node:path', 'node:url', 'pino'],
}

/** Where time, chance and waiting do not exist. */
const PURE = [
  'base',
  'wire',
  'bulletin',
  'state',
  'mandate',
  'trading',
  'standing',
  'claims',
  'engine',
  'index',
  'market',
  'measure',
  'pool',
]
const IMPURE =
  /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|setTimeout|setInterval|fetch\(|await )/

const here = dirname(fileURLToPath(import.meta.url))
const root = process.env.SRC ?? join(here, '..', 'src')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file))
const folder = (file: string) => file.split('/')[0] ?? ''
const text = (file: string) => readFileSync(join(root, file), 'utf8')
const code = (file: string) => text(file).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
const IMPORTS =
  /^(?:import|export)\b[\w*\s{},$]*?\bfrom\s+'([^'\n]+)'|^import\s+'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'/gm
const specifiers = (file: string) =>
  [...code(file).matchAll(IMPORTS)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
const inside = (file: string) =>
  specifiers(file)
    .filter((name) => name.startsWith('.') && /\.tsx?$/.test(name))
    .map((name) => normalize(join(dirname(file), name)).replaceAll('\\', '/'))
const isAllowed = (allowed: string[], name: string) =>
  allowed.some((one) =>
    one === 'node:*' ? name.startsWith('node:') : name === one || name.startsWith(`${one}/`),
  )

test('the table itself only looks back', () => {
  const rows = Object.keys(SEES)
  for (const [row, seen] of Object.entries(SEES))
    for (const name of seen)
      assert.ok(rows.slice(0, rows.indexOf(row)).includes(name), `${row} sees ${name}, which stands below it`)
})

test('there are files, and every one lives in a folder of the table, one level deep', () => {
  assert.ok(files.length > 50, 'the source was found')
  for (const file of files) {
    assert.ok(folder(file) in SEES, `${file}: no such folder in the table`)
    assert.ok(folder(file) === 'web' || file.split('/').length <= 2, `${file}: nested too deep`)
  }
})

test('a folder imports only itself and what it may see', () => {
  for (const file of files)
    for (const target of inside(file)) {
      assert.ok(existsSync(join(root, target)), `${file} imports ${target}, which is not there`)
      assert.ok(
        folder(target) === folder(file) || SEES[folder(file)]?.includes(folder(target)),
        `${file} imports ${target}`,
      )
    }
})

test('no import cycles', () => {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): void => {
    assert.ok(!path.includes(file), [...path, file].join(' -> '))
    if (done.has(file)) return
    for (const target of inside(file)) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

test('each folder imports only the packages it is allowed', () => {
  for (const file of files)
    for (const name of specifiers(file).filter((one) => !one.startsWith('.')))
      assert.ok(isAllowed(OUTSIDE[folder(file)] ?? [], name), `${file} imports ${name}`)
})

test('the SDK takes only types from the schemas, so that it carries none of them', () => {
  for (const file of files.filter((one) => folder(one) === 'client'))
    assert.doesNotMatch(code(file), /^import (?!type )[\w*\s{},$]*?\bfrom '(zod|\.\.\/wire\/[^']+)'/m, file)
})

test('the pure folders have no clock, no chance and no waiting', () => {
  for (const file of files)
    if (PURE.includes(folder(file))) assert.doesNotMatch(code(file).replace(/'[^'\n]*'/g, "''"), IMPURE, file)
})

/** Text that the formatter cannot break: a sentence, a pattern, a list of class names. */
const isOneText = (line: string) => /['"`/>][^'"`]{30,}/.test(line) && !/^\s*(\/\*|\*|\/\/)/.test(line)

test('files stay within 400 lines, and lines within 110 columns unless they are one text', () => {
  for (const file of files) {
    const lines = text(file).split('\n')
    assert.ok(lines.length <= 401, `${file}: ${lines.length} lines`)
    for (const [i, line] of lines.entries())
      assert.ok(line.length <= 110 || isOneText(line), `${file}:${i + 1}: ${line.length} columns`)
  }
})

/**
 * First lines and lengths of the functions of a formatted file: from an opening line to the brace that closes
 * it.
 */
function* functionsOf(file: string): Generator<{ name: string; length: number }> {
  const lines = text(file).split('\n')
  for (const [start, line] of lines.entries()) {
    const opens =
      /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)|const (\w+) = .*=>\s*\{$)/.exec(line)
    if (opens === null) continue
    const closes = `${opens[1]}}`
    const end = lines.findIndex(
      (other, at) => at > start && (other === closes || other.startsWith(`${closes})`)),
    )
    if (end > 0) yield { name: opens[2] ?? opens[3] ?? '', length: end - start + 1 }
  }
}

test('a folder that outgrows itself is split into a neighbour', () => {
  const sizes = new Map<string, number>()
  for (const file of files)
    if (folder(file) !== 'web') sizes.set(folder(file), (sizes.get(folder(file)) ?? 0) + 1)
  for (const [name, size] of sizes) assert.ok(size <= 30, `${name} has ${size} files`)
})

test('functions stay within 70 lines', () => {
  for (const file of files)
    for (const { name, length } of functionsOf(file))
      assert.ok(length <= 70, `${file}: ${name} has ${length} lines`)
})

test('no file is named for being a drawer', () => {
  for (const file of files)
    assert.doesNotMatch(file, /\b(utils?|helpers?|common|core|shared|managers?|services?|misc)\b/i, file)
})

test('the exact shapes allow no any', () => {
  for (const file of files)
    if (['base', 'state', 'trading', 'claims', 'engine', 'wire'].includes(folder(file)))
      assert.doesNotMatch(code(file).replace(/'[^'\n]*'/g, "''"), /\b(as any|: any\b|<any>|any\[\])/, file)
})

test('an adapter is a client like any other: it sees its package, Node and itself, in files of our size', () => {
  const place = join(here, '..', 'integrations')
  const adapters = readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
  assert.ok(adapters.length > 5)
  for (const file of adapters) {
    const lines = readFileSync(join(place, file), 'utf8').split('\n')
    assert.ok(lines.length <= 401, `${file}: ${lines.length} lines`)
    for (const line of lines) assert.ok(line.length <= 110 || isOneText(line), `${file}: ${line}`)
    const own = /^(?:\.\/[a-z-]+\.ts|node:crypto)$/
    for (const [, name = ''] of lines.join('\n').matchAll(IMPORTS))
      assert.ok(own.test(name) || name === file.split('/')[0], `${file} imports ${name}`)
  }
})
