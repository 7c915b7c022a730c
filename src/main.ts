import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { buildCli } from './cli/cli.ts'
import type { Config } from './config.ts'
import { readConfig } from './config.ts'
import type { Demo } from './demo/market.ts'
import { readDemoKeys } from './demo/demo-file.ts'
import type { Exchange } from './exchange.ts'
import { VERSION } from './version.ts'

// What only some commands need is imported where they begin: asking for a price loads no exchange.

const here = dirname(fileURLToPath(import.meta.url))

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** Ends the process with one line that says why. */
function die(error: unknown): never {
  process.stderr.write(`busbar: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

/** Runs the exchange until it is told to stop. */
async function start(switches: { demo: boolean; allowPrivateSuppliers: boolean }): Promise<void> {
  const config = readConfig(process.env, switches)
  const { openExchange } = await import('./exchange.ts')
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const exchange = await openExchange({
    config,
    log,
    pageFolder: join(here, 'web'),
    docsFolder: join(here, '..', 'docs'),
    onFatal: die,
  })
  const running: Running = { demo: null, isStopping: false }
  stopOnSignal(exchange, running)
  if (config.demo) {
    try {
      running.demo = await openDemo(exchange, config)
    } catch (error) {
      // Told to stop while it opened: the exchange under it is closing, and ends the process itself.
      if (running.isStopping) return
      throw error
    }
  }
  exchange.setReady()
  say(`busbar ready ${exchange.baseUrl}`)
  if (config.demo) say(hint(exchange.baseUrl, config.data))
}

async function openDemo(exchange: Exchange, config: Config): Promise<Demo> {
  say(
    'busbar: opening the demo market: suppliers start, are probed over HTTP, and quote (about half a minute)',
  )
  const { startDemo } = await import('./demo/market.ts')
  const demo = await startDemo({
    baseUrl: exchange.baseUrl,
    operatorKey: exchange.operatorKey,
    dataFolder: config.data,
    log: (line) => process.stderr.write(`${line}\n`),
  })
  const { keys, clock } = exchange.venue
  const trader = keys.find(readDemoKeys(config.data).trader, '127.0.0.1', clock())
  if (typeof trader !== 'string')
    exchange.welcome({
      keyId: `key_${trader.id}`,
      account: trader.account,
      mandate: trader.mandate,
      scopes: new Set(trader.scopes),
    })
  return demo
}

/** A first command to try, which works as it stands. */
const hint = (baseUrl: string, data: string): string => `
Open ${baseUrl} in a browser, or ask for a completion:

  curl ${baseUrl}/v1/chat/completions \\
    -H "authorization: Bearer ${readDemoKeys(data).buyer}" \\
    -H 'content-type: application/json' \\
    -d '{"model":"text-prime","messages":[{"role":"user","content":"What is a busbar?"}]}'

The keys of the demo's buyer, trader, supplier and operator are in ${join(data, 'demo-keys.json')}.
Ctrl-C stops the exchange.`

type Running = { demo: Demo | null; isStopping: boolean }

/** A terminal and npm may both pass on the same Ctrl-C. */
const SAME_SIGNAL_MS = 1_000

/** The first signal closes in order; another one stops at once. Nothing acknowledged is lost either way. */
function stopOnSignal(exchange: Exchange, running: Running): void {
  let since = 0
  const stop = async () => {
    if (running.isStopping) {
      if (Date.now() - since > SAME_SIGNAL_MS) process.exit(130)
      return
    }
    running.isStopping = true
    since = Date.now()
    process.stderr.write('busbar: closing\n')
    const closed = exchange.close()
    await running.demo?.quiet()
    // The model servers outlive the requests that they are answering.
    await closed
    await running.demo?.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stop().catch(die)
    })
}

async function verify(folder: string | undefined) {
  const { data } = readConfig(process.env, { demo: false, allowPrivateSuppliers: false })
  const { verifyExchange } = await import('./sequencer/verify.ts')
  const report = await verifyExchange(folder ?? data)
  const { journal, replayed, digest, snapshots, fault } = report
  const reason = journal.damage ?? fault
  return {
    ok: report.ok,
    facts: {
      folder: journal.folder,
      exchange: journal.exchange ?? '',
      commands: journal.commands,
      replayed,
      digest: digest ?? '',
      snapshots: snapshots.map(({ seq }) => seq).join(' ') || 'none',
    },
    ...(reason === null ? {} : { reason }),
  }
}

async function rebuild() {
  const config = readConfig(process.env, { demo: false, allowPrivateSuppliers: false })
  const { rebuildHistory } = await import('./rebuilding.ts')
  const { commands, place, seconds } = await rebuildHistory(config)
  return { ok: true, facts: { commands, history: place, seconds: seconds.toFixed(1) } }
}

async function verifyReceipt(text: string, publicKey: string) {
  let receipt: unknown
  try {
    receipt = JSON.parse(text)
  } catch {
    return { ok: false, facts: {}, reason: 'the receipt is not JSON' }
  }
  const { receiptFault } = await import('./delivery/receipt.ts')
  const fault = receiptFault(receipt, publicKey)
  if (fault !== undefined) return { ok: false, facts: {}, reason: fault }
  const { id, instrument, units, cost, verdict } = receipt as Record<string, string>
  return { ok: true, facts: { id, instrument, units, cost, verdict } as Record<string, string> }
}

/** Standard output belongs to the protocol; the process ends when its input does. */
async function mcp(exchange: { baseUrl: string; key: string | undefined }): Promise<void> {
  const { serveTools } = await import('./mcp/stdio.ts')
  await serveTools({ exchange, docsFolder: join(here, '..', 'docs'), version: VERSION })
}

process.on('unhandledRejection', die)
await buildCli({
  start: (switches) => start(switches).catch(die),
  verify,
  rebuildHistory: rebuild,
  verifyReceipt,
  mcp,
  assay: async (order, onProgress) =>
    (await import('./assay/endpoint-assay.ts')).assayEndpoint(order, onProgress),
  version: VERSION,
  signatureFault: async (facts, key) => (await import('./delivery/receipt.ts')).signatureFault(facts, key),
}).parseAsync(process.argv)
