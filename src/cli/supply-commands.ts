import type { Command } from 'commander'
import { Option } from 'commander'
import type { IssuanceOut, OfferOut, OfferRequest, QualificationOut } from '../wire/supply.ts'
import { readInput } from './input.ts'
import { listOption, wholeOption, wordOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import { addSuspensionCommands } from './suspension-commands.ts'
import { endProgress, minuteOf, painted, printTable, shortened, showProgress, verdict } from './terminal.ts'

const PLANS = ['full', 'brief'] as const
type Plan = (typeof PLANS)[number]

const CAPABILITIES = ['tools', 'json_schema', 'vision', 'logprobs'] as const
type Capability = (typeof CAPABILITIES)[number]

function printOffers({ terminal }: Session, offers: readonly OfferOut[]): void {
  printTable(
    terminal,
    [
      { title: 'offer' },
      { title: 'name' },
      { title: 'model' },
      { title: 'endpoint' },
      { title: 'units/min', isNumber: true },
      { title: 'owed', isNumber: true },
      { title: 'status' },
      { title: 'certified for' },
    ],
    offers.map((offer) => [
      offer.id,
      offer.name,
      offer.endpoint.model,
      offer.endpoint.base_url,
      shortened(offer.rate),
      shortened(offer.outstanding),
      statusOf(offer),
      offer.certificates.map(({ instrument }) => instrument).join(' '),
    ]),
  )
}

const printOffer = (session: Session, offer: OfferOut): void =>
  session.json ? printJson(session.terminal, offer) : printOffers(session, [offer])

/** How an offer stands: suspended, drained or to be drained, or active. */
function statusOf({ status, maintenance }: OfferOut): string {
  if (status === 'suspended' || maintenance === null) return status
  return `drained from ${minuteOf(maintenance.starts_at)}`
}

/** `Name: value` pairs as an object. */
function headersOf(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => {
    const at = line.indexOf(':')
    if (at < 1) throw new Fault(`--header must be "Name: value", not "${line}"`)
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
  })
  return Object.fromEntries(pairs)
}

function endpointOf(options: Options): OfferRequest['endpoint'] {
  const { baseUrl, dialect, model, apiKeyFile, header } = options as {
    baseUrl: string
    dialect?: 'openai' | 'anthropic' | 'embeddings'
    model: string
    apiKeyFile?: string
    header: string[]
  }
  return {
    base_url: baseUrl,
    ...(dialect !== undefined && { dialect }),
    model,
    headers: headersOf(header),
    ...(apiKeyFile !== undefined && { api_key: readInput(apiKeyFile).trim() }),
  }
}

function offerOf(name: string, options: Options): OfferRequest {
  const given = options as {
    rate: string
    concurrency: number
    context: number
    capability: Capability[]
    undisclosed?: boolean
    region?: string
    zeroRetention?: boolean
    shownModel?: string
  }
  return {
    name,
    endpoint: endpointOf(options),
    rate: given.rate,
    concurrency: given.concurrency,
    context_tokens: given.context,
    capabilities: given.capability,
    disclosed: given.undisclosed !== true,
    zero_retention: given.zeroRetention === true,
    ...(given.region !== undefined && { region: given.region }),
    ...(given.shownModel !== undefined && { shown_model: given.shownModel }),
  }
}

/** What was measured, and below it what was needed: both are sentences. */
function printMeasures({ terminal }: Session, done: QualificationOut): void {
  printTable(
    terminal,
    [{ title: 'measure' }, { title: 'result' }, { title: 'measured, and needed' }],
    done.measures.map(({ name, measured, required, passed }) => [
      name,
      verdict(terminal, passed),
      `${measured}\n${painted(terminal, 'dim', required)}`,
    ]),
  )
}

/** What is asked, in words. */
const PHASES: Record<NonNullable<QualificationOut['phase']>, string> = {
  paced: 'speed',
  item: 'items',
  capability: 'capabilities',
  stop: 'a stop sequence',
  limit: 'the longest answer',
  context: 'the whole context',
  space: 'the vector space',
  filled: 'the longest text',
}

/** Has one grade measured, showing how far it has come. Fails when the offer does not clear it. */
async function qualify(session: Session, offer: string, instrument: string, plan: Plan): Promise<void> {
  const { client, terminal, json } = session
  const begun = await client.qualifications.start({ offer, instrument, plan })
  const done = await client.qualifications.finished(begun.id, (now) => {
    const at = now.phase === null ? '' : ` · ${PHASES[now.phase]} · ${now.samples_passed} passed`
    showProgress(terminal, `measuring ${offer} for ${now.instrument}`, now.done, now.total, at)
  })
  endProgress(terminal)
  if (json) printJson(terminal, done)
  else printMeasures(session, done)
  if (done.status === 'failed')
    throw new Fault(`${offer} does not clear ${done.instrument}: ${done.reason ?? 'a measure failed'}`)
  if (!json)
    terminal.out(`${offer} is certified for ${done.instrument} until ${minuteOf(done.expires_at ?? '-')}\n`)
}

const addEndpointOptions = (command: Command): Command =>
  command
    .requiredOption('--base-url <url>', 'such as https://models.example.com/v1')
    .addOption(
      new Option('--dialect <name>', 'openai if left out').choices(['openai', 'anthropic', 'embeddings']),
    )
    .requiredOption('--model <name>', 'what the endpoint calls the model')
    .option('--api-key-file <path>', 'a file that holds the key of the endpoint')
    .option('--header <name: value>', 'sent with every request; may be repeated', listOption, [])

