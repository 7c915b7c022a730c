// `busbar export`: every list of the exchange as CSV, page by page, and as Parquet where DuckDB is installed.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { EXPORT_COLUMNS } from '../../src/cli/export-columns.ts'
import { EXPORT_LISTS, EXPORT_NAMES } from '../../src/cli/export-lists.ts'
import { loadDuckDb, typeOf } from '../../src/cli/parquet.ts'
import { exportOperations } from '../../src/operations/exports.ts'
import { printCsv } from '../../src/wire/csv.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import { runLine, standIn } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-export-[test]-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const out = join(folder, 'out')
beforeEach(() => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out)
})
const fileOf = (name: string) => join(out, name)
const textOf = (name: string) => readFileSync(fileOf(name), 'utf8')

let exchange: RunningExchange
let key: string
before(async () => {
  exchange = await runExchange()
  key = (await exchange.join('analyst', '100', ['account:read', 'supply:manage'])).key
})
after(() => exchange.end())

const busbar = (url: string, ...line: string[]) => runLine(['--url', url, '--key', key, 'export', ...line])

const FILL_COLUMNS = Object.keys(EXPORT_COLUMNS.fills)

/** The fill of a number, as the API tells it. */
const fill = (n: number) => ({
  id: `trd_${n}`,
  order: `ord_${n}`,
  client_order_id: n % 2 === 0 ? null : `mine, ${n} "so"`,
  instrument: 'TEXT_PRIME-USD',
  side: 'buy',
  price: '0.812345',
  quantity: '999999999999999.000001',
  fee: `{"asset":"USD","amount":"-0.0000${10 + (n % 80)}"}`,
  liquidity: 'maker',
  seq: 9_007_199_254_740_991,
  at: '2026-11-25T09:30:00.123456Z',
})

type Ending = { after(end: () => void): void }

/** An exchange with its answers, and what it was asked. */
async function listenFor(t: Ending, answer: (url: URL) => { status?: number; body: string }) {
  const asked: string[] = []
  const url = await standIn(t, (request, response) => {
    asked.push(request.url ?? '')
    const { status = 200, body } = answer(new URL(request.url ?? '', 'http://exchange.test'))
    response.writeHead(status).end(body)
  })
  return { url, asked }
}

/** An exchange of `count` fills that refuses to tell what comes after the fill `broken`. */
const exchangeOf = (t: Ending, count: number, broken?: number) =>
  listenFor(t, ({ pathname, searchParams }) => {
    assert.equal(pathname, '/v1/exports/fills')
    const from = Number(searchParams.get('after')?.slice(4) ?? count + 1)
    if (from === broken) return { status: 403, body: '{"code":"forbidden","detail":"no more"}' }
    const length = Math.min(from - 1, Number(searchParams.get('limit')))
    const rows = Array.from({ length }, (_, n) => fill(from - 1 - n))
    return { body: printCsv(FILL_COLUMNS, rows) }
  })

const WORDS: Record<string, string> = {
  instrument: 'text-prime',
  order: 'ord_1',
  party: 'supplier',
  limit: '5',
}

test('every list under /v1/exports can be exported, with its own columns and every filter that it takes', async () => {
  const paths = Object.values(EXPORT_LISTS).map(({ path }) => path(''))
  for (const { path } of exportOperations)
    assert.ok(paths.includes(path.replace(/\{\w+\}/, '')), `${path} is in the shell`)
  for (const what of EXPORT_NAMES) {
    const { of, filters } = EXPORT_LISTS[what]
    const words: Record<string, string> = { ...WORDS }
    words.period = what === 'statement' ? '2026-11' : 'hour'
    words.interval = what === 'candles' ? '5m' : 'day'
    words.from = '2026-11-25T00:00:00Z'
    words.until = '2026-11-25T01:00:00Z'
    const line = [what, ...(of === undefined ? [] : [of === 'index' ? 'machine_gdp' : 'text-prime'])]
    line.push('--to', fileOf(`${what}.csv`), ...filters.flatMap((one) => [`--${one}`, words[one] ?? '']))
    const done = await busbar(exchange.baseUrl, ...line)
    assert.equal(done.err, '', what)
    const [head = ''] = textOf(`${what}.csv`).split('\r\n')
    assert.deepEqual(head.split(',').sort(), Object.keys(EXPORT_COLUMNS[what]).sort(), what)
  }
})

