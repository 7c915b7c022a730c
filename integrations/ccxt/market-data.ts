import type {
  Dict,
  Int,
  Market,
  OHLCV,
  OrderBook,
  Status,
  Strings,
  Ticker,
  Tickers,
  Trade,
  TradingFeeInterface,
  TradingFees,
} from 'ccxt'
import { BusbarConnection } from './connection.ts'

/** Candles and book levels that the exchange gives at once, at most. */
const CANDLES_MOST = 2_880
const LEVELS_MOST = 1_000

/** Statuses in which a market, or the venue, takes no orders. */
const CLOSED: readonly string[] = ['halted', 'closed', 'cancel_only']

/** What everyone may ask of a Busbar exchange. No key is needed. */
export class BusbarMarketData extends BusbarConnection {
  declare publicGetStatus: (params?: Dict) => Promise<Dict>
  declare publicGetTime: (params?: Dict) => Promise<Dict>
  declare publicGetErrors: (params?: Dict) => Promise<Dict>
  declare publicGetInstruments: (params?: Dict) => Promise<Dict>
  declare publicGetInstrumentsIdBook: (params: Dict) => Promise<Dict>
  declare publicGetInstrumentsIdTrades: (params: Dict) => Promise<Dict>
  declare publicGetInstrumentsIdCandles: (params: Dict) => Promise<Dict>
  declare publicGetInstrumentsIdTicker: (params: Dict) => Promise<Dict>
  declare publicGetTickers: (params?: Dict) => Promise<Dict>

  override async fetchStatus(params: Dict = {}): Promise<Status> {
    const info = await this.publicGetStatus(params)
    return {
      status: CLOSED.includes(info['status']) ? 'maintenance' : 'ok',
      updated: this.timeOf(info, 'at'),
      eta: undefined,
      url: undefined,
      info,
    }
  }

  override async fetchTime(params: Dict = {}): Promise<Int> {
    return this.safeInteger(await this.publicGetTime(params), 'milliseconds')
  }

  override async fetchMarkets(params: Dict = {}): Promise<Market[]> {
    if (this.options['adjustForTimeDifference']) await this.loadTimeDifference()
    const { data } = await this.publicGetInstruments(params)
    return this.parseMarkets(data)
  }

  override parseMarket(instrument: Dict): Market {
    const id = this.safeString(instrument, 'id') ?? ''
    const [base = '', quote = ''] = id.split('-')
    const step = { amount: 'quantity_increment', price: 'price_increment' }
    return this.safeMarketStructure({
      id,
      symbol: `${base}/${quote}`,
      base,
      quote,
      baseId: base,
      quoteId: quote,
      type: 'spot',
      spot: true,
      margin: false,
      active: !CLOSED.includes(instrument['status']),
      maker: this.safeNumber(instrument, 'maker_fee'),
      taker: this.safeNumber(instrument, 'taker_fee'),
      percentage: true,
      tierBased: false,
      feeSide: 'quote',
      precision: {
        amount: this.safeNumber(instrument, step.amount),
        price: this.safeNumber(instrument, step.price),
        quote: 0.000001,
      },
      limits: {
        amount: {
          min: this.safeNumber(instrument, 'min_quantity'),
          max: this.safeNumber(instrument, 'max_quantity'),
        },
        price: { min: this.safeNumber(instrument, step.price), max: undefined },
        cost: { min: this.safeNumber(instrument, 'min_notional'), max: undefined },
        leverage: { min: undefined, max: undefined },
      },
      created: this.timeOf(instrument, 'listed_at'),
      info: instrument,
    })
  }

  override async fetchTradingFees(params: Dict = {}): Promise<TradingFees> {
    const { data } = await this.publicGetInstruments(params)
    const fees = (data as Dict[]).map((instrument) => this.parseTradingFee(instrument))
    return this.indexBy(fees, 'symbol') as TradingFees
  }

  override async fetchTradingFee(symbol: string, params: Dict = {}): Promise<TradingFeeInterface> {
    await this.loadMarkets()
    const fee = (await this.fetchTradingFees(params))[this.market(symbol).symbol]
    return fee as TradingFeeInterface
  }

  parseTradingFee(instrument: Dict): TradingFeeInterface {
    return {
      info: instrument,
      symbol: this.safeSymbol(this.safeString(instrument, 'id'), undefined, '-'),
      maker: this.safeNumber(instrument, 'maker_fee'),
      taker: this.safeNumber(instrument, 'taker_fee'),
      percentage: true,
      tierBased: false,
    }
  }

