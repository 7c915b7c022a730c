import type {
  Balances,
  Dict,
  Int,
  Market,
  Num,
  Order,
  OrderRequest,
  OrderSide,
  OrderType,
  Str,
  Trade,
  TransferEntry,
} from 'ccxt'
import { ArgumentsRequired, BadRequest, InvalidOrder } from 'ccxt'
import { BusbarMarketData } from './market-data.ts'

/** Statuses as ccxt calls them; the others are called alike. */
const STATUSES: Dict = { pending: 'open', filled: 'closed' }
/** Types as ccxt calls them: that an order waits for a price says its `triggerPrice`. */
const TYPES: Dict = { stop: 'market', stop_limit: 'limit' }

/** A Busbar exchange as ccxt knows exchanges, over REST. It is made like any other of them. */
export class Busbar extends BusbarMarketData {
  declare privateGetAccount: (params?: Dict) => Promise<Dict>
  declare privateGetBalances: (params?: Dict) => Promise<Dict>
  declare privateGetFills: (params?: Dict) => Promise<Dict>
  declare privateGetOrders: (params?: Dict) => Promise<Dict>
  declare privateGetOrdersId: (params: Dict) => Promise<Dict>
  declare privateGetOrdersClientClientOrderId: (params: Dict) => Promise<Dict>
  declare privatePostOrders: (params: Dict) => Promise<Dict>
  declare privatePostOrdersBatch: (params: Dict) => Promise<Dict>
  declare privatePostOrdersCancel: (params?: Dict) => Promise<Dict>
  declare privatePostTransfers: (params: Dict) => Promise<Dict>
  declare privatePutCancelTimer: (params: Dict) => Promise<Dict>
  declare privatePatchOrdersId: (params: Dict) => Promise<Dict>
  declare privateDeleteOrdersId: (params: Dict) => Promise<Dict>

  /** Money and units that can be traded. What is in consumption, in escrow or in a bond is in `info` only. */
  override async fetchBalance(params: Dict = {}): Promise<Balances> {
    return this.parseBalance(await this.privateGetBalances(params))
  }

  override parseBalance(answer: Dict): Balances {
    const result: Dict = { info: answer }
    for (const row of answer['data'] as Dict[])
      result[this.safeCurrencyCode(this.safeString(row, 'asset')) ?? ''] = {
        free: this.safeString(row, 'available'),
        used: this.safeString(row, 'held'),
      }
    return this.safeBalance(result)
  }

  /**
   * Places a limit or a market order; of a market order `price` is the worst it may trade at. It always
   * carries a `clientOrderId`, a random one unless `params` names one, so that it can be sent again after a
   * lost answer. Further `params`: `postOnly`, `timeInForce` (with GTD `expiresAt` in ms), `reduceOnly`,
   * `triggerPrice` (or `stopPrice`) of an order that waits for a price, `selfTradePrevention`, and any field
   * of the exchange's own order.
   */
  override async createOrder(
    symbol: string,
    type: OrderType,
    side: OrderSide,
    amount: number,
    price?: Num,
    params: Dict = {},
  ): Promise<Order> {
    await this.loadMarkets()
    const market = this.market(symbol)
    const request = this.orderRequest(market, type, side, amount, price, params)
    return this.parseOrder(await this.privatePostOrders(request), market)
  }

  protected orderRequest(
    market: Market,
    type: OrderType,
    side: OrderSide,
    amount: Num,
    price: Num,
    params: Dict,
  ): Dict {
    const { symbol, id: instrument } = market as NonNullable<Market>
    const [postOnly, rest] = this.handlePostOnly(type === 'market', params['post_only'] === 'reject', params)
    const { clientOrderId, timeInForce, selfTradePrevention, reduceOnly, expiresAt, ...others } = rest as Dict
    const { triggerPrice, stopPrice = triggerPrice, ...own } = others as Dict
    const stops = type === 'market' ? 'stop' : 'stop_limit'
    const tif = this.safeStringLower({ timeInForce }, 'timeInForce')
    if (type === 'limit' && price === undefined)
      throw new ArgumentsRequired(`${this.id} createOrder() requires a price argument for a limit order`)
    return {
      client_order_id: clientOrderId ?? this.randomBytes(16),
      instrument,
      side,
      type: stopPrice === undefined ? type : stops,
      quantity: this.amountToPrecision(symbol, amount),
      ...(price === undefined ? {} : { price: this.priceToPrecision(symbol, price) }),
      ...(tif === undefined ? {} : { time_in_force: tif }),
      ...(postOnly ? { post_only: 'reject' } : {}),
      ...(reduceOnly === undefined ? {} : { reduce_only: reduceOnly }),
      ...(stopPrice === undefined ? {} : { stop_price: this.priceToPrecision(symbol, stopPrice) }),
      ...(expiresAt === undefined ? {} : { expires_at: this.iso8601(expiresAt) }),
      ...(selfTradePrevention === undefined ? {} : { self_trade_prevention: selfTradePrevention }),
      ...own,
    }
  }

