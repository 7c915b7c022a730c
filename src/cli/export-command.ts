import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ExportName, Filter } from './export-lists.ts'
import { EXPORT_LISTS, EXPORT_NAMES, FILTERS } from './export-lists.ts'
import type { Question } from './export-pages.ts'
import { csvPages } from './export-pages.ts'
import { wholeOption, wordOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import { stoppable } from './stoppable.ts'

/** What the words of a command line ask for. */
function questionOf(asked: string, name: string | undefined, options: Options): Question {
  const what = EXPORT_NAMES.find((one) => one === asked)
  if (what === undefined)
    throw new Fault(`there is no export "${asked}"; there are ${EXPORT_NAMES.join(', ')}`)
  const list = EXPORT_LISTS[what]
  if (list.of !== undefined && name === undefined)
    throw new Fault(`name the ${list.of}, as in: busbar export ${what} <${list.of}> --to ${what}.csv`)
  if (list.of === undefined && name !== undefined) throw new Fault(`${what} is not of anything: "${name}"`)
  const given = (Object.keys(FILTERS) as Filter[]).filter((filter) => options[filter] !== undefined)
  const strange = given.find((filter) => !list.filters.includes(filter))
  if (strange !== undefined) {
    const taken = list.filters.map((filter) => `--${filter}`).join(', ')
    throw new Fault(`${what} takes ${taken || 'no filter'}, not --${strange}`)
  }
  return {
    what,
    name: name ?? '',
    query: Object.fromEntries(
      given
        .filter((filter) => filter !== 'limit')
        .map((filter) => [FILTERS[filter], String(options[filter])]),
    ),
    limit: options.limit === undefined ? undefined : Number(options.limit),
  }
}

/** Writes the pages to a new file, and tells its columns and rows. */
async function writeCsv(session: Session, question: Question, path: string, signal: AbortSignal) {
  const file = await open(path, 'wx')
  let head = ''
  let rows = 0
  try {
    for await (const page of csvPages(session, question, signal)) {
      if (head === '') await file.appendFile((head = page.head))
      else if (page.head !== head) throw new Fault('the columns changed while they were read; try again')
      await file.appendFile(page.records.join(''))
      rows += page.records.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { head: head.trimEnd().split(','), rows }
}

/** What writes a list as Parquet. Loaded only here: no other command waits for it. */
async function parquetWriter(what: ExportName) {
  const { loadDuckDb, writeParquet } = await import('./parquet.ts')
  const duckDb = await loadDuckDb()
  const { EXPORT_COLUMNS } = await import('./export-columns.ts')
  return (files: { csv: string; parquet: string }, head: readonly string[]) =>
    writeParquet(duckDb, files, head, EXPORT_COLUMNS[what])
}

/** A folder beside the file, so that what is whole in it moves to its name in one step. */
async function folderFor(path: string): Promise<string> {
  try {
    return await mkdtemp(join(dirname(path), '.busbar-export-'))
  } catch (error) {
    throw new Fault(`cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The export under its own name once it is whole; whatever fails or is stopped, nothing of it stays. */
async function writeExport(session: Session, question: Question, path: string, signal: AbortSignal) {
  const toParquet = extname(path) === '.parquet' ? await parquetWriter(question.what) : undefined
  const folder = await folderFor(path)
  const csv = join(folder, 'rows.csv')
  const parquet = join(folder, 'rows.parquet')
  try {
    const { head, rows } = await writeCsv(session, question, csv, signal)
    if (toParquet !== undefined) {
      const kept = await toParquet({ csv, parquet }, head)
      if (kept !== rows) throw new Fault(`DuckDB read ${kept} rows of ${rows}`)
    }
    signal.throwIfAborted()
    await rename(toParquet === undefined ? csv : parquet, path)
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runExport(session: Session, args: readonly string[], options: Options): Promise<void> {
  const [what = '', name] = args
  const path = resolve(String(options.to))
  if (!['.csv', '.parquet'].includes(extname(path)))
    throw new Fault(`--to must end in .csv or .parquet, not "${String(options.to)}"`)
  const question = questionOf(what, name, options)
  const rows = await stoppable(
    (signal) => writeExport(session, question, path, signal),
    new Fault('stopped; nothing was written'),
  )
  if (session.json) printJson(session.terminal, { file: path, rows })
  else session.terminal.out(`${rows} rows in ${path}\n`)
}

/** `export`: a list of the exchange as a file for analysts. */
export function addExportCommand(program: Command, run: Runner): void {
  program
    .command('export')
    .description('write a list to a file: CSV, or Parquet where DuckDB is installed')
    .argument('<what>', EXPORT_NAMES.join(', '))
    .argument('[name]', 'of trades and candles the instrument, of an index its name')
    .requiredOption('--to <file>', 'ends in .csv or .parquet; a file of that name is replaced')
    .option('--instrument <name>', 'of one instrument only')
    .option('--order <id>', 'of one order only')
    .option('--party <party>', 'what you bought, or supplied', wordOption(['buyer', 'supplier']))
    .option('--period <period>', 'fixings: hour or day; a statement: 2026-11 or 2026-11-25')
    .option('--interval <interval>', 'candles: 1m to 1d; an index: hour, day or week')
    .option('--from <time>', 'the first hour, such as 2026-11-25T00:00:00Z')
    .option('--until <time>', 'the end of the last hour')
    .option('--limit <rows>', 'no more rows than these', wholeOption(1, Number.MAX_SAFE_INTEGER))
    .action(run('trader', runExport))
}