  override async fetchTicker(symbol: string, params: Dict = {}): Promise<Ticker> {
    await this.loadMarkets()
    const market = this.market(symbol)
    return this.parseTicker(await this.publicGetInstrumentsIdTicker({ id: market.id, ...params }), market)
  }

  override async fetchTickers(symbols?: Strings, params: Dict = {}): Promise<Tickers> {
    await this.loadMarkets()
    const { data } = await this.publicGetTickers(params)
    return this.parseTickers(data, symbols)
  }

  override parseTicker(ticker: Dict, market?: Market): Ticker {
    const timestamp = this.timeOf(ticker, 'at')
    const of = this.safeMarket(this.safeString(ticker, 'instrument'), market, '-')
    return this.safeTicker(
      {
        symbol: of.symbol,
        timestamp,
        datetime: this.iso8601(timestamp),
        high: this.safeString(ticker, 'high_24h'),
        low: this.safeString(ticker, 'low_24h'),
        bid: this.safeString(ticker, 'best_bid'),
        bidVolume: this.safeString(ticker, 'best_bid_quantity'),
        ask: this.safeString(ticker, 'best_ask'),
        askVolume: this.safeString(ticker, 'best_ask_quantity'),
        open: this.safeString(ticker, 'open_24h'),
        last: this.safeString(ticker, 'last'),
        baseVolume: this.safeString(ticker, 'volume_24h'),
        quoteVolume: this.safeString(ticker, 'value_24h'),
        info: ticker,
      },
      of,
    )
  }

  /** `nonce` is the sequence number at which the book was cut. */
  override async fetchOrderBook(symbol: string, limit?: Int, params: Dict = {}): Promise<OrderBook> {
    await this.loadMarkets()
    const market = this.market(symbol)
    const depth = limit === undefined ? {} : { depth: Math.min(limit, LEVELS_MOST) }
    const answer = await this.publicGetInstrumentsIdBook({ id: market.id, ...depth, ...params })
    return { ...this.parseOrderBook(answer, market.symbol), nonce: this.safeInteger(answer, 'seq') }
  }

  /** Trades since an instant, the oldest first; without one the newest. */
  override async fetchTrades(symbol: string, since?: Int, limit?: Int, params: Dict = {}): Promise<Trade[]> {
    await this.loadMarkets()
    const market = this.market(symbol)
    const ask = (page: Dict) => this.publicGetInstrumentsIdTrades({ id: market.id, ...page })
    return this.parseTrades(await this.rowsOf(ask, 'at', since, limit, params), market, since, limit)
  }

  /** A public trade, or one side of an own one. */
  override parseTrade(trade: Dict, market?: Market): Trade {
    const timestamp = this.timeOf(trade, 'at')
    const of = this.safeMarket(this.safeString(trade, 'instrument'), market, '-')
    const fee = this.safeDict(trade, 'fee')
    return this.safeTrade(
      {
        id: this.safeString(trade, 'id'),
        order: this.safeString(trade, 'order'),
        symbol: of.symbol,
        type: undefined,
        side: this.safeString(trade, 'side'),
        takerOrMaker: this.safeString(trade, 'liquidity'),
        price: this.safeString(trade, 'price'),
        amount: this.safeString(trade, 'quantity'),
        cost: undefined,
        fee: fee && {
          currency: this.safeString(fee, 'asset'),
          cost: this.safeString(fee, 'amount'),
        },
        timestamp,
        datetime: this.iso8601(timestamp),
        info: trade,
      },
      of,
    )
  }

  /** Candles since an instant, oldest first, or the newest. Intervals without a trade are left out. */
  override async fetchOHLCV(
    symbol: string,
    timeframe = '1m',
    since?: Int,
    limit?: Int,
    params: Dict = {},
  ): Promise<OHLCV[]> {
    await this.loadMarkets()
    const market = this.market(symbol)
    const count = since === undefined && limit !== undefined ? Math.min(limit, CANDLES_MOST) : CANDLES_MOST
    const interval = this.safeString(this.timeframes, timeframe, timeframe)
    const asked = { id: market.id, interval, limit: count, ...params }
    const { data } = await this.publicGetInstrumentsIdCandles(asked)
    return this.parseOHLCVs(data, market, timeframe, since, limit)
  }

  override parseOHLCV(candle: Dict): OHLCV {
    return [
      this.timeOf(candle, 'start'),
      this.safeNumber(candle, 'open'),
      this.safeNumber(candle, 'high'),
      this.safeNumber(candle, 'low'),
      this.safeNumber(candle, 'close'),
      this.safeNumber(candle, 'volume'),
    ]
  }
}
