import { infer } from './infer.ts'
import type { Offered, Tool } from './tool.ts'
import { toolOf } from './tool.ts'
import { verifyReceipt } from './verify-receipt.ts'

/** Operations that are of use to an agent, in the order of a first visit. */
const OFFERED: readonly Offered[] = [
  {
    name: 'get_status',
    operation: 'venue.status',
    description: 'Whether the exchange trades, and the public key that its receipts are signed with.',
  },
  {
    name: 'list_instruments',
    operation: 'instrument.list',
    description: 'Every grade of inference that is traded, with tick, lot, fees and state.',
  },
  {
    name: 'get_spec',
    operation: 'instrument.spec',
    description: 'What a grade promises: intelligence floor, latency, throughput, context, capabilities.',
  },
  {
    name: 'get_ticker',
    operation: 'instrument.ticker',
    description: 'Best bid and ask, last price and the volume of 24 hours of one instrument.',
  },
  {
    name: 'list_tickers',
    operation: 'ticker.list',
    description: 'Best bid and ask, last price and the volume of 24 hours of every instrument.',
  },
  {
    name: 'get_book',
    operation: 'instrument.book',
    description: 'The order book: price, quantity and number of orders per level (level 3: order by order).',
  },
  { name: 'list_trades', operation: 'instrument.trades', description: 'Recent trades, newest first.' },
  {
    name: 'get_candles',
    operation: 'instrument.candles',
    description: 'Open, high, low, close and volume by interval.',
  },
  {
    name: 'list_fixings',
    operation: 'fixing.list',
    description:
      'Hourly reference prices that nobody can push, with tier and inputs: what to index a limit to.',
  },
  {
    name: 'get_fixing',
    operation: 'fixing.get',
    description: 'One fixing with everything it was computed from.',
  },
  {
    name: 'list_indices',
    operation: 'index.list',
    description: 'Published series and their last values: price of intelligence, Machine GDP, spreads.',
  },
  { name: 'get_index_history', operation: 'index.history', description: 'The history of one series.' },
  {
    name: 'list_posted_prices',
    operation: 'sheet.floors',
    description: 'The lowest posted price of models that would meet each grade, beside the book.',
  },
  {
    name: 'list_price_gaps',
    operation: 'sheet.gaps',
    description: 'Where the book, posted prices and neighbouring grades disagree.',
  },
  {
    name: 'get_auction',
    operation: 'instrument.auction',
    description: 'The call auction of an instrument: indicative price, volume and imbalance.',
  },
  {
    name: 'get_account',
    operation: 'account.get',
    description: 'Who you are: your account and its roles.',
  },
  { name: 'list_balances', operation: 'balance.list', description: 'Your money and units, free and held.' },
  {
    name: 'list_positions',
    operation: 'position.list',
    description: 'What you hold and owe by instrument, open orders included.',
  },
  {
    name: 'list_lots',
    operation: 'lot.list',
    description: 'Units in your consumption and when each lot expires: use them before.',
  },
  {
    name: 'get_limits',
    operation: 'account.limits',
    description: 'Your limits and how much of them is used.',
  },
  { name: 'get_fees', operation: 'account.fees', description: 'What trading and delivery cost you.' },
  {
    name: 'preview_order',
    operation: 'order.preview',
    description:
      'What an order would do now: fill, average price, fee, worst case, and a body ready to place.',
    needs: ['client_order_id', 'price'],
  },
  {
    name: 'place_order',
    operation: 'order.place',
    description:
      'Buy or sell units. The price is your limit, also for a market order; the same client_order_id again gets the ' +
      'first answer.',
    needs: ['client_order_id', 'price'],
  },
  {
    name: 'amend_order',
    operation: 'order.amend',
    description:
      'Change the price or the total quantity. The answer says whether the place in the queue was kept.',
  },
  { name: 'cancel_order', operation: 'order.cancel', description: 'Cancel one order.' },
  {
    name: 'cancel_all_orders',
    operation: 'order.cancel_all',
    description: 'Cancel all your orders, or those of one instrument, side or group.',
  },
  { name: 'list_orders', operation: 'order.list', description: 'Your orders, newest first.' },
  { name: 'get_order', operation: 'order.get', description: 'One order of yours.' },
  {
    name: 'get_order_by_client_id',
    operation: 'order.get_by_client_id',
    description: 'The order that you placed under a client_order_id: ask this when an answer was lost.',
  },
  { name: 'list_fills', operation: 'fill.list', description: 'Your fills, newest first.' },
  {
    name: 'transfer_units',
    operation: 'transfer.create',
    description: 'Move units from trading into consumption, where they live four hours.',
  },
  {
    name: 'list_deliveries',
    operation: 'delivery.list',
    description: 'Completions that were delivered to you (or by you), with verdict and cost.',
  },
  {
    name: 'get_receipt',
    operation: 'receipt.get',
    description: 'The signed receipt of a settled delivery. verify_receipt checks it.',
  },
  {
    name: 'list_mandates',
    operation: 'mandate.list',
    description: 'Your mandates: what each may spend, has spent, has reserved and has left.',
  },
  { name: 'get_mandate', operation: 'mandate.get', description: 'One mandate.' },
  {
    name: 'grant_mandate',
    operation: 'mandate.grant',
    description:
      'Give a part of your authority away: a budget that cannot be overspent, for a key or a child agent.',
    needs: ['budget'],
  },
  {
    name: 'revoke_mandate',
    operation: 'mandate.revoke',
    description: 'End a mandate and all below it at once; their resting orders are cancelled.',
  },
  {
    name: 'list_approvals',
    operation: 'approval.list',
    description:
      'What you asked that costs more than your mandate lets pass without a person: an order that was refused with ' +
      'approval_needed waits here, and is placed by itself once it is approved. A request is to be repeated then.',
  },
  { name: 'get_approval', operation: 'approval.get', description: 'One of them, and what became of it.' },
  {
    name: 'set_procurement',
    operation: 'procurement.set',
    description:
      'Let the exchange keep so many units on hand for you: bid for what is short, offer what is spare, always.',
  },
  {
    name: 'list_procurements',
    operation: 'procurement.list',
    description: 'Your standing procurements: target, on hand, and what holds them up.',
  },
  { name: 'end_procurement', operation: 'procurement.end', description: 'End a standing procurement.' },
  {
    name: 'list_receipts',
    operation: 'receipt.list',
    description: 'Signed receipts of your deliveries, newest first.',
  },
  {
    name: 'list_penalties',
    operation: 'penalty.list',
    description: 'As a supplier: penalties that are not final yet, with their reasons.',
  },
  {
    name: 'list_events',
    operation: 'event.list',
    description: 'Everything that happened to your account, from a cursor on.',
  },
]

/** Every tool, in the order of a first visit. */
export const TOOLS: readonly Tool[] = [...OFFERED.map(toolOf), infer, verifyReceipt]
