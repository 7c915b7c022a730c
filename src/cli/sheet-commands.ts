import type { Command } from 'commander'
import type { PostedPriceOut, SheetRequest } from '../bulletin/sheet.ts'
import { readInput } from './input.ts'
import { wholeOption, wordOption } from './option.ts'
import type { Runner } from './runner.ts'
import type { Session } from './session.ts'
import { printJson } from './session.ts'
import { orDash, printTable } from './terminal.ts'

const FORMATS = ['models_dev', 'litellm', 'openrouter'] as const
type Options = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

async function listSheets({ client, terminal, json }: Session): Promise<void> {
  const data = await client.sheets.list()
  if (json) return printJson(terminal, { data })
  if (data.length === 0) return terminal.out('no sheets\n')
  printTable(
    terminal,
    [
      { title: 'id', isNumber: true },
      { title: 'sheet' },
      { title: 'of' },
      { title: 'models', isNumber: true },
      { title: 'refused', isNumber: true },
      { title: 'licence' },
      { title: 'source' },
    ],
    data.map((one) => [
      `${one.id}`,
      one.name,
      one.as_of,
      `${one.models}`,
      `${one.refused}`,
      one.licence,
      one.source,
    ]),
  )
}

async function importSheet({ client, terminal, json }: Session, from: string, options: Options) {
  const where = /^https?:\/\//.test(from) ? { url: from } : { document: readInput(from) }
  const request: SheetRequest = {
    name: text(options.name),
    format: text(options.format) as SheetRequest['format'],
    source: text(options.source),
    licence: text(options.licence),
    as_of: text(options.asOf),
    ...where,
  }
  const taken = await client.sheets.import(request)
  if (json) return printJson(terminal, taken)
  terminal.out(
    `sheet ${taken.id}: ${taken.models} models, ${taken.refused} refused, ${taken.skipped} skipped\n`,
  )
  for (const { id, field, reason } of taken.refused_rows.slice(0, 20))
    terminal.out(`  refused ${id}: ${field} is ${reason}\n`)
}

async function showFloors({ client, terminal, json }: Session): Promise<void> {
  const data = await client.sheets.floors()
  if (json) return printJson(terminal, { data })
  printTable(
    terminal,
    [
      { title: 'instrument' },
      { title: 'posted floor', isNumber: true },
      { title: 'median', isNumber: true },
      { title: 'bid', isNumber: true },
      { title: 'ask', isNumber: true },
      { title: 'fixing', isNumber: true },
      { title: 'models', isNumber: true },
      { title: 'cheapest' },
    ],
    data.map((one) => [
      one.instrument,
      orDash(one.floor),
      orDash(one.median),
      orDash(one.best_bid),
      orDash(one.best_ask),
      orDash(one.fixing),
      `${one.models}`,
      orDash(one.cheapest?.model),
    ]),
  )
}

const counts = ({ included, decided, misses }: PostedPriceOut): string =>
  decided !== null ? `${included ? 'yes' : 'no'}: ${decided}` : included ? 'yes' : misses.join(', ')

async function showMapping({ client, terminal, json }: Session, instrument: string, limit: number) {
  const found = await client.sheets.mapping(instrument, { limit })
  if (json) return printJson(terminal, found)
  const { input_tokens: input, output_tokens: output } = found.mix
  terminal.out(`${found.instrument}, for ${input} tokens in and ${output} out\n`)
  printTable(
    terminal,
    [
      { title: 'model' },
      { title: 'key' },
      { title: 'a unit', isNumber: true },
      { title: 'score at', isNumber: true },
      { title: 'counts' },
    ],
    found.data.map((one) => [one.model, one.key, one.unit_price, orDash(one.published_place), counts(one)]),
  )
}

async function showGaps({ client, terminal, json }: Session): Promise<void> {
  const data = await client.sheets.gaps()
  if (json) return printJson(terminal, { data })
  if (data.length === 0) return terminal.out('no gaps\n')
  printTable(
    terminal,
    [
      { title: 'gap' },
      { title: 'buy' },
      { title: 'at', isNumber: true },
      { title: 'sell' },
      { title: 'at', isNumber: true },
      { title: 'share', isNumber: true },
    ],
    data.map((one) => [one.kind, one.buy, one.buy_price, one.sell, one.sell_price, one.share]),
  )
}

async function decide({ client, terminal, json }: Session, args: readonly string[], options: Options) {
  const [key = '', instrument = '', word = ''] = args
  const include = word === 'auto' ? null : word === 'include'
  const made = await client.sheets.decide(instrument, { key, include, reason: text(options.reason) })
  if (json) return printJson(terminal, made)
  terminal.out(`${made.key} for ${made.instrument}: ${word}\n`)
}

/** `sheets`: posted prices beside the book. */
export function addSheetCommands(program: Command, run: Runner): void {
  const sheets = program.command('sheets').description('hold posted prices against the book')
  sheets.command('list').description('price sheets and where they are from').action(run('trader', listSheets))
  sheets
    .command('import')
    .description('take in a price sheet from a file, - or an address; one of the same name is replaced')
    .argument('<from>', 'a file, - for standard input, or https://…')
    .requiredOption('--format <format>', FORMATS.join(', '), wordOption(FORMATS))
    .requiredOption('--name <name>', 'what to call it')
    .requiredOption('--source <text>', 'where its prices are from')
    .requiredOption('--licence <text>', 'under which licence')
    .requiredOption('--as-of <day>', 'the day of its prices, such as 2026-07-02')
    .action(run('operator', (session, [from = ''], options) => importSheet(session, from, options)))
  sheets
    .command('floors')
    .description('the cheapest posted price for each instrument, beside its book')
    .action(run('trader', showFloors))
  sheets
    .command('map')
    .description('posted models against an instrument, cheapest first, with what each lacks')
    .argument('<instrument>', 'such as text-prime')
    .option('--limit <rows>', 'rows', wholeOption(1, 1_000), 20)
    .action(
      run('trader', (session, [instrument = ''], options) =>
        showMapping(session, instrument, Number(options.limit)),
      ),
    )
  sheets
    .command('decide')
    .description('say by hand whether a posted model counts for an instrument')
    .argument('<key>', 'of the model, as the mapping has it')
    .argument('<instrument>', 'such as text-prime')
    .argument('<word>', 'include, exclude, or auto', wordOption(['include', 'exclude', 'auto']))
    .requiredOption('--reason <text>', 'why')
    .action(run('operator', decide))
  sheets
    .command('gaps')
    .description('where sheets, grades and providers differ, widest first')
    .action(run('trader', showGaps))
}
