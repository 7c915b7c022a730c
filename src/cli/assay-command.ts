import { randomInt } from 'node:crypto'
import type { Command } from 'commander'
import { Option } from 'commander'
import type { Assay, AssayOrder } from '../assay/endpoint-assay.ts'
import { readInput } from './input.ts'
import { wholeOption, wordOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import { endProgress, painted, printTable, showProgress, verdict } from './terminal.ts'
import type { VenueParts } from './venue-commands.ts'

const PLANS = ['brief', 'full'] as const

/** Exit code where everything was measured, and a floor missed. */
const MISSED = 2

/** The endpoint's key, never from the command line: others on the machine can read that. */
function keyOf({ isKeyNamed }: Session, { keyEnv, keyFile }: Options): string | null {
  if (isKeyNamed) throw new Fault("--key is the exchange's; give the endpoint's with --key-env or --key-file")
  if (typeof keyFile === 'string') return readInput(keyFile).trim()
  if (typeof keyEnv !== 'string') return null
  const key = process.env[keyEnv]
  if (key === undefined || key === '') throw new Fault(`the environment has no ${keyEnv}`)
  return key
}

function orderOf(session: Session, baseUrl: string, options: Options): AssayOrder {
  const given = options as {
    model: string
    dialect: 'openai' | 'anthropic'
    grade: string
    plan: (typeof PLANS)[number]
    items: number
    concurrency: number
    context: number
    seed?: number
  }
  const { dialect, model, grade, plan, items, concurrency: width, context: contextTokens } = given
  const endpoint = { baseUrl, dialect, apiKey: keyOf(session, options), model, headers: {} }
  return { endpoint, grade, plan, items, width, contextTokens, seed: given.seed ?? randomInt(2 ** 32) }
}

function printSpeed({ terminal }: Session, { paced, firstTokenMs, tokensPerSecond }: Assay): void {
  const lengths = `${paced.asked} requests of ${paced.inputTokens} tokens, answered with ${paced.outputTokens}`
  const first = firstTokenMs === null ? 'none' : `p50 ${firstTokenMs.p50} ms, p95 ${firstTokenMs.p95} ms`
  const pace = tokensPerSecond === null ? 'not known' : `p50 ${tokensPerSecond.p50}, p5 ${tokensPerSecond.p5}`
  printTable(
    terminal,
    [{ title: '' }, { title: '' }],
    [
      ['speed', lengths],
      ['first token', first],
      ['tokens/s', pace],
    ],
  )
}

function printAbilities({ terminal }: Session, { capabilities, items, scores, pool }: Assay): void {
  printTable(
    terminal,
    [{ title: 'capability' }, { title: 'result' }, { title: 'checks' }],
    capabilities.map(({ capability, passed, asked, fault }) => [
      capability,
      verdict(terminal, passed === asked && asked > 0),
      `${passed} of ${asked}${fault === null ? '' : `: ${fault}`}`,
    ]),
  )
  printTable(
    terminal,
    [{ title: `items of pool ${pool}` }, { title: 'kind' }, { title: 'right', isNumber: true }],
    items.map(({ template, kind, passed, asked }) => [template, kind, `${passed} of ${asked}`]),
  )
  printTable(
    terminal,
    [{ title: 'Intelligence Index' }, { title: '95 % interval' }, { title: 'at least', isNumber: true }],
    scores.map(({ task, value, low, high, atLeast, items: of }) => [
      `${task} ${value.toFixed(1)}`,
      `${low.toFixed(1)} to ${high.toFixed(1)} from ${of} items`,
      atLeast.toFixed(1),
    ]),
  )
}

function printGrades(session: Session, { grades }: Assay): void {
  const rows = grades.flatMap(({ grade, clears, missed, measures }) =>
    clears
      ? [[grade, painted(session.terminal, 'green', 'clears'), '']]
      : measures
          .filter(({ passed }) => !passed)
          .map(({ name, measured, required }, at) => [
            at === 0 ? grade : '',
            at === 0 ? painted(session.terminal, 'red', `misses ${missed.length}`) : '',
            `${name}: ${measured}; required: ${required}`,
          ]),
  )
  printTable(session.terminal, [{ title: 'grade' }, { title: '' }, { title: 'missed floors' }], rows)
}

const hasAnswered = ({ failures, requests }: Assay): boolean =>
  failures.reduce((sum, { count }) => sum + count, 0) < requests

function print(session: Session, found: Assay): void {
  if (session.json) return printJson(session.terminal, found)
  const { terminal } = session
  if (hasAnswered(found)) {
    printSpeed(session, found)
    terminal.out('\n')
    printAbilities(session, found)
    terminal.out('\n')
    printGrades(session, found)
  }
  for (const { code, detail, count } of found.failures)
    terminal.out(`${count} of ${found.requests} requests failed, ${code}: ${detail}\n`)
  terminal.out(`seed ${found.seed} asks the same questions again\n`)
}

async function assay(session: Session, parts: VenueParts, order: AssayOrder): Promise<void> {
  const found = await parts.assay(order, (done, total) =>
    showProgress(session.terminal, `measuring ${order.endpoint.model}`, done, total),
  )
  endProgress(session.terminal)
  print(session, found)
  if (!hasAnswered(found)) throw new Fault('the endpoint answered no request')
  if (found.grades.some(({ clears }) => clears)) return
  const asked = order.grade === 'all' ? 'any launch grade' : order.grade
  session.terminal.err(`busbar: ${order.endpoint.model} does not clear ${asked}\n`)
  process.exitCode = MISSED
}

/** `assay`: what a venue would find of an endpoint, without one. */
export function addAssayCommand(program: Command, parts: VenueParts, run: Runner): void {
  program
    .command('assay')
    .description('measure an endpoint against the launch grades, without an exchange')
    .argument('<endpoint>', 'such as https://models.example.com/v1')
    .requiredOption('--model <name>', 'what the endpoint calls the model')
    .addOption(
      new Option('--dialect <name>', 'how it speaks').choices(['openai', 'anthropic']).default('openai'),
    )
    .addOption(
      new Option('--key-env <name>', 'the environment variable that holds its key').conflicts('keyFile'),
    )
    .option('--key-file <path>', 'a file that holds its key, or - for standard input')
    .option('--grade <grade>', 'such as text-prime, or all', 'all')
    .option(
      '--plan <plan>',
      `${PLANS.join(', ')}: how many paced requests and checks`,
      wordOption(PLANS),
      'brief',
    )
    .option('--items <number>', 'items for each grade', wholeOption(1, 1_000), 50)
    .option('--context <tokens>', 'the longest context of the model', wholeOption(1, 10_000_000), 131_072)
    .option('--concurrency <requests>', 'requests at once', wholeOption(1, 1_000), 8)
    .option('--seed <number>', 'asks the same questions again', wholeOption(0, 2 ** 32 - 1))
    .addHelpText(
      'after',
      '\nExit codes: 0 clears the grade (of all: at least one), 2 misses a floor, 1 could not be measured.',
    )
    .action(
      run('supplier', (session, [endpoint = ''], options) =>
        assay(session, parts, orderOf(session, endpoint, options)),
      ),
    )
}
