import { existsSync, renameSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { AgentKind } from '../agent/agents.ts'
import { AGENTS, createAgent } from '../agent/agents.ts'
import type { BuyerMemory, Work } from '../agent/buyer.ts'
import { freshMemory } from '../agent/buyer.ts'
import { Desk } from '../agent/desk.ts'
import type { Told } from '../agent/loop.ts'
import { runAgent } from '../agent/loop.ts'
import type { Field } from '../agent/setting.ts'
import { inWords } from '../agent/step.ts'
import { readTasks } from './agent-tasks.ts'
import { readInput } from './input.ts'
import { listOption, wholeOption, wordOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, faultLine, printJson } from './session.ts'
import { stoppable } from './stoppable.ts'
import { painted, printTable } from './terminal.ts'

const KINDS = Object.keys(AGENTS) as AgentKind[]

type RunOptions = {
  config?: string
  set: string[]
  instrument?: string
  spendLimit?: string
  name?: string
  tasks?: string
  state?: string
  every: number
  dryRun?: boolean
  once?: boolean
}

const defaultOf = ({ default: value, needed }: Field): string =>
  needed ? 'needed' : value === undefined ? '' : String(value)

function showAgents({ terminal, json }: Session): void {
  if (json) return printJson(terminal, Object.fromEntries(KINDS.map((kind) => [kind, settingsShown(kind)])))
  for (const kind of KINDS) {
    terminal.out(`${painted(terminal, 'bold', kind)} ${AGENTS[kind].says}\n`)
    const rows = settingsShown(kind).map(({ name, default: value, says }) => [`  ${name}`, value, says])
    printTable(terminal, [{ title: '  setting' }, { title: 'default', isNumber: true }, { title: '' }], rows)
    terminal.out('\n')
  }
}

const settingsShown = (kind: AgentKind) =>
  Object.entries(AGENTS[kind].settings as Record<string, Field>).map(([name, field]) => ({
    name,
    default: defaultOf(field),
    says: field.says,
  }))

/** Settings out of a file and of `--set name=value`, which wins. */
function settingsIn({ config, set, instrument }: RunOptions): Record<string, unknown> {
  const settings: Record<string, unknown> = config === undefined ? {} : objectIn(config)
  for (const pair of set) {
    const [, name, value] = /^([a-z_]+)=(.*)$/.exec(pair) ?? []
    if (name === undefined) throw new Fault(`--set must be name=value, not "${pair}"`)
    settings[name] = value
  }
  if (instrument !== undefined) settings.instrument = instrument
  return settings
}

function objectIn(path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(readInput(path))
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault(`${path} must hold one JSON object`)
  return { ...value }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined

/** How a task ended. */
type Verdict = { task: string; isDone: boolean; text: string }

/** Prints one decision: what, why, and what became of it. */
function tellOn({ terminal, json }: Session, agent: AgentKind, isDry: boolean) {
  const inJson = ({ step, outcome }: Told, verdict?: Verdict): void => {
    const { order = null, refused = null } = outcome ?? {}
    const became = isDry ? { sent: false } : { order, refused, ...(verdict && { verdict }) }
    terminal.out(`${JSON.stringify({ agent, ...step, ...became })}\n`)
  }
  let waited = ''
  const inLines = ({ step, outcome }: Told, verdict?: Verdict): void => {
    const { order, refused } = outcome ?? {}
    // An agent that goes on waiting for the same reason says so once.
    const isAgain = step.act === 'wait' && step.why === waited
    waited = step.act === 'wait' ? step.why : ''
    if (isAgain) return
    terminal.out(`${painted(terminal, 'bold', inWords(step))}\n  because ${step.why}\n`)
    if (isDry && step.act !== 'wait' && step.act !== 'finish') terminal.out('  dry run: not sent\n')
    if (refused !== undefined) terminal.out(`  refused: ${refused.code}: ${refused.detail}\n`)
    if (order !== undefined)
      terminal.out(`  ${order.id} ${order.status}, ${order.filled_quantity} of ${order.quantity} filled\n`)
    if (verdict !== undefined)
      terminal.out(
        `  task ${verdict.task} ${verdict.isDone ? 'done' : 'failed'}: ${verdict.text.slice(0, 80)}\n`,
      )
  }
  return json ? inJson : inLines
}

/** What a buyer works on, with what it remembers in a file. */
function workOf(
  kind: AgentKind,
  { tasks, state }: RunOptions,
  onAnswer: NonNullable<Work['onAnswer']>,
): Work | undefined {
  if (kind !== 'buyer') return undefined
  if (tasks === undefined) throw new Fault('a buyer needs --tasks, a file with one JSON object a line')
  const memory = state !== undefined && existsSync(state) ? memoryIn(state) : freshMemory()
  return { tasks: readTasks(tasks), memory, onAnswer }
}

/** What a buyer kept in a file. Another file is refused, and so not written over. */
function memoryIn(path: string): BuyerMemory {
  const kept = objectIn(path)
  if (Object.keys(freshMemory()).some((name) => !Object.hasOwn(kept, name)))
    throw new Fault(`${path} does not hold what a buyer has learned`)
  return kept as BuyerMemory
}

function keep(path: string, memory: BuyerMemory): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(memory)}\n`)
  renameSync(`${path}.new`, path)
}

async function run(session: Session, kind: AgentKind, options: RunOptions): Promise<void> {
  const { terminal, json, client } = session
  const { spend_limit: configured, name: named, ...settings } = settingsIn(options)
  const spendLimit = options.spendLimit ?? textOf(configured)
  if (spendLimit === undefined)
    throw new Fault('an agent needs --spend-limit, the dollars it may be out of pocket at most')
  const isDry = options.dryRun === true
  const desk = new Desk({ client, name: options.name ?? textOf(named) ?? kind, spendLimit })
  await desk.start()
  let verdict: Verdict | undefined
  const work = workOf(kind, options, ({ id: task }, text, isDone) => (verdict = { task, isDone, text }))
  const participant = createAgent(kind, desk, settings, work)
  const tell = tellOn(session, kind, isDry)
  await stoppable(async (signal) => {
    const ended = await runAgent({
      desk,
      participant,
      isDry,
      turns: options.once === true ? 1 : 0,
      pauseMs: options.every * 1_000,
      signal,
      tell: (told) => {
        tell(told, verdict)
        verdict = undefined
        if (work !== undefined && options.state !== undefined && !isDry) keep(options.state, work.memory)
      },
      onError: (error) => terminal.err(`busbar: ${faultLine(error)}\n`),
    })
    if (signal.aborted && !json)
      terminal.out(ended.length === 0 ? 'stopped\n' : `stopped: canceled ${ended.join(' ')}\n`)
  })
}

/** `agent list` and `agent run`. */
export function addAgentCommands(program: Command, runner: Runner): void {
  const agent = program.command('agent').description('let a ready participant trade for you')
  agent
    .command('list')
    .description('what agents there are, and their settings')
    .action(runner('trader', async (session) => showAgents(session)))
  agent
    .command('run')
    .description('run an agent until Ctrl-C, which cancels its orders; each decision is explained')
    .argument('<kind>', KINDS.join(', '), wordOption(KINDS))
    .option('--spend-limit <dollars>', 'what it may be out of pocket at most; there is no default')
    .option('--config <path>', 'a JSON object of settings; - for standard input')
    .option('--set <name=value>', 'one setting; may be repeated, and wins over the file', listOption, [])
    .option('--instrument <instrument>', 'the setting of this name')
    .option('--name <name>', 'under which its orders are known; the same name goes on where it was')
    .option('--tasks <path>', 'of a buyer: one {"id","prompt","expect"} a line')
    .option('--state <path>', 'of a buyer: where it keeps what it has learned')
    .option('--every <seconds>', 'between two turns', wholeOption(1, 3_600), 5)
    .option('--dry-run', 'explain each decision and send nothing')
    .option('--once', 'one turn; its orders stay')
    .action(
      runner('trader', (session, [kind = ''], options: Options) =>
        run(session, kind as AgentKind, options as RunOptions),
      ),
    )
}
