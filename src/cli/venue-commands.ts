import type { Command } from 'commander'
import type { Assay, AssayOrder } from '../assay/endpoint-assay.ts'
import { printCsv } from '../wire/csv.ts'
import type { Receipt } from '../wire/receipt.ts'
import { RECEIPT_COLUMNS, receiptRow } from '../wire/receipt-row.ts'
import { readInput } from './input.ts'
import { wordOption } from './option.ts'
import type { Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import { painted, printTable } from './terminal.ts'

/** What a check found: whether it holds, what was found, and why not. */
export type Finding = { ok: boolean; facts: Record<string, string | number>; reason?: string }

/** What only the wiring can do; the shell is given it. */
export type VenueParts = {
  version: string
  /** Runs the exchange until it is told to stop. */
  start(switches: { demo: boolean; allowPrivateSuppliers: boolean }): Promise<void>
  /** Walks the journal of a data folder, by default the configured one, and replays it. */
  verify(folder: string | undefined): Promise<Finding>
  /** Tells the history of the configured, stopped exchange anew from its journal. */
  rebuildHistory(): Promise<Finding>
  /** Checks a receipt's signature against the base64 public key of an exchange. Needs no network. */
  verifyReceipt(receipt: string, publicKey: string): Promise<Finding>
  /** Serves an exchange's tools on standard input and output, until the input ends. */
  mcp(exchange: { baseUrl: string; key: string | undefined }): Promise<void>
  /** Measures an endpoint without a venue. */
  assay(order: AssayOrder, onProgress: (done: number, total: number) => void): Promise<Assay>
  /** What is wrong with signed facts under the base64 public key of an exchange, or nothing. */
  signatureFault(
    facts: { public_key: string; signature: string },
    publicKey: string,
  ): Promise<string | undefined>
}

export function report({ terminal, json }: Session, finding: Finding): void {
  if (json) printJson(terminal, finding)
  else {
    const facts = Object.entries(finding.facts).map(([name, value]) => [name, String(value)])
    if (facts.length > 0) printTable(terminal, [{ title: '' }, { title: '' }], facts)
    if (finding.ok) terminal.out(`${painted(terminal, 'green', 'verified')}\n`)
  }
  if (!finding.ok) throw new Fault(finding.reason ?? 'it does not verify')
}

function addReceiptCommands(program: Command, parts: VenueParts, run: Runner): void {
  const receipt = program.command('receipt').description('fetch and check receipts')
  receipt
    .command('get')
    .description('print the signed receipt of a delivery')
    .argument('<id>', 'as the answer named it')
    .action(
      run('trader', async ({ client, terminal }, [id = '']) => printJson(terminal, await client.receipt(id))),
    )
  receipt
    .command('list')
    .description('your receipts, newest first, as CSV or with --json as JSON')
    .option('--instrument <name>', 'of one instrument only')
    .option('--party <side>', 'buyer or supplier', wordOption(['buyer', 'supplier']), 'buyer')
    .action(
      run('trader', async ({ client, terminal, json }, _, options) => {
        const { instrument, party } = options as { instrument?: string; party: 'buyer' | 'supplier' }
        const rows: Receipt[] = []
        const asked = { as: party, ...(instrument === undefined ? {} : { instrument }) }
        for await (const row of client.receipts.all(asked)) rows.push(row)
        if (json) printJson(terminal, { data: rows })
        else terminal.out(printCsv(RECEIPT_COLUMNS, rows.map(receiptRow)))
      }),
    )
  receipt
    .command('verify')
    .description('check the signature of a receipt; offline when the public key is given')
    .argument('<file>', 'the receipt, or - for standard input')
    .option('--public-key <base64>', "the exchange's receipt key; without it, the exchange is asked")
    .action(
      run('trader', async (session, [path = ''], options) => {
        const text = readInput(path)
        const given = options.publicKey
        const key = typeof given === 'string' ? given : (await session.client.status()).receipt_public_key
        report(session, await parts.verifyReceipt(text, key))
      }),
    )
}

/** `start`, `verify`, `history`, `mcp` and `receipt`. */
export function addVenueCommands(program: Command, parts: VenueParts, run: Runner): void {
  program
    .command('start')
    .description('run the exchange, with a sample market unless told otherwise')
    .option('--no-demo', 'an empty venue')
    .option('--allow-private-suppliers', 'let supplier endpoints lie on loopback and private addresses')
    .action(
      run('trader', (_, __, options) =>
        parts.start({
          demo: options.demo !== false,
          allowPrivateSuppliers: options.allowPrivateSuppliers === true,
        }),
      ),
    )
  program
    .command('verify')
    .description('walk the journal, prove its chain, replay it and compare the digest')
    .argument('[folder]', 'the data folder; without it, the configured one')
    .action(run('trader', async (session, [folder]) => report(session, await parts.verify(folder))))
  program
    .command('history')
    .description('what can be asked of the past, laid out in SQL')
    .command('rebuild')
    .description('lay it out anew from the journal of the configured, stopped exchange')
    .action(run('trader', async (session) => report(session, await parts.rebuildHistory())))
  program
    .command('mcp')
    .description("the exchange's tools for an agent, by Model Context Protocol on standard input and output")
    .action(run('trader', ({ url, key }) => parts.mcp({ baseUrl: url.replace(/\/+$/, ''), key })))
  addReceiptCommands(program, parts, run)
}
