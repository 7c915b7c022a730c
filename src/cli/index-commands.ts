import type { Command } from 'commander'
import { parseDecimal } from '../base/decimal.ts'
import { MICROS_PER_SECOND, parseRfc3339 } from '../base/time.ts'
import type { Client } from '../client/client.ts'
import { valueOf } from '../index/index-value.ts'
import type { GradeHour } from '../index/series.ts'
import { seriesOf } from '../index/series.ts'
import type { IndexHistoryOut, IndexInterval, IndexName } from '../bulletin/indices.ts'
import { wholeOption, wordOption } from './option.ts'
import type { Runner } from './runner.ts'
import type { Session } from './session.ts'
import { printJson } from './session.ts'
import { orDash, printTable } from './terminal.ts'
import type { Finding } from './venue-commands.ts'
import { report } from './venue-commands.ts'

const INTERVALS = ['hour', 'day', 'week'] as const
const NAMES = ['machine_gdp', 'real_machine_gdp', 'price_of_intelligence', 'intelligence_slope'] as const

const micros = (text: string): number => parseDecimal(text, 6) ?? Number.NaN
const timeOf = (text: string): number => parseRfc3339(text) ?? Number.NaN

/** What final users got of every grade in every closed hour, from the public record. */
async function gradeHours(client: Client): Promise<{ rows: GradeHour[]; numberOf: Map<string, number> }> {
  const instruments = await client.instruments.list()
  const numberOf = new Map(instruments.map(({ id }, at) => [id, at]))
  const rows: GradeHour[] = []
  for (let from: string | undefined = '1970-01-05T00:00:00Z'; from !== undefined; ) {
    const page = await client.indices.hours({ from })
    for (const { use, start, instrument, units, cost, refund } of page.data)
      if (use === 'final')
        rows.push({
          start: timeOf(start),
          instrument: numberOf.get(instrument) ?? -1,
          wt: micros(units),
          paid: micros(cost) - micros(refund),
        })
    from = page.next_from ?? undefined
  }
  return { rows, numberOf }
}

/** Computes every published value of an index again from the public record. */
export async function verifyIndex(
  client: Client,
  name: IndexName,
  interval: IndexInterval,
): Promise<Finding> {
  const history = await client.indices.history(name, { interval, limit: 2_000 })
  const instruments = await client.instruments.list()
  const { rows } = await gradeHours(client)
  const hour = history.hour_seconds * MICROS_PER_SECOND
  const points = seriesOf(rows, interval, hour, (instrument) => {
    const spec = instruments[instrument]?.spec
    return spec && { task: spec.task, floor: spec.intelligence_floor }
  })
  const byStart = new Map(points.map((point) => [point.start, point]))
  const wrong = history.data.filter(({ start, value }) => {
    const point = byStart.get(timeOf(start))
    const computed = point === undefined ? undefined : valueOf(name, point)
    return computed !== (value === null ? null : micros(value))
  })
  const facts = { index: name, interval, values: history.data.length, pace: history.pace }
  if (wrong.length === 0) return { ok: true, facts }
  return { ok: false, facts, reason: `${wrong.length} values differ, first that of ${wrong[0]?.start ?? ''}` }
}

const csvOf = (history: IndexHistoryOut): string =>
  [
    `start,end,${history.name},pace`,
    ...history.data.map(({ start, end, value }) => `${start},${end},${value ?? ''},${history.pace}`),
  ].join('\n')

async function showIndices({ client, terminal, json }: Session): Promise<void> {
  const found = await client.indices.list()
  if (json) return printJson(terminal, found)
  terminal.out(`the hour until ${found.end.slice(0, 19)}Z, pace ${found.pace}\n`)
  printTable(
    terminal,
    [{ title: 'index' }, { title: 'value', isNumber: true }, { title: 'unit' }, { title: 'method' }],
    found.data.map(({ name, value, unit, method }) => [name, orDash(value), unit, method]),
  )
}

/** `index list`, `history` and `verify`. */
export function addIndexCommands(program: Command, run: Runner): void {
  const index = program.command('index').description('see the indices and compute them again')
  index
    .command('list')
    .description('every index in the last closed hour')
    .action(run('trader', (session) => showIndices(session)))
  index
    .command('history')
    .description('print an index over time as CSV, or as JSON with --json')
    .argument('<name>', NAMES.join(', '), wordOption(NAMES))
    .option('--interval <interval>', INTERVALS.join(', '), wordOption(INTERVALS), 'hour')
    .option('--limit <rows>', 'rows', wholeOption(1, 2_000), 168)
    .action(
      run('trader', async ({ client, terminal, json }, [name = ''], { interval, limit }) => {
        const found = await client.indices.history(name as IndexName, {
          interval: interval as IndexInterval,
          limit: Number(limit),
        })
        if (json) printJson(terminal, found)
        else terminal.out(`${csvOf(found)}\n`)
      }),
    )
  index
    .command('verify')
    .description('compute every value of an index again from the public record')
    .argument('<name>', NAMES.join(', '), wordOption(NAMES))
    .option('--interval <interval>', INTERVALS.join(', '), wordOption(INTERVALS), 'hour')
    .action(
      run('trader', async (session, [name = ''], { interval }) => {
        report(session, await verifyIndex(session.client, name as IndexName, interval as IndexInterval))
      }),
    )
}