/** When an offer takes no new calls. */
function addMaintenanceCommands(offer: Command, run: Runner): void {
  offer
    .command('drain')
    .description('announce that an offer takes no new calls, from now on or between two times')
    .argument('<offer>', 'such as off_1')
    .option('--from <time>', 'such as 2026-11-25T22:00:00Z; now, if left out')
    .option('--until <time>', 'until you resume it, if left out')
    .action(
      run('supplier', async (session, [id = ''], options) => {
        const { from, until } = options as { from?: string; until?: string }
        const notice = { ...(from && { starts_at: from }), ...(until && { ends_at: until }) }
        printOffer(session, await session.client.offers.announce(id, notice))
      }),
    )
  offer
    .command('resume')
    .description('let an offer that is drained, or is to be, take calls again')
    .argument('<offer>', 'such as off_1')
    .action(
      run('supplier', async (session, [id = '']) =>
        printOffer(session, await session.client.offers.resume(id)),
      ),
    )
}

function addOfferCommands(program: Command, run: Runner): void {
  const offer = program.command('offer').description('offer a model server as supply')
  offer
    .command('list')
    .description('list your offers and their certificates')
    .option('--everyone', 'as the operator: the offers of all suppliers')
    .action(
      run('supplier', async (session, _, { everyone }) => {
        const { client } = session
        const offers = await (everyone === true ? client.admin.offers() : client.offers.list())
        if (session.json) printJson(session.terminal, { data: offers })
        else if (offers.length === 0) session.terminal.out('no offers\n')
        else printOffers(session, offers)
      }),
    )
  addSuspensionCommands(offer, run, printOffer)
  addEndpointOptions(offer.command('add'))
    .description('register an endpoint that speaks the OpenAI or the Anthropic dialect')
    .argument('<name>', 'your name as a supplier')
    .requiredOption('--rate <units>', 'units per minute that you commit to')
    .option('--concurrency <requests>', 'requests at once', wholeOption(1, 10_000), 16)
    .option('--context <tokens>', 'longest context', wholeOption(1, 10_000_000), 131_072)
    .option('--capability <name>', `may be repeated: ${CAPABILITIES.join(', ')}`, listOption, [])
    .option('--undisclosed', 'do not show your name to buyers')
    .option('--region <name>', 'where requests are processed, such as eu')
    .option('--zero-retention', 'declare that nothing of a request is kept')
    .option('--shown-model <name>', 'the model as buyers are told it')
    .action(
      run('supplier', async (session, [name = ''], options) => {
        const made = await session.client.offers.register(offerOf(name, options))
        if (session.json) return printJson(session.terminal, made)
        printOffers(session, [made])
        session.terminal.out(`next: busbar offer qualify ${made.id} <instrument>\n`)
      }),
    )
  addEndpointOptions(offer.command('move'))
    .description('point an offer at another address, key or model; its certificates stay')
    .argument('<offer>', 'such as off_1')
    .action(
      run('supplier', async (session, [id = ''], options) => {
        printOffer(session, await session.client.offers.update(id, { endpoint: endpointOf(options) }))
      }),
    )
  addMaintenanceCommands(offer, run)
  offer
    .command('qualify')
    .description('have the exchange measure an offer against a grade')
    .argument('<offer>', 'such as off_1')
    .argument('<instrument>', 'such as text-prime')
    .option('--plan <plan>', PLANS.join(', '), wordOption(PLANS), 'full')
    .action(
      run('supplier', (session, [id = '', instrument = ''], options) =>
        qualify(session, id, instrument, options.plan as Plan),
      ),
    )
}

function printIssuance({ terminal, json }: Session, what: string, bond: string, done: IssuanceOut): void {
  if (json) return printJson(terminal, done)
  const facts = [
    [what, `${shortened(done.quantity)} ${done.instrument}`],
    [bond, `$${shortened(done.bond)}`],
    ['owed in all', `${shortened(done.obligation)} ${done.instrument}`],
  ]
  printTable(terminal, [{ title: '' }, { title: '' }], facts)
}

/** `offer`, `issue` and `redeem`. */
export function addSupplyCommands(program: Command, run: Runner): void {
  addOfferCommands(program, run)
  program
    .command('issue')
    .description('issue units: take on the obligation to deliver them, against a bond')
    .argument('<offer>', 'such as off_1')
    .argument('<instrument>', 'such as text-prime')
    .argument('<quantity>', 'units, such as 25')
    .action(
      run('supplier', async (session, [offer = '', instrument = '', quantity = '']) =>
        printIssuance(session, 'issued', 'bond', await session.client.issue({ offer, instrument, quantity })),
      ),
    )
  program
    .command('redeem')
    .description('hand units back that you issued and have not sold, and free their bond')
    .argument('<instrument>', 'such as text-prime')
    .argument('<quantity>', 'units, such as 25')
    .action(
      run('supplier', async (session, [instrument = '', quantity = '']) =>
        printIssuance(
          session,
          'redeemed',
          'bond freed',
          await session.client.redeem({ instrument, quantity }),
        ),
      ),
    )
}