test('a list of several pages becomes one file, each row once, whatever its cells hold', async (t) => {
  const { url, asked } = await exchangeOf(t, 2_300)
  const done = await busbar(url, 'fills', '--to', fileOf('fills.csv'), '--instrument', 'text-prime')
  assert.equal(done.out, `2300 rows in ${fileOf('fills.csv')}\n`)
  const rows = Array.from({ length: 2_300 }, (_, n) => fill(2_300 - n))
  assert.equal(textOf('fills.csv'), printCsv(FILL_COLUMNS, rows))
  assert.ok(asked.every((path) => path.includes('instrument=text-prime')))
  await busbar(url, 'fills', '--to', fileOf('few.csv'), '--limit', '1200')
  assert.equal(textOf('few.csv'), printCsv(FILL_COLUMNS, rows.slice(0, 1_200)))
  assert.deepEqual(readdirSync(out).sort(), ['few.csv', 'fills.csv'])
})

test('an export that fails leaves what was there before, and nothing beside it', async (t) => {
  const { url } = await exchangeOf(t, 2_300, 301)
  writeFileSync(fileOf('fills.csv'), 'of yesterday')
  const failed = await busbar(url, 'fills', '--to', fileOf('fills.csv'))
  assert.equal(failed.code, 1)
  assert.match(failed.err, /forbidden: no more/)
  assert.equal(textOf('fills.csv'), 'of yesterday')
  assert.deepEqual(readdirSync(out), ['fills.csv'])
})

test('hours go on after the last hour of a page, at the pace of the exchange, up to the end', async (t) => {
  const { url, asked } = await listenFor(t, ({ pathname, searchParams }) => {
    if (pathname === '/v1/indices') return { body: '{"hour_seconds":60,"end":"2026-11-25T00:05:00.000000Z"}' }
    const from = searchParams.get('from') ?? '2026-11-25T00:00:00Z'
    const start = (minute: number) => `2026-11-25T00:0${minute}:00.000000Z`
    const first = Number(from.slice(15, 16))
    const rows = [first, first + 1].filter((minute) => minute < 5).map((minute) => ({ start: start(minute) }))
    return { body: printCsv(['start'], rows) }
  })
  assert.match((await busbar(url, 'gdp-hours', '--to', fileOf('hours.csv'))).out, /^5 rows/)
  assert.deepEqual(textOf('hours.csv').match(/0\d(?=:00\.)/g), ['00', '01', '02', '03', '04'])
  assert.equal(asked.length, 4)
})

test('an answer that is not CSV is not written', async (t) => {
  const { url } = await listenFor(t, () => ({ body: '<html>\n</html>' }))
  assert.match((await busbar(url, 'fills', '--to', fileOf('fills.csv'))).err, /the answer is not CSV/)
  assert.deepEqual(readdirSync(out), [])
})

test('what cannot be asked for is refused in one line', async () => {
  for (const [line, said] of [
    [['orders', '--to', 'x.csv'], /there is no export "orders"; there are trades,/],
    [['constructor', '--to', 'x.csv'], /there is no export/],
    [['trades', '--to', 'x.csv'], /name the instrument/],
    [['fills', 'text-prime', '--to', 'x.csv'], /fills is not of anything/],
    [['fills', '--to', 'x.xlsx'], /must end in \.csv or \.parquet/],
    [
      ['fills', '--to', 'x.csv', '--period', 'day'],
      /fills takes --instrument, --order, --limit, not --period/,
    ],
    [['fills', '--to', fileOf('none/x.csv')], /cannot write .*ENOENT/],
    [['fills', '--to', fileOf('x.csv'), '--order', 'mine'], /order/],
  ] as const) {
    const { code, err } = await busbar(exchange.baseUrl, ...line)
    assert.equal(code, 1, line.join(' '))
    assert.match(err, said)
    assert.equal(err.trim().split('\n').length, 1)
  }
  assert.deepEqual(readdirSync(out), [])
})

