import { Command, Option } from 'commander'
import { addAccountCommands } from './account-commands.ts'
import { addAgentCommands } from './agent-commands.ts'
import { addAssayCommand } from './assay-command.ts'
import { addChatCommand } from './chat-command.ts'
import { addEmbeddingCommands } from './embedding-commands.ts'
import { addExportCommand } from './export-command.ts'
import { addFigureCommands } from './figure-commands.ts'
import { addFixingCommands } from './fixing-commands.ts'
import { addIndexCommands } from './index-commands.ts'
import { addMandateCommands } from './mandate-commands.ts'
import { addMarketCommands } from './market-commands.ts'
import type { Runner } from './runner.ts'
import { wordOption } from './option.ts'
import { DEMO_ROLES, faultFacts, faultLine, sessionOf } from './session.ts'
import { addSheetCommands } from './sheet-commands.ts'
import { addSupplyCommands } from './supply-commands.ts'
import type { Terminal } from './terminal.ts'
import { painted, processTerminal } from './terminal.ts'
import { addTradeCommands } from './trade-commands.ts'
import type { VenueParts } from './venue-commands.ts'
import { addVenueCommands } from './venue-commands.ts'

const EXAMPLES = `
Examples:
  busbar start                            run the exchange with its sample market
  busbar book text-prime
  busbar buy text-prime 1.5 --price 0.82
  busbar chat text-prime "How do tides work?"`

const runnerOn =
  (terminal: Terminal): Runner =>
  (role, work) =>
    async function action(this: Command, ...given) {
      // Commander hands over the arguments, then the options, then the command.
      const args = given
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => typeof arg === 'string')
      try {
        await work(sessionOf(this, terminal, role), args, this.opts())
      } catch (error) {
        const { json } = this.optsWithGlobals<{ json?: boolean }>()
        if (json === true) terminal.err(`${JSON.stringify(faultFacts(error))}\n`)
        else terminal.err(`${painted(terminal, 'red', 'busbar:')} ${faultLine(error)}\n`)
        process.exitCode = 1
      }
    }

/**
 * The shell. What it cannot do over HTTP is handed in: running the exchange, and checking journals and
 * receipts.
 */
export function buildCli(parts: VenueParts, terminal: Terminal = processTerminal()): Command {
  const program = new Command('busbar')
    .description('An open exchange where AI inference is priced, traded and delivered as a commodity.')
    .version(parts.version, '-v, --version', 'print the version')
    .addOption(
      new Option('--url <url>', 'where the exchange is').env('BUSBAR_URL').default('http://127.0.0.1:8700'),
    )
    .addOption(
      new Option('--key <key>', "your API key; without it, the sample market's own").env('BUSBAR_KEY'),
    )
    .option(
      '--as <role>',
      `act as the sample market's ${DEMO_ROLES.join(', ')}; otherwise its trader, or its supplier for supply`,
      wordOption(DEMO_ROLES),
    )
    .option('--json', 'print answers, and what went wrong, as JSON')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(busbar --help lists the commands)')
  const run = runnerOn(terminal)
  addVenueCommands(program, parts, run)
  addMarketCommands(program, run)
  addExportCommand(program, run)
  addFigureCommands(program, run)
  addFixingCommands(program, parts, run)
  addIndexCommands(program, run)
  addSheetCommands(program, run)
  addTradeCommands(program, run)
  addAccountCommands(program, run)
  addMandateCommands(program, run)
  addChatCommand(program, run)
  addSupplyCommands(program, run)
  addAssayCommand(program, parts, run)
  addEmbeddingCommands(program, run)
  addAgentCommands(program, run)
  return program
}
