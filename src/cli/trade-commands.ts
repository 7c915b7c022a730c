import type { Command } from 'commander'
import type { OrderOut, OrderRequest } from '../wire/order.ts'
import { wholeOption, wordOption } from './option.ts'
import type { Options, Runner } from './runner.ts'
import type { Session } from './session.ts'
import { Fault, printJson } from './session.ts'
import type { Column } from './terminal.ts'
import { orDash, painted, printTable, shortened } from './terminal.ts'

const TIMES = ['gtc', 'ioc', 'fok', 'gtd', 'day'] as const
const SELF_TRADES = ['cancel_newest', 'cancel_oldest', 'cancel_both', 'decrement', 'transfer'] as const
const STATUSES = ['pending', 'open', 'filled', 'canceled', 'expired'] as const

const ORDER_COLUMNS: readonly Column[] = [
  { title: 'order' },
  { title: 'instrument' },
  { title: 'side' },
  { title: 'type' },
  { title: 'price', isNumber: true },
  { title: 'units', isNumber: true },
  { title: 'filled', isNumber: true },
  { title: 'average', isNumber: true },
  { title: 'status' },
  { title: 'reason' },
]

function printOrders({ terminal }: Session, orders: readonly OrderOut[]): void {
  const rows = orders.map((order) => [
    order.id,
    order.instrument,
    painted(terminal, order.side === 'buy' ? 'green' : 'red', order.side),
    order.type,
    order.price,
    order.quantity,
    order.filled_quantity,
    orDash(order.average_price),
    order.status,
    order.reason === null || order.reason === order.status ? '' : order.reason,
  ])
  printTable(terminal, ORDER_COLUMNS, rows)
}

function requestOf(side: 'buy' | 'sell', args: readonly string[], options: Options): OrderRequest {
  const [instrument = '', quantity = ''] = args
  const {
    price,
    stop,
    time,
    expires,
    postOnly,
    slide,
    reduceOnly,
    whole,
    group,
    show,
    selfTrade,
    clientOrderId,
  } = options as {
    price?: string
    stop?: string
    time?: (typeof TIMES)[number]
    expires?: string
    postOnly?: boolean
    slide?: boolean
    reduceOnly?: boolean
    whole?: boolean
    group?: string
    show?: string
    selfTrade?: (typeof SELF_TRADES)[number]
    clientOrderId?: string
  }
  const inForce = time ?? (expires === undefined ? undefined : 'gtd')
  return {
    instrument,
    side,
    quantity,
    type:
      stop !== undefined
        ? price === undefined
          ? 'stop'
          : 'stop_limit'
        : price === undefined
          ? 'market'
          : 'limit',
    ...(stop !== undefined && { stop_price: stop }),
    ...(price !== undefined && { price }),
    ...(inForce !== undefined && { time_in_force: inForce }),
    ...(expires !== undefined && { expires_at: expires }),
    ...(postOnly === true && { post_only: 'reject' }),
    ...(slide === true && { post_only: 'slide' }),
    ...(reduceOnly === true && { reduce_only: true }),
    ...(whole === true && { all_or_none: true }),
    ...(group !== undefined && { group }),
    ...(show !== undefined && { display_quantity: show }),
    ...(selfTrade !== undefined && { self_trade_prevention: selfTrade }),
    ...(clientOrderId !== undefined && { client_order_id: clientOrderId }),
  }
}

async function trade(
  session: Session,
  side: 'buy' | 'sell',
  args: readonly string[],
  options: Options,
): Promise<void> {
  const { client, terminal, json } = session
  const request = requestOf(side, args, options)
  if (options.preview !== true) {
    const order = await client.orders.place(request)
    if (json) printJson(terminal, order)
    else printOrders(session, [order])
    return
  }
  const preview = await client.orders.preview(request)
  if (json) return printJson(terminal, preview)
  const facts = [
    ['fills now', `${preview.fill_quantity} units`],
    ['rests', `${preview.rest_quantity} units`],
    ['average price', orDash(preview.average_price)],
    ['worst price', orDash(preview.worst_price)],
    ['value', `$${shortened(preview.value)}`],
    ['fee', `$${shortened(preview.fee)}`],
    [
      'would be refused',
      preview.refusal === null ? 'no' : `${preview.refusal.code}: ${preview.refusal.detail}`,
    ],
  ]
  printTable(terminal, [{ title: 'preview' }, { title: '', isNumber: true }], facts)
}

