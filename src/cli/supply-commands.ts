import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { OfferOut, OfferRequest, QualificationOut } from '../wire/supply.ts'
import { listOption, wholeOption, wordOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import { endProgress, painted, printTable, shortened, showProgress } from './terminal.ts'

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
      offer.status,
      offer.certificates.map(({ instrument }) => instrument).join(' '),
    ]),
  )
}

function offerOf(name: string, options: Options): OfferRequest {
  const given = options as {
    baseUrl: string
    model: string
    apiKeyFile?: string
    rate: string
    concurrency: number
    context: number
    capability: Capability[]
    undisclosed?: boolean
  }
  return {
    name,
    endpoint: {
      base_url: given.baseUrl,
      model: given.model,
      ...(given.apiKeyFile !== undefined && { api_key: readFileSync(given.apiKeyFile, 'utf8').trim() }),
    },
    rate: given.rate,
    concurrency: given.concurrency,
    context_tokens: given.context,
    capabilities: given.capability,
    disclosed: given.undisclosed !== true,
  }
}

function printMeasures({ terminal }: Session, done: QualificationOut): void {
  printTable(
    terminal,
    [
      { title: 'measure' },
      { title: 'measured', isNumber: true },
      { title: 'required', isNumber: true },
      { title: '' },
    ],
    done.measures.map(({ name, measured, required, passed }) => [
      name,
      measured,
      required,
      passed ? painted(terminal, 'green', 'passed') : painted(terminal, 'red', 'failed'),
    ]),
  )
}

/** Has one grade measured, showing how far it has come. Fails when the offer does not clear it. */
async function qualify(session: Session, offer: string, instrument: string, plan: Plan): Promise<void> {
  const { client, terminal, json } = session
  const begun = await client.qualifications.start({ offer, instrument, plan })
  const done = await client.qualifications.finished(begun.id, (now) =>
    showProgress(terminal, `measuring ${offer} for ${now.instrument}`, now.done, now.total),
  )
  endProgress(terminal)
  if (json) printJson(terminal, done)
  else printMeasures(session, done)
  if (done.status === 'failed')
    throw new Fault(`${offer} does not clear ${done.instrument}: ${done.reason ?? 'a measure failed'}`)
  if (!json) terminal.out(`${offer} is certified for ${done.instrument} until ${done.expires_at ?? '-'}\n`)
}

function addOfferCommands(program: Command, run: Runner): void {
  const offer = program.command('offer').description('offer a model server as supply')
  offer
    .command('list')
    .description('list your offers and their certificates')
    .action(
      run('supplier', async (session) => {
        const offers = await session.client.offers.list()
        if (session.json) printJson(session.terminal, { data: offers })
        else printOffers(session, offers)
      }),
    )
  offer
    .command('add')
    .description('register an endpoint that speaks the OpenAI dialect')
    .argument('<name>', 'your name as a supplier')
    .requiredOption('--base-url <url>', 'such as https://models.example.com/v1')
    .requiredOption('--model <name>', 'what the endpoint calls the model')
    .option('--api-key-file <path>', 'a file that holds the key of the endpoint')
    .requiredOption('--rate <units>', 'units per minute that you commit to')
    .option('--concurrency <requests>', 'requests at once', wholeOption(1, 10_000), 16)
    .option('--context <tokens>', 'longest context', wholeOption(1, 10_000_000), 131_072)
    .option('--capability <name>', `may be repeated: ${CAPABILITIES.join(', ')}`, listOption, [])
    .option('--undisclosed', 'do not show your name to buyers')
    .action(
      run('supplier', async (session, [name = ''], options) => {
        const made = await session.client.offers.register(offerOf(name, options))
        if (session.json) printJson(session.terminal, made)
        else printOffers(session, [made])
      }),
    )
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

/** `offer` and `issue`. */
export function addSupplyCommands(program: Command, run: Runner): void {
  addOfferCommands(program, run)
  program
    .command('issue')
    .description('issue units: take on the obligation to deliver them, against a bond')
    .argument('<offer>', 'such as off_1')
    .argument('<instrument>', 'such as text-prime')
    .argument('<quantity>', 'units, such as 25')
    .action(
      run('supplier', async ({ client, terminal, json }, [offer = '', instrument = '', quantity = '']) => {
        const issued = await client.issue({ offer, instrument, quantity })
        if (json) return printJson(terminal, issued)
        const facts = [
          ['issued', `${shortened(issued.quantity)} ${issued.instrument}`],
          ['bond', `$${shortened(issued.bond)}`],
          ['now owed', shortened(issued.obligation)],
        ]
        printTable(terminal, [{ title: '' }, { title: '', isNumber: true }], facts)
      }),
    )
}