test('in Parquet money and quantities are exact, times are times, and ids are text', () => {
  for (const [what, columns] of Object.entries(EXPORT_COLUMNS))
    for (const [name, cell] of Object.entries(columns)) {
      const type = typeOf(cell)
      if (/^(id|account|order|supplier|instrument)$/.test(name)) assert.equal(type, 'VARCHAR', name)
      if (/(^at|_at|_until|^start|^end)$/.test(name)) assert.equal(type, 'TIMESTAMP', `${what}.${name}`)
      if (/^(price|quantity|amount|units|cost|refund|proceeds|delivery_fee|open|net|margin)$/.test(name))
        assert.equal(type, 'DECIMAL(24,9)', `${what}.${name}`)
      if (type === 'DOUBLE') assert.match(name, /^(hour_seconds|pace)$/)
      if (name === 'value') assert.equal(type, 'DECIMAL(24,9)')
    }
  assert.equal(typeOf(EXPORT_COLUMNS.fills.fee), 'STRUCT("asset" VARCHAR, "amount" DECIMAL(24,9))')
  assert.equal(typeOf(undefined), 'VARCHAR')
})

const HOW =
  /^busbar: Parquet needs DuckDB: npm install --no-save @duckdb\/node-api@\S+ \(or export to \.csv\)\n$/

test('without DuckDB one line says how to install it', async () => {
  await assert.rejects(loadDuckDb('@duckdb/not-installed'), ({ message }: Error) =>
    HOW.test(`busbar: ${message}\n`),
  )
})

type Read = { columnTypes(): unknown[]; getRowsJson(): unknown[][] }
type Reading = { connect(): Promise<{ runAndReadAll(sql: string): Promise<Read>; closeSync(): void }> }

async function readParquet(path: string): Promise<Read> {
  const instance = await (await loadDuckDb()).DuckDBInstance.create(':memory:', {})
  const connection = await (instance as unknown as Reading).connect()
  try {
    return await connection.runAndReadAll(`SELECT * FROM read_parquet('${path.replaceAll('[', '[[]')}')`)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const isInstalled = await loadDuckDb().then(
  () => true,
  () => false,
)

test('Parquet holds what the CSV holds, to the last digit; without DuckDB nothing is written', async (t) => {
  const { url, asked } = await exchangeOf(t, 1_200)
  const done = await busbar(url, 'fills', '--to', fileOf('fills.parquet'))
  if (!isInstalled) {
    t.diagnostic('DuckDB is not installed: checked that the export says so and writes nothing')
    assert.match(done.err, HOW)
    assert.equal(done.code, 1)
    assert.deepEqual([readdirSync(out), asked], [[], []])
    return
  }
  t.diagnostic('DuckDB is installed: checked the rows and types of a Parquet file')
  assert.equal(done.err, '')
  assert.deepEqual(readdirSync(out), ['fills.parquet'])
  const read = await readParquet(fileOf('fills.parquet'))
  const decimal = 'DECIMAL(24,9)'
  const text = 'VARCHAR'
  const fee = `STRUCT("asset" VARCHAR, "amount" ${decimal})`
  assert.deepEqual(read.columnTypes().map(String), [
    text,
    text,
    text,
    text,
    text,
    decimal,
    decimal,
    fee,
    text,
    'BIGINT',
    'TIMESTAMP',
  ])
  const rows = read.getRowsJson()
  assert.equal(rows.length, 1_200)
  for (const [n, row] of rows.entries()) {
    const { id, order, client_order_id, instrument, side, fee: paid, liquidity } = fill(1_200 - n)
    const { asset, amount } = JSON.parse(paid) as { asset: string; amount: string }
    assert.deepEqual(row, [
      id,
      order,
      client_order_id,
      instrument,
      side,
      '0.812345000',
      '999999999999999.000001000',
      { asset, amount: `${amount}000` },
      liquidity,
      '9007199254740991',
      '2026-11-25 09:30:00.123456',
    ])
  }
})

async function emptyLists() {
  for (const what of EXPORT_NAMES) {
    const { of } = EXPORT_LISTS[what]
    const named = of === undefined ? [] : [of === 'index' ? 'machine_gdp' : 'text-prime']
    const span = what === 'gdp-hours' ? ['--from', '2026-11-25T00:00:00Z'] : []
    const file = fileOf(`${what}.parquet`)
    assert.equal((await busbar(exchange.baseUrl, what, ...named, '--to', file, ...span)).err, '')
    assert.equal((await readParquet(file)).columnTypes().length, Object.keys(EXPORT_COLUMNS[what]).length)
  }
}

if (isInstalled) test('an empty list is a Parquet file with its columns', emptyLists)