  /** Up to 100 orders in one request. One refused comes back `rejected`, with the problem in `info`. */
  override async createOrders(orders: OrderRequest[], params: Dict = {}): Promise<Order[]> {
    await this.loadMarkets()
    const items = orders.map(({ symbol, type, side, amount, price, params: own = {} }) => ({
      op: 'place',
      ...this.orderRequest(this.market(symbol), type, side, amount, price, { ...params, ...own }),
    }))
    return this.batch(items)
  }

  /** Up to 100 cancels in one request. One refused comes back `rejected`, with the problem in `info`. */
  override async cancelOrders(ids: string[], symbol?: Str): Promise<Order[]> {
    await this.instrumentOf(symbol)
    return this.batch(ids.map((id) => ({ op: 'cancel', id })))
  }

  private async batch(items: Dict[]): Promise<Order[]> {
    const answer = await this.privatePostOrdersBatch({ items })
    return (answer['items'] as Dict[]).map(({ order, problem }, at) => {
      if (order) return this.parseOrder(order)
      const { id, client_order_id: clientOrderId, instrument } = items[at] ?? {}
      const { symbol } = this.safeMarket(instrument)
      return this.safeOrder({ id, clientOrderId, symbol, status: 'rejected', info: problem })
    })
  }

  /** Cancels every order of the account in so many milliseconds, unless it is called again; 0: never. */
  override async cancelAllOrdersAfter(timeout: Int, params: Dict = {}): Promise<Dict> {
    return this.privatePutCancelTimer({ timeout_ms: timeout ?? 0, ...params })
  }

  /** Amends in place: the order keeps its id, and `amount` is its new total, what was filled included. */
  override async editOrder(
    id: string,
    symbol: string,
    _type: OrderType,
    _side: OrderSide,
    amount?: Num,
    price?: Num,
    params: Dict = {},
  ): Promise<Order> {
    await this.loadMarkets()
    const request = this.amendmentOf(id, symbol, amount, price, params)
    return this.parseOrder(await this.privatePatchOrdersId(request), this.market(symbol))
  }

  protected amendmentOf(id: string, symbol: string, amount: Num, price: Num, params: Dict): Dict {
    const request: Dict = { id, ...params }
    if (amount !== undefined) request['quantity'] = this.amountToPrecision(symbol, amount)
    if (price !== undefined) request['price'] = this.priceToPrecision(symbol, price)
    return request
  }

  override async cancelOrder(id: string, symbol?: Str, params: Dict = {}): Promise<Order> {
    const [market] = await this.instrumentOf(symbol)
    const found = id || this.safeString(await this.byClientId(params), 'id')
    const rest = this.omit(params, 'clientOrderId') as Dict
    return this.parseOrder(await this.privateDeleteOrdersId({ id: found, ...rest }), market)
  }

  /** Cancels every open order, or those of one market or side (`params.side`). */
  override async cancelAllOrders(symbol?: Str, params: Dict = {}): Promise<Order[]> {
    const [market, request] = await this.instrumentOf(symbol)
    return this.canceledOrders(await this.privatePostOrdersCancel({ ...request, ...params }), market)
  }

  protected canceledOrders({ canceled }: Dict, market: Market): Order[] {
    return (canceled as string[]).map((id) =>
      this.safeOrder({ id, status: 'canceled', symbol: market?.symbol, info: { id } }, market),
    )
  }

  /** One order, by its id or by `params.clientOrderId`. */
  override async fetchOrder(id: string, symbol?: Str, params: Dict = {}): Promise<Order> {
    const [market] = await this.instrumentOf(symbol)
    const answer = id ? await this.privateGetOrdersId({ id, ...params }) : await this.byClientId(params)
    return this.parseOrder(answer, market)
  }

  private byClientId({ clientOrderId, ...params }: Dict): Promise<Dict> {
    if (clientOrderId === undefined)
      throw new ArgumentsRequired(`${this.id} needs an order id, or params.clientOrderId`)
    return this.privateGetOrdersClientClientOrderId({ client_order_id: clientOrderId, ...params })
  }

  override fetchOrders(symbol?: Str, since?: Int, limit?: Int, params: Dict = {}): Promise<Order[]> {
    return this.ordersWith({}, symbol, since, limit, params)
  }

