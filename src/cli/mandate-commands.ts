import type { Command } from 'commander'
import type { ApprovalOut, MandateOut, MandateRequest } from '../wire/mandate.ts'
import { listOption, wholeOption, wordOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import { minuteOf, orDash, painted, printTable, shortened } from './terminal.ts'

const WINDOWS = ['order', 'hour', 'day', 'week', 'month', 'lifetime'] as const
type Window = (typeof WINDOWS)[number]
const STATUSES = ['pending', 'approved', 'done', 'refused', 'lapsed'] as const

/** Bounds as they are printed: what a mandate says of itself, in as few words. */
function boundsOf(one: MandateOut): string {
  const bounds = [
    one.instruments === null ? null : one.instruments.join(' '),
    one.sides.length === 2 ? null : `${one.sides.join()}s only`,
    one.price_limit && `up to $${shortened(one.price_limit)}`,
    one.price_floor && `from $${shortened(one.price_floor)}`,
    one.fixing_most && `up to ${shortened(one.fixing_most)} of the fixing`,
    one.fixing_least && `from ${shortened(one.fixing_least)} of the fixing`,
    one.position && `${shortened(one.position)} units`,
    one.open_orders === null ? null : `${one.open_orders} open orders`,
    one.per_minute === null ? null : `${one.per_minute} a minute`,
    one.score_least && `suppliers from ${one.score_least} points`,
    one.approval_above && `approval above $${shortened(one.approval_above)}`,
    one.expires_at && `until ${minuteOf(one.expires_at)}`,
  ]
  return bounds.filter((bound) => bound !== null && bound !== '').join(', ')
}

/** One row for each budget of a mandate; its name and bounds stand beside the first. */
function printMandates({ terminal }: Session, mandates: readonly MandateOut[]): void {
  const unbounded = { window: '-', limit: null, spent: null, reserved: null, remaining: null }
  printTable(
    terminal,
    [
      { title: 'mandate' },
      { title: 'name' },
      { title: 'below' },
      { title: 'status' },
      { title: 'budget' },
      { title: 'limit', isNumber: true },
      { title: 'spent', isNumber: true },
      { title: 'reserved', isNumber: true },
      { title: 'left', isNumber: true },
      { title: 'bounds' },
    ],
    mandates.flatMap((one) =>
      (one.budget.length === 0 ? [unbounded] : one.budget).map((line, i) => [
        ...(i === 0 ? [one.id, one.name, orDash(one.parent), one.status] : ['', '', '', '']),
        line.window,
        ...[line.limit, line.spent, line.reserved, line.remaining].map((money) =>
          money === null ? '-' : `$${shortened(money)}`,
        ),
        i === 0 ? boundsOf(one) : '',
      ]),
    ),
  )
}

function printApprovals({ terminal }: Session, approvals: readonly ApprovalOut[]): void {
  printTable(
    terminal,
    [
      { title: 'approval' },
      { title: 'mandate' },
      { title: 'asks to' },
      { title: 'may cost', isNumber: true },
      { title: 'threshold', isNumber: true },
      { title: 'status' },
      { title: 'until' },
      { title: 'came to' },
    ],
    approvals.map((one) => [
      one.id,
      one.mandate,
      `${one.kind === 'order' ? one.side : 'consume'} ${shortened(one.quantity)} ${one.instrument}` +
        (one.price === null ? '' : ` at ${one.price}`),
      `$${shortened(one.cost)}`,
      `$${shortened(one.threshold)}`,
      painted(terminal, one.status === 'pending' ? 'bold' : 'dim', one.status),
      minuteOf(one.expires_at),
      orDash(one.order ?? one.delivery ?? (one.reason === '' ? null : one.reason)),
    ]),
  )
}

const show = (session: Session, mandate: MandateOut): void =>
  session.json ? printJson(session.terminal, mandate) : printMandates(session, [mandate])

/** `day=50` as the budget of a window. */
function budgetOf(pairs: readonly string[]): Partial<Record<Window, string>> {
  const budget: Partial<Record<Window, string>> = {}
  for (const pair of pairs) {
    const [window = '', amount = ''] = pair.split('=')
    if (!WINDOWS.includes(window as Window) || amount === '')
      throw new Fault(`--budget must be <window>=<dollars>, such as day=50, not "${pair}"`)
    budget[window as Window] = amount
  }
  return budget
}

function requestOf(name: string, options: Options): MandateRequest {
  const { budget, instrument, side, parent, autoBuy, ...bounds } = options as {
    budget: string[]
    instrument: string[]
    side: ('buy' | 'sell')[]
    parent?: string
    autoBuy?: boolean
  } & Record<string, string | number>
  const named = (from: string, to: keyof MandateRequest) =>
    bounds[from] === undefined ? {} : { [to]: bounds[from] }
  return {
    name,
    budget: budgetOf(budget),
    auto_buy: autoBuy === true,
    ...(parent !== undefined && { parent }),
    ...(instrument.length > 0 && { instruments: instrument }),
    ...(side.length > 0 && { sides: side }),
    ...named('priceLimit', 'price_limit'),
    ...named('priceFloor', 'price_floor'),
    ...named('fixingMost', 'fixing_most'),
    ...named('fixingLeast', 'fixing_least'),
    ...named('position', 'position'),
    ...named('openOrders', 'open_orders'),
    ...named('perMinute', 'per_minute'),
    ...named('scoreLeast', 'score_least'),
    ...named('approvalAbove', 'approval_above'),
    ...named('approvalWait', 'approval_wait'),
    ...named('expiresIn', 'expires_in'),
  }
}

function addGrantCommand(mandates: Command, run: Runner): void {
  mandates
    .command('grant')
    .description('lend a part of your account; a key is then made under it')
    .argument('<name>', 'such as "research agent"')
    .option('--budget <window=dollars>', `may be repeated: ${WINDOWS.join(', ')}`, listOption, [])
    .option('--instrument <name>', 'may be repeated; all of them, if left out', listOption, [])
    .option('--side <side>', 'buy or sell; may be repeated; buy, if left out', listOption, [])
    .option('--parent <mandate>', 'such as mdt_1: it is never wider than this one')
    .option('--auto-buy', 'let requests buy the units that they lack')
    .option('--price-limit <price>', 'most that a buy may name')
    .option('--price-floor <price>', 'least that a sell may name')
    .option('--fixing-most <share>', 'most that a buy may name, of the last fixing, such as 1.05')
    .option('--fixing-least <share>', 'least that a sell may name, of the last fixing')
    .option('--position <units>', 'units of one instrument bought under it and not used')
    .option('--open-orders <count>', 'orders open at a time', wholeOption(0, 1_000_000))
    .option('--per-minute <count>', 'orders, amendments and requests a minute', wholeOption(0, 1_000_000))
    .option('--score-least <points>', 'scorecard that suppliers must have', wholeOption(0, 100))
    .option('--approval-above <dollars>', 'what costs more waits for you')
    .option('--approval-wait <seconds>', 'how long it waits; a day, if left out', wholeOption(1, 2_592_000))
    .option('--expires-in <seconds>', 'when it ends by itself', wholeOption(1, 315_360_000))
    .action(
      run('trader', async (session, [name = ''], options) =>
        show(session, await session.client.mandates.grant(requestOf(name, options))),
      ),
    )
}

function addApprovalCommands(program: Command, run: Runner): void {
  const approvals = program.command('approvals').description('orders and requests that wait for a person')
  approvals
    .command('list')
    .description('list what waits, or did lately, newest first')
    .option('--status <status>', STATUSES.join(', '), wordOption(STATUSES))
    .option('--limit <rows>', 'rows', wholeOption(1, 1_000), 20)
    .action(
      run('trader', async (session, _, { status, limit }) => {
        const query = { limit: Number(limit), ...(status !== undefined && { status: status as 'pending' }) }
        const page = await session.client.approvals.list(query)
        if (session.json) printJson(session.terminal, page)
        else if (page.data.length === 0) session.terminal.out('no approvals\n')
        else printApprovals(session, page.data)
      }),
    )
  for (const [how, description] of [
    ['approve', 'approve: an order is placed now, once; a request may be made once'],
    ['refuse', 'refuse what was asked'],
  ] as const)
    approvals
      .command(how)
      .description(description)
      .argument('<approval>', 'such as apr_1')
      .option('--reason <text>', 'what whoever asked is told')
      .action(
        run('trader', async (session, [id = ''], { reason }) => {
          const done = await session.client.approvals[how](id, reason as string | undefined)
          if (session.json) printJson(session.terminal, done)
          else printApprovals(session, [done])
        }),
      )
}

/** `mandates` and `approvals`. */
export function addMandateCommands(program: Command, run: Runner): void {
  const mandates = program.command('mandates').description('lend parts of your account to keys and agents')
  mandates
    .command('list')
    .description('list mandates with what is spent, reserved and left')
    .action(
      run('trader', async (session) => {
        const data = await session.client.mandates.list()
        if (session.json) printJson(session.terminal, { data })
        else if (data.length === 0) session.terminal.out('no mandates\n')
        else printMandates(session, data)
      }),
    )
  mandates
    .command('show')
    .description('show one mandate')
    .argument('<mandate>', 'such as mdt_1')
    .action(run('trader', async (session, [id = '']) => show(session, await session.client.mandates.get(id))))
  addGrantCommand(mandates, run)
  mandates
    .command('revoke')
    .description('end a mandate and all below it at once; their open orders are cancelled')
    .argument('<mandate>', 'such as mdt_1')
    .action(
      run('trader', async (session, [id = '']) => show(session, await session.client.mandates.revoke(id))),
    )
  addApprovalCommands(program, run)
}
