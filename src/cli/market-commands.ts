import type { Command } from 'commander'
import type { BookOut, LevelOut } from '../wire/market.ts'
import { printJson } from './session.ts'
import type { Session } from './session.ts'
import { wholeOption } from './option.ts'
import { orDash, painted, printTable } from './terminal.ts'
import type { Runner } from './runner.ts'

async function showInstruments({ client, terminal, json }: Session): Promise<void> {
  const [instruments, tickers] = await Promise.all([client.instruments.list(), client.tickers()])
  if (json) return printJson(terminal, { data: instruments })
  const rows = instruments.map(({ id, model, status, spec }) => {
    const ticker = tickers.find(({ instrument }) => instrument === id)
    return [
      painted(terminal, 'bold', model),
      status === 'open' ? painted(terminal, 'green', status) : painted(terminal, 'red', status),
      orDash(ticker?.best_bid),
      orDash(ticker?.best_ask),
      orDash(ticker?.last),
      orDash(ticker?.volume_24h),
      `${spec.intelligence_floor}`,
      `${spec.throughput_floor} tok/s`,
      `${spec.latency_base_ms} ms`,
    ]
  })
  printTable(
    terminal,
    [
      { title: 'instrument' },
      { title: 'status' },
      { title: 'bid', isNumber: true },
      { title: 'ask', isNumber: true },
      { title: 'last', isNumber: true },
      { title: 'volume 24 h', isNumber: true },
      { title: 'intelligence', isNumber: true },
      { title: 'throughput', isNumber: true },
      { title: 'first token', isNumber: true },
    ],
    rows,
  )
}

const isLevel = (row: BookOut['asks'][number] | undefined): row is LevelOut =>
  row !== undefined && typeof row[2] === 'number'

async function showBook(
  { client, terminal, json }: Session,
  instrument: string,
  depth: number,
): Promise<void> {
  const book = await client.book(instrument, { depth })
  if (json) return printJson(terminal, book)
  const price = (row: LevelOut | undefined, colour: 'green' | 'red') =>
    row ? painted(terminal, colour, row[0]) : ''
  const size = (row: LevelOut | undefined) => row?.[1] ?? ''
  const rows = Array.from({ length: Math.max(book.bids.length, book.asks.length) }, (_, at) => {
    const bid = isLevel(book.bids[at]) ? book.bids[at] : undefined
    const ask = isLevel(book.asks[at]) ? book.asks[at] : undefined
    return [size(bid), price(bid, 'green'), price(ask, 'red'), size(ask)]
  })
  terminal.out(
    `${painted(terminal, 'bold', book.instrument)} ${painted(terminal, 'dim', `at seq ${book.seq}`)}\n`,
  )
  printTable(
    terminal,
    [
      { title: 'units', isNumber: true },
      { title: 'bid', isNumber: true },
      { title: 'ask' },
      { title: 'units', isNumber: true },
    ],
    rows,
  )
}

async function showTrades(
  { client, terminal, json }: Session,
  instrument: string,
  limit: number,
): Promise<void> {
  const page = await client.trades(instrument, { limit })
  if (json) return printJson(terminal, page)
  if (page.data.length === 0) return terminal.out('no trades\n')
  printTable(
    terminal,
    [
      { title: 'trade' },
      { title: 'taker' },
      { title: 'price', isNumber: true },
      { title: 'units', isNumber: true },
      { title: 'at' },
    ],
    page.data.map(({ id, side, price, quantity, at }) => [
      id,
      painted(terminal, side === 'buy' ? 'green' : 'red', side),
      price,
      quantity,
      `${at.slice(11, 23)} UTC`,
    ]),
  )
}

/** `instruments`, `book` and `trades`. */
export function addMarketCommands(program: Command, run: Runner): void {
  program
    .command('instruments')
    .description('list the grades with their prices and what each must deliver')
    .action(run('trader', (session) => showInstruments(session)))
  program
    .command('book')
    .description('show the order book of an instrument')
    .argument('<instrument>', 'such as text-prime')
    .option('--depth <levels>', 'levels on either side', wholeOption(1, 500), 10)
    .action(
      run('trader', (session, [instrument = ''], options) =>
        showBook(session, instrument, Number(options.depth)),
      ),
    )
  program
    .command('trades')
    .description('show the last trades of an instrument')
    .argument('<instrument>', 'such as text-prime')
    .option('--limit <rows>', 'rows', wholeOption(1, 1_000), 20)
    .action(
      run('trader', (session, [instrument = ''], options) =>
        showTrades(session, instrument, Number(options.limit)),
      ),
    )
}
