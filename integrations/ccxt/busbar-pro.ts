import type { Balances, Dict, Int, OHLCV, Order, OrderBook, Str, Ticker, Trade } from 'ccxt'
import { ChecksumError } from 'ccxt'
import { bookChecksum } from './checksum.ts'
import type { Line } from './line.ts'
import { BusbarOrderLine } from './order-line.ts'
import { Rows } from './rows.ts'

/** Levels a side that the exchange sends, the least first. */
const DEPTHS = [10, 20, 25, 50, 100, 200, 500, 1_000]
const DEPTH = 50

const STREAMS = {
  ws: true,
  cancelAllOrdersWs: true,
  cancelOrderWs: true,
  createOrderWs: true,
  editOrderWs: true,
  watchBalance: true,
  watchMyTrades: true,
  watchOHLCV: true,
  watchOrderBook: true,
  watchOrders: true,
  watchTicker: true,
  watchTrades: true,
  unWatchOHLCV: true,
  unWatchOrderBook: true,
  unWatchTicker: true,
  unWatchTrades: true,
}

/**
 * A Busbar exchange as ccxt Pro knows exchanges: everything of `Busbar`, and live. A book that misses a
 * change or fails its checksum is asked for anew before anyone sees it; private streams miss nothing over a
 * reconnect.
 */
export class BusbarPro extends BusbarOrderLine {
  private readonly streams = new Map<string, Rows>()

  override describe(): Dict {
    return this.deepExtend(super.describe(), {
      pro: true,
      has: STREAMS,
      options: { watchOrderBook: { checksum: true } },
    })
  }

  override async watchOrderBook(symbol: string, limit?: Int, params: Dict = {}): Promise<OrderBook> {
    await this.loadMarkets()
    const { id: instrument, symbol: name } = this.market(symbol)
    const depth = DEPTHS.find((one) => one >= (limit ?? DEPTH)) ?? DEPTHS.at(-1)
    const hash = `book:${name}`
    const book = (await this.follow(hash, hash, {
      channel: 'book',
      instrument,
      depth,
      ...params,
    })) as OrderBook
    if (limit === undefined) return book
    const copy = book.copy()
    for (const side of [copy.asks, copy.bids]) side.length = Math.min(side.length, limit)
    return copy
  }

  override async watchTrades(symbol: string, since?: Int, limit?: Int, params: Dict = {}): Promise<Trade[]> {
    await this.loadMarkets()
    const { id: instrument, symbol: name } = this.market(symbol)
    const hash = `trades:${name}`
    const channel = { channel: 'trades', instrument, ...this.resumption(hash), ...params }
    const wait = () => this.follow(hash, hash, channel)
    const rows = await this.rowsFrom(hash, 'id', hash, undefined, wait)
    return this.filterBySinceLimit(rows, since, limit, 'timestamp', true)
  }

  override async watchTicker(symbol: string, params: Dict = {}): Promise<Ticker> {
    await this.loadMarkets()
    const { id: instrument, symbol: name } = this.market(symbol)
    const hash = `ticker:${name}`
    return this.stateOf<Ticker>(hash, () =>
      this.follow(hash, hash, { channel: 'ticker', instrument, ...params }),
    )
  }

  override async watchOHLCV(
    symbol: string,
    timeframe = '1m',
    since?: Int,
    limit?: Int,
    params: Dict = {},
  ): Promise<OHLCV[]> {
    await this.loadMarkets()
    const { id: instrument, symbol: name } = this.market(symbol)
    const hash = `candles:${name}:${timeframe}`
    const channel = { channel: 'candles', instrument, interval: timeframe, ...params }
    const rows = await this.rowsFrom(hash, 0, hash, undefined, () => this.follow(hash, hash, channel))
    return this.filterBySinceLimit(rows, since, limit, 0, true)
  }

  override async watchOrders(symbol?: Str, since?: Int, limit?: Int): Promise<Order[]> {
    const rows = await this.privateRows('orders', symbol)
    return this.filterBySinceLimit(rows, since, limit, 'timestamp', true)
  }

  override async watchMyTrades(symbol?: Str, since?: Int, limit?: Int): Promise<Trade[]> {
    const rows = await this.privateRows('fills', symbol)
    return this.filterBySinceLimit(rows, since, limit, 'timestamp', true)
  }

  override async watchBalance(): Promise<Balances> {
    await this.loadMarkets()
    return this.stateOf<Balances>('balances', () => this.followPrivate('balances', 'balances'))
  }

  override async unWatchOrderBook(symbol: string): Promise<unknown> {
    const { symbol: name } = this.market(symbol)
    const left = await this.leave(`book:${name}`)
    delete this.orderbooks[name]
    return left
  }

  override async unWatchTrades(symbol: string): Promise<unknown> {
    return this.leave(`trades:${this.market(symbol).symbol}`)
  }

  override async unWatchTicker(symbol: string): Promise<unknown> {
    return this.leave(`ticker:${this.market(symbol).symbol}`)
  }

  override async unWatchOHLCV(symbol: string, timeframe = '1m'): Promise<unknown> {
    return this.leave(`candles:${this.market(symbol).symbol}:${timeframe}`)
  }

  override handleMessage(client: Line, message: Dict): void {
    switch (message['type']) {
      case 'snapshot':
      case 'delta':
      case 'trade':
      case 'ticker':
      case 'candle':
      case 'order':
      case 'fill':
      case 'balance':
        this.handleChannel(client, message)
        return
      case 'result':
        this.handleResult(client, message)
        return
      case 'authenticated':
        this.handleAuthenticated(client)
        return
      case 'unsubscribed':
        this.handleUnsubscribed(client, message)
        return
      case 'problem':
        this.handleProblem(client, message)
    }
  }