async function showOrders(session: Session, options: Options): Promise<void> {
  const { status, instrument, limit } = options as {
    status?: OrderOut['status']
    instrument?: string
    limit: number
  }
  const page = await session.client.orders.list({
    limit,
    ...(status !== undefined && { status }),
    ...(instrument !== undefined && { instrument }),
  })
  if (session.json) return printJson(session.terminal, page)
  if (page.data.length === 0) session.terminal.out('no orders\n')
  else printOrders(session, page.data)
}

async function cancel(session: Session, order: string | undefined, options: Options): Promise<void> {
  const { client, terminal, json } = session
  if (order !== undefined) {
    const ended = await client.orders.cancel(order)
    if (json) printJson(terminal, ended)
    else printOrders(session, [ended])
    return
  }
  if (options.all !== true) throw new Fault('name an order, or cancel every one of yours with --all')
  const { instrument } = options as { instrument?: string }
  const ended = await client.orders.cancelAll(instrument === undefined ? {} : { instrument })
  if (json) return printJson(terminal, ended)
  terminal.out(ended.canceled.length === 0 ? 'no open orders\n' : `canceled ${ended.canceled.join(' ')}\n`)
}

function addOrderCommand(program: Command, run: Runner, side: 'buy' | 'sell'): void {
  program
    .command(side)
    .description(`${side} units of an instrument: at market, or at a limit with --price`)
    .argument('<instrument>', 'such as text-prime')
    .argument('<quantity>', 'units, such as 1.5')
    .option('--price <dollars>', 'limit price per unit')
    .option('--stop <dollars>', 'wait until a trade reaches this price')
    .option('--time <in-force>', TIMES.join(', '), wordOption(TIMES))
    .option('--expires <time>', 'good till this UTC time, such as 2026-11-25T18:00:00Z')
    .option('--post-only', 'refuse rather than take')
    .option('--slide', 'stand a tick behind the other side rather than take')
    .option('--reduce-only', 'only what brings you nearer to owing and owning nothing')
    .option('--whole', 'all or none: wait until the book fills all of it')
    .option('--show <units>', 'show no more than this of the order at a time')
    .option('--group <group>', 'an order group, such as grp_1: the order ends with the others of it')
    .option('--self-trade <mode>', SELF_TRADES.join(', '), wordOption(SELF_TRADES))
    .option('--client-order-id <id>', 'an id of your own: the same id and order again has no second effect')
    .option('--preview', 'only say what would happen')
    .action(run('trader', (session, args, options) => trade(session, side, args, options)))
}

/** `buy`, `sell`, `cancel` and `orders`. */
export function addTradeCommands(program: Command, run: Runner): void {
  addOrderCommand(program, run, 'buy')
  addOrderCommand(program, run, 'sell')
  program
    .command('cancel')
    .description('cancel an open order, or with --all every one of yours')
    .argument('[order]', 'such as ord_12')
    .option('--all', 'every open order')
    .option('--instrument <instrument>', 'with --all: only of one instrument')
    .action(run('trader', (session, [order], options) => cancel(session, order, options)))
  program
    .command('orders')
    .description('list your orders, newest first')
    .option('--status <status>', STATUSES.join(', '), wordOption(STATUSES))
    .option('--instrument <instrument>', 'only of one instrument')
    .option('--limit <rows>', 'rows', wholeOption(1, 1_000), 20)
    .action(run('trader', (session, _, options) => showOrders(session, options)))
}
