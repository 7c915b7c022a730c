import type { CandlestickData, HistogramData, Time, UTCTimestamp } from 'lightweight-charts'
import { CandlestickSeries, ColorType, createChart, HistogramSeries, TickMarkType } from 'lightweight-charts'
import type { CandleInterval, CandleOut, TradeOut } from '../../wire/market.ts'
import { colour } from '../data/theme.ts'
import { LOCALE } from '../shape/number.ts'

/** A candle chart on the page. */
export type CandlePlot = {
  /** Replaces everything; oldest first. */
  show(candles: readonly CandleOut[], interval: CandleInterval): void
  /** Moves the last candle, or begins the next. */
  add(trades: readonly TradeOut[]): void
  close(): void
}

const SECONDS: Record<CandleInterval, number> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '4h': 14_400,
  '1d': 86_400,
}

/** Candles that fill the first view: as many as there are, within these. Older ones are a drag away. */
const FIRST_VIEW = { least: 30, most: 90 }

const timeOfDay = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(LOCALE, { month: 'short', day: 'numeric' })
const full = new Intl.DateTimeFormat(LOCALE, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const dateOf = (time: Time): Date => new Date(Number(time) * 1_000)

type Bar = CandlestickData<UTCTimestamp> & { volume: number }

const barOf = (candle: CandleOut): Bar => ({
  time: (Date.parse(candle.start) / 1_000) as UTCTimestamp,
  open: Number(candle.open),
  high: Number(candle.high),
  low: Number(candle.low),
  close: Number(candle.close),
  volume: Number(candle.volume),
})

/** The bar after one more trade: the same one grown, a new one, or nothing for a trade older than it. */
function barAfter(bar: Bar | undefined, trade: TradeOut, seconds: number): Bar | undefined {
  const price = Number(trade.price)
  const volume = Number(trade.quantity)
  const time = (Math.floor(Date.parse(trade.at) / 1_000 / seconds) * seconds) as UTCTimestamp
  if (bar === undefined || time > bar.time)
    return { time, open: price, high: price, low: price, close: price, volume }
  if (time < bar.time) return undefined
  return {
    ...bar,
    high: Math.max(bar.high, price),
    low: Math.min(bar.low, price),
    close: price,
    volume: bar.volume + volume,
  }
}

function openChart(place: HTMLElement) {
  const line = colour('line')
  return createChart(place, {
    autoSize: true,
    // The name and notice that the library asks for stand in the page's footer.
    layout: {
      attributionLogo: false,
      background: { type: ColorType.Solid, color: colour('panel') },
      textColor: colour('faint'),
      fontFamily: colour('font-figures'),
      fontSize: 11,
    },
    // Without this the library takes the browser's, which on POSIX systems may be no language tag at all.
    localization: { locale: LOCALE, timeFormatter: (time: Time) => full.format(dateOf(time)) },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: { vertLine: { color: colour('strong') }, horzLine: { color: colour('strong') } },
    rightPriceScale: { borderColor: line, scaleMargins: { top: 0.08, bottom: 0.24 } },
    timeScale: {
      borderColor: line,
      timeVisible: true,
      secondsVisible: false,
      rightOffset: 4,
      tickMarkFormatter: (time: Time, type: TickMarkType) =>
        (type >= TickMarkType.Time ? timeOfDay : day).format(dateOf(time)),
    },
  })
}

/** Draws candles and, below them, volume. `places` are the decimals of a price. */
export function openCandlePlot(place: HTMLElement, places: number): CandlePlot {
  const chart = openChart(place)
  const [bid, ask] = [colour('bid'), colour('ask')]
  const prices = chart.addSeries(CandlestickSeries, {
    upColor: bid,
    wickUpColor: bid,
    downColor: ask,
    wickDownColor: ask,
    borderVisible: false,
    priceFormat: { type: 'price', precision: places, minMove: 10 ** -places },
  })
  const volumes = chart.addSeries(HistogramSeries, {
    priceScaleId: 'volume',
    priceFormat: { type: 'volume' },
    lastValueVisible: false,
    priceLineVisible: false,
  })
  chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } })
  const volumeOf = (bar: Bar): HistogramData<UTCTimestamp> => ({
    time: bar.time,
    value: bar.volume,
    color: colour(bar.close >= bar.open ? 'bid-bar' : 'ask-bar'),
  })
  let last: Bar | undefined
  let seconds = SECONDS['1m']
  let shown: CandleInterval | undefined
  return {
    show(candles, interval) {
      const bars = candles.map(barOf)
      last = bars.at(-1)
      seconds = SECONDS[interval]
      prices.setData(bars)
      volumes.setData(bars.map(volumeOf))
      if (shown === interval || bars.length === 0) return
      shown = interval
      const width = Math.max(FIRST_VIEW.least, Math.min(FIRST_VIEW.most, bars.length))
      chart.timeScale().setVisibleLogicalRange({ from: bars.length - width, to: bars.length + 4 })
    },
    add(trades) {
      for (const trade of trades) {
        const next = barAfter(last, trade, seconds)
        if (next === undefined) continue
        last = next
        prices.update(next)
        volumes.update(volumeOf(next))
      }
    },
    close: () => chart.remove(),
  }
}