  private handleChannel(client: Line, message: Dict): void {
    const { channel, data } = message
    switch (channel) {
      case 'book':
        this.handleBook(client, message)
        return
      case 'trades':
        this.handleTrades(client, message)
        return
      case 'ticker': {
        const ticker = this.parseTicker(data)
        this.tickers[ticker.symbol as string] = ticker
        this.tellState(client, `ticker:${ticker.symbol}`, ticker)
        return
      }
      case 'candles':
        this.handleCandles(client, message)
        return
      case 'orders':
        this.handlePrivate(client, message, (row) => this.parseOrder(row))
        return
      case 'fills':
        this.handlePrivate(client, message, (row) => this.parseTrade(row))
        return
      case 'balances':
        this.handleBalances(client, message)
    }
  }

  private handleBook(client: Line, message: Dict): void {
    const { symbol, precision } = this.safeMarket(this.safeString(message, 'instrument'), undefined, '-')
    const hash = `book:${symbol}`
    if (message['type'] === 'snapshot') {
      const snapshot = { ...this.parseOrderBook(message, symbol), nonce: message['seq'] }
      this.orderbooks[symbol] = this.countedOrderBook(snapshot)
    }
    const book = this.orderbooks[symbol]
    // A change that was under way while a fresh book is awaited.
    if (book === undefined) return
    if (message['type'] === 'delta') {
      if (message['prev_seq'] !== book.nonce) {
        this.beginBookAnew(client, symbol)
        return
      }
      for (const side of ['bids', 'asks'] as const)
        for (const level of message[side] as Dict[]) book[side].storeArray(this.parseOrderBookBidAsk(level))
      book.nonce = message['seq']
    }
    const tick = this.numberToString(precision.price) as string
    const lot = this.numberToString(precision.amount) as string
    const isSound =
      !this.handleOption('watchOrderBook', 'checksum', true) ||
      bookChecksum(book.asks, book.bids, tick, lot) === message['checksum']
    if (isSound) this.tellState(client, hash, book)
    else if (message['type'] === 'delta') this.beginBookAnew(client, symbol)
    else
      this.rejectAll(client, hash, new ChecksumError(`${this.id} ${symbol}: the snapshot fails its checksum`))
  }

  private beginBookAnew(client: Line, symbol: string): void {
    delete this.orderbooks[symbol]
    this.subscribeAgain(client, `book:${symbol}`)
  }

  private handleTrades(client: Line, message: Dict): void {
    const { symbol } = this.safeMarket(this.safeString(message, 'instrument'), undefined, '-')
    const hash = `trades:${symbol}`
    this.cursors.set(hash, message['seq'])
    this.tell(client, hash, 'id', this.parseTrades(message['data']) as unknown as Dict[])
  }

  private handleCandles(client: Line, message: Dict): void {
    const { symbol } = this.safeMarket(this.safeString(message, 'instrument'), undefined, '-')
    const { data, interval } = message
    const rows = (Array.isArray(data) ? data : [data]).map((candle: Dict) => this.parseOHLCV(candle))
    this.tell(client, `candles:${symbol}:${interval}`, 0, rows as unknown as Dict[])
  }

  private handlePrivate(client: Line, message: Dict, parse: (row: Dict) => Order | Trade): void {
    const { channel, seq, data } = message
    this.cursors.set(channel, seq)
    const rows = (data as Dict[]).map((row) => parse(row))
    this.tell(client, channel, 'id', rows as unknown as Dict[])
    for (const symbol of new Set(rows.map((row) => row.symbol))) client.resolve(true, `${channel}:${symbol}`)
  }

  private handleBalances(client: Line, message: Dict): void {
    const { channel, seq, data } = message
    this.cursors.set(channel, seq)
    this.balance = this.safeBalance({ ...this.balance, ...this.parseBalance({ data }), info: message })
    this.tellState(client, channel, this.balance)
  }

  private tell(client: Line, hash: string, key: string | number, rows: readonly Dict[]): void {
    const stream = this.streamOf(hash, key)
    for (const row of rows) stream.put(row)
    if (rows.length > 0) client.resolve(true, hash)
  }

  private streamOf(hash: string, key: string | number): Rows {
    let stream = this.streams.get(hash)
    if (stream === undefined) this.streams.set(hash, (stream = new Rows(key)))
    return stream
  }

  /** The rows of a private channel that this reader was not given yet. */
  private async privateRows(channel: string, symbol: Str): Promise<Dict[]> {
    await this.loadMarkets()
    const name = symbol === undefined ? undefined : this.market(symbol).symbol
    const hash = name === undefined ? channel : `${channel}:${name}`
    return this.rowsFrom(channel, 'id', hash, name, () => this.followPrivate(hash, channel))
  }

  /** What came while nobody waited is given at once, so that a slow reader misses nothing. */
  private async rowsFrom(
    stream: string,
    key: string | number,
    reader: string,
    symbol: Str,
    wait: () => Promise<unknown>,
  ): Promise<Dict[]> {
    const rows = this.streamOf(stream, key)
    if (!rows.has(reader, symbol)) await wait()
    return this.newUpdates ? rows.take(reader, symbol) : (rows.take(reader, symbol), rows.all(symbol))
  }
}