  override fetchOpenOrders(symbol?: Str, since?: Int, limit?: Int, params: Dict = {}): Promise<Order[]> {
    return this.ordersWith({ status: 'open' }, symbol, since, limit, params)
  }

  override fetchClosedOrders(symbol?: Str, since?: Int, limit?: Int, params: Dict = {}): Promise<Order[]> {
    return this.ordersWith({ status: 'filled' }, symbol, since, limit, params)
  }

  override fetchCanceledOrders(symbol?: Str, since?: Int, limit?: Int, params: Dict = {}): Promise<Order[]> {
    return this.ordersWith({ status: 'canceled' }, symbol, since, limit, params)
  }

  private async ordersWith(
    filter: Dict,
    symbol: Str,
    since: Int,
    limit: Int,
    params: Dict,
  ): Promise<Order[]> {
    const [market, request] = await this.instrumentOf(symbol)
    const ask = (page: Dict) => this.privateGetOrders({ ...request, ...filter, ...page })
    const rows = await this.rowsOf(ask, 'created_at', since, limit, params)
    return this.parseOrders(rows, market, since, limit)
  }

  override parseOrder(order: Dict, market?: Market): Order {
    const timestamp = this.timeOf(order, 'created_at')
    const of = this.safeMarket(this.safeString(order, 'instrument'), market, '-')
    const status = this.safeString(order, 'status') ?? ''
    const fees = (this.safeList(order, 'fees', []) as Dict[]).map((fee) => ({
      currency: this.safeString(fee, 'asset'),
      cost: this.safeString(fee, 'amount'),
    }))
    const tif = this.safeStringUpper(order, 'time_in_force')
    const postOnly = order['post_only'] !== 'none'
    return this.safeOrder(
      {
        id: this.safeString(order, 'id'),
        clientOrderId: this.safeString(order, 'client_order_id'),
        symbol: of.symbol,
        type: TYPES[this.safeString(order, 'type') ?? ''] ?? this.safeString(order, 'type'),
        side: this.safeString(order, 'side'),
        timeInForce: postOnly ? 'PO' : tif,
        postOnly,
        reduceOnly: this.safeBool(order, 'reduce_only'),
        stopPrice: this.safeString(order, 'stop_price'),
        triggerPrice: this.safeString(order, 'stop_price'),
        price: order['type'] === 'market' ? undefined : this.safeString(order, 'price'),
        amount: this.safeString(order, 'quantity'),
        filled: this.safeString(order, 'filled_quantity'),
        remaining: this.safeString(order, 'remaining_quantity'),
        average: this.safeString(order, 'average_price'),
        cost: this.safeString(order, 'filled_value'),
        fees,
        status: STATUSES[status] ?? status,
        timestamp,
        datetime: this.iso8601(timestamp),
        lastUpdateTimestamp: this.timeOf(order, 'updated_at'),
        info: order,
      },
      of,
    )
  }

  /** The account's sides of its trades since an instant, the oldest first; without one the newest. */
  override async fetchMyTrades(symbol?: Str, since?: Int, limit?: Int, params: Dict = {}): Promise<Trade[]> {
    const [market, request] = await this.instrumentOf(symbol)
    const ask = (page: Dict) => this.privateGetFills({ ...request, ...page })
    return this.parseTrades(await this.rowsOf(ask, 'at', since, limit, params), market, since, limit)
  }

  override fetchOrderTrades(
    id: string,
    symbol?: Str,
    since?: Int,
    limit?: Int,
    params: Dict = {},
  ): Promise<Trade[]> {
    return this.fetchMyTrades(symbol, since, limit, { order: id, ...params })
  }

  /** Moves units of a market (by the code of its units) from trading into consumption. */
  override async transfer(
    code: string,
    amount: number,
    fromAccount: string,
    toAccount: string,
    params: Dict = {},
  ): Promise<TransferEntry> {
    await this.loadMarkets()
    if (fromAccount !== 'trading' || toAccount !== 'consumption')
      throw new BadRequest(`${this.id} transfer() goes from "trading" to "consumption"`)
    const quantity = this.numberToString(amount)
    if (quantity === undefined) throw new InvalidOrder(`${this.id} transfer() needs an amount`)
    const instrument = this.market(`${code}/USD`).id
    const request = { instrument, quantity, idempotencyKey: this.randomBytes(16), ...params }
    const info = await this.privatePostTransfers(request)
    return {
      id: this.safeString(info['lot'], 'id'),
      timestamp: undefined,
      datetime: undefined,
      currency: code,
      amount: this.parseNumber(quantity),
      fromAccount,
      toAccount,
      status: 'ok',
      info,
    }
  }
}
