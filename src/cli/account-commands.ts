import type { Command } from 'commander'
import type { BalanceOut, LotOut } from '../wire/account.ts'
import { wholeOption } from './option.ts'
import type { Runner } from './runner.ts'
import type { Session } from './session.ts'
import { printJson } from './session.ts'
import { minuteOf, orDash, orNone, painted, printTable, shortened } from './terminal.ts'

/** What a balance may hold beside what is free: shown where anybody holds any. */
const PLACES = [
  ['held', 'in orders'],
  ['consumption', 'to consume'],
  ['drawn', 'being drawn'],
  ['obligation', 'owed'],
  ['escrow', 'escrow'],
  ['bond', 'bond'],
  ['withheld', 'withheld'],
] as const

const isThere = (decimal: string): boolean => Number(decimal) !== 0

function printBalances({ terminal }: Session, balances: readonly BalanceOut[]): void {
  const places = PLACES.filter(([place]) => balances.some((row) => isThere(row[place])))
  const rows = balances.filter(
    (row) => row.asset === 'USD' || isThere(row.available) || PLACES.some(([place]) => isThere(row[place])),
  )
  printTable(
    terminal,
    [
      { title: 'asset' },
      { title: 'available', isNumber: true },
      ...places.map(([, title]) => ({ title, isNumber: true })),
    ],
    rows.map((row) => [
      painted(terminal, 'bold', row.asset),
      shortened(row.available),
      ...places.map(([place]) => orNone(row[place])),
    ]),
  )
}

function printLots({ terminal }: Session, lots: readonly LotOut[]): void {
  printTable(
    terminal,
    [
      { title: 'lot' },
      { title: 'instrument' },
      { title: 'units', isNumber: true },
      { title: 'being drawn', isNumber: true },
      { title: 'cost', isNumber: true },
      { title: 'to be used by' },
    ],
    lots.map((lot) => [
      lot.id,
      lot.instrument,
      shortened(lot.quantity),
      orNone(lot.drawn),
      `$${shortened(lot.cost)}`,
      minuteOf(lot.expires_at),
    ]),
  )
}

async function showBalance(session: Session): Promise<void> {
  const { client, terminal, json } = session
  const [{ data: balances, seq }, { data: lots }] = await Promise.all([client.balances(), client.lots()])
  if (json) return printJson(terminal, { balances, lots, seq })
  printBalances(session, balances)
  if (lots.length === 0) return
  terminal.out('\n')
  printLots(session, lots)
}

async function showDeliveries({ client, terminal, json }: Session, limit: number): Promise<void> {
  const page = await client.deliveries.list({ limit })
  if (json) return printJson(terminal, page)
  if (page.data.length === 0) return terminal.out('no deliveries\n')
  printTable(
    terminal,
    [
      { title: 'delivery' },
      { title: 'instrument' },
      { title: 'supplier' },
      { title: 'tokens in', isNumber: true },
      { title: 'out', isNumber: true },
      { title: 'units', isNumber: true },
      { title: 'cost or proceeds', isNumber: true },
      { title: 'status' },
      { title: 'verdict' },
    ],
    page.data.map((row) => {
      const money = row.cost ?? row.proceeds
      return [
        row.id,
        row.instrument,
        row.supplier,
        orDash(row.input_tokens?.toString()),
        orDash(row.output_tokens?.toString()),
        row.units,
        money === null ? '-' : `$${money}`,
        row.status,
        orDash(row.verdict),
      ]
    }),
  )
}

/** `balance`, `transfer` and `deliveries`. */
export function addAccountCommands(program: Command, run: Runner): void {
  program
    .command('balance')
    .description('show your money, your units and your lots')
    .action(run('trader', (session) => showBalance(session)))
  program
    .command('transfer')
    .description('lock units for consumption now, ahead of the next sweep')
    .argument('<instrument>', 'such as text-prime')
    .argument('<quantity>', 'units, such as 1.5')
    .action(
      run('trader', async (session, [instrument = '', quantity = '']) => {
        const done = await session.client.transfer(instrument, quantity)
        if (session.json) printJson(session.terminal, done)
        else printLots(session, [done.lot])
      }),
    )
  program
    .command('deliveries')
    .description('list what you were delivered, or delivered, newest first')
    .option('--limit <rows>', 'rows', wholeOption(1, 1_000), 20)
    .action(run('trader', (session, _, options) => showDeliveries(session, Number(options.limit))))
}
