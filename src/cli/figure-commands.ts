import type { Command } from 'commander'
import type { StatementOut } from '../wire/account.ts'
import { printCsv } from '../wire/csv.ts'
import type { Runner } from './runner.ts'
import type { Session } from './session.ts'
import { printJson } from './session.ts'
import type { Column } from './terminal.ts'
import { orDash, orNone, printTable, shortened } from './terminal.ts'

const number = (title: string): Column => ({ title, isNumber: true })
const share = (bound: number | null): string => (bound === null ? '-' : bound.toFixed(3))

async function showScorecards(
  { client, terminal, json }: Session,
  instrument: string | undefined,
): Promise<void> {
  const names =
    instrument === undefined ? (await client.instruments.list()).map(({ id }) => id) : [instrument]
  const cards = (await Promise.all(names.map((name) => client.scorecards(name)))).flat()
  if (json) return printJson(terminal, { data: cards })
  if (cards.length === 0) return terminal.out('no supplier has been measured yet\n')
  printTable(
    terminal,
    [
      { title: 'supplier' },
      { title: 'instrument' },
      { title: 'standing' },
      ...['score', 'fulfilment', 'latency', 'speed', 'quality', 'meter', 'requests'].map(number),
    ],
    cards.map((card) => [
      card.name,
      card.instrument,
      card.standing,
      card.score.toFixed(1),
      ...[card.fulfilment, card.latency, card.throughput, card.quality, card.meter].map(share),
      card.effective_requests.toFixed(0),
    ]),
  )
}

async function showIntelligence({ client, terminal, json }: Session): Promise<void> {
  const found = await client.indices.intelligence()
  if (json) return printJson(terminal, found)
  const { market, frontier, gap_tenth: gap } = found
  terminal.out(
    `market ${orDash(market)}, frontier ${orDash(frontier)}, first to tenth ${orDash(gap)}; pool ${found.pool}\n`,
  )
  printTable(
    terminal,
    [
      { title: 'supplier' },
      { title: 'instrument' },
      ...['index', 'from', 'to', 'at least', 'probes'].map(number),
    ],
    found.data.map(({ supplier, instrument, value, low, high, at_least: least, probes }) => [
      supplier,
      instrument,
      value,
      low,
      high,
      least,
      `${probes}`,
    ]),
  )
}

async function showEfficiency({ client, terminal, json }: Session): Promise<void> {
  const rows = await client.efficiency.list()
  if (json) return printJson(terminal, { data: rows })
  if (rows.length === 0) return terminal.out('nobody has declared what delivering costs\n')
  printTable(
    terminal,
    [
      { title: 'instrument' },
      { title: 'hardware' },
      ...['price', 'implied heat rate', 'rent spread', 'own spread', 'at 0.8: rent', 'own'].map(number),
      { title: 'tiers' },
    ],
    rows.map((row) => [
      row.instrument,
      row.hardware,
      orDash(row.price),
      orDash(row.implied_heat_rate),
      orDash(row.observed?.rent_spread),
      orDash(row.observed?.own_spread),
      orDash(row.high?.rent_spread),
      orDash(row.high?.own_spread),
      `${row.implied_tier}${row.rent_tier}${row.own_tier}`,
    ]),
  )
}

async function showMachineGdp({ client, terminal, json }: Session, from: unknown, to: unknown) {
  const found = await client.indices.machineGdp({
    ...(typeof from === 'string' && { from }),
    ...(typeof to === 'string' && { to }),
  })
  if (json) return printJson(terminal, found)
  const { production, income, identity } = found
  terminal.out(`${found.from.slice(0, 19)}Z to ${found.to.slice(0, 19)}Z, pace ${found.pace}\n`)
  printTable(
    terminal,
    [{ title: 'side' }, number('dollars'), { title: 'made of' }],
    [
      ['expenditure', found.expenditure, `${found.deliveries} deliveries, ${shortened(found.units)} units`],
      ['production', production.total, `output ${production.output} less ${production.intermediate}`],
      [
        'income',
        income.total,
        `suppliers ${income.suppliers}, exchange ${income.exchange}, trade ${income.trade}`,
      ],
    ],
  )
  terminal.out(identity.holds ? 'the sides are equal\n' : `the sides differ: ${identity.faults.join('; ')}\n`)
}

const LINES = ['kind', 'instrument', 'amount', 'units', 'count'] as const

function printStatement({ terminal }: Session, statement: StatementOut): void {
  const { account, period, opening, closing, lines } = statement
  terminal.out(`${account}, ${period} (UTC)\n`)
  printTable(
    terminal,
    [{ title: 'what' }, { title: 'instrument' }, ...['dollars', 'units', 'times'].map(number)],
    [
      ['opening', '', opening, '', ''],
      ...lines.map((line) => [
        line.kind.replaceAll('_', ' '),
        line.instrument ?? '',
        line.amount,
        orNone(line.units),
        `${line.count}`,
      ]),
      ['closing', '', closing, '', ''],
    ],
  )
}

/** `scorecard`, `intelligence`, `efficiency`, `gdp` and `statement`. */
export function addFigureCommands(program: Command, run: Runner): void {
  program
    .command('scorecard')
    .description('how suppliers keep their promises, with the bounds that make the score')
    .argument('[instrument]', 'such as text-prime; without it, every one')
    .action(run('trader', (session, [instrument]) => showScorecards(session, instrument)))
  program
    .command('intelligence')
    .description('the Intelligence Index of the market and of every supplier, with its interval')
    .action(run('trader', showIntelligence))
  program
    .command('efficiency')
    .description('what prices leave over what delivery costs, and how well that is known')
    .action(run('trader', showEfficiency))
  program
    .command('gdp')
    .description('Machine GDP by its three sides; by default of the last 24 closed hours')
    .option('--from <time>', 'such as 2026-11-25T00:00:00Z')
    .option('--to <time>', 'likewise')
    .action(run('trader', (session, _, { from, to }) => showMachineGdp(session, from, to)))
  program
    .command('statement')
    .description('what changed in your money in a month or a day (UTC), from opening to closing')
    .argument('[period]', 'such as 2026-11 or 2026-11-25; without it, this month')
    .option('--csv', 'the lines as CSV')
    .action(
      run('trader', async (session, [period], options) => {
        const statement = await session.client.statement(period)
        if (session.json) printJson(session.terminal, statement)
        else if (options.csv === true) session.terminal.out(printCsv(LINES, statement.lines))
        else printStatement(session, statement)
      }),
    )
}
