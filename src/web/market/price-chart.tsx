import { useEffect, useRef, useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { CandleInterval, CandleOut } from '../../wire/market.ts'
import type { MarketFeed } from '../data/market-feed.ts'
import { useCandles } from '../data/queries.ts'
import { useTheme } from '../data/theme.ts'
import { Choice } from '../part/choice.tsx'
import { Panel } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import type { CandlePlot } from './candle-plot.ts'
import { openCandlePlot } from './candle-plot.ts'

const INTERVALS: readonly { value: CandleInterval; label: string }[] = [
  { value: '1m', label: '1m' },
  { value: '5m', label: '5m' },
  { value: '15m', label: '15m' },
  { value: '1h', label: '1h' },
  { value: '4h', label: '4h' },
  { value: '1d', label: '1d' },
]

const NONE: readonly CandleOut[] = []

/** Candles from the exchange, the last one moved by each trade as it happens. */
export function PriceChart(props: { instrument: InstrumentOut; feed: MarketFeed; className?: string }) {
  const [interval, setInterval] = useState<CandleInterval>('1m')
  const candles = useCandles(props.instrument.id, interval, 500, false)
  return (
    <Panel
      title="Price"
      aside={<Choice label="Candle length" options={INTERVALS} value={interval} onChange={setInterval} />}
      className={`h-[22rem] xl:h-[25rem] ${props.className ?? ''}`}
      bodyClassName="relative"
    >
      <Plot {...props} interval={interval} candles={candles.data ?? NONE} />
      {candles.data?.length === 0 && (
        <p className="pointer-events-none absolute inset-0 z-10 grid place-items-center text-faint">
          No trades in this period yet.
        </p>
      )}
      {candles.error && candles.data === undefined && (
        <div className="absolute inset-x-0 top-0 p-3">
          <Problem error={candles.error} onRetry={() => void candles.refetch()} />
        </div>
      )}
    </Panel>
  )
}

function Plot(props: {
  instrument: InstrumentOut
  feed: MarketFeed
  interval: CandleInterval
  candles: readonly CandleOut[]
}) {
  const { instrument, feed, interval, candles } = props
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<CandlePlot>(undefined)
  const theme = useTheme()
  const places = instrument.price_decimals
  useEffect(() => {
    if (place.current === null) return
    const opened = openCandlePlot(place.current, places)
    plot.current = opened
    return () => opened.close()
  }, [places, theme])
  useEffect(() => plot.current?.show(candles, interval), [candles, interval, places, theme])
  useEffect(() => feed.onTrades((trades) => plot.current?.add(trades)), [feed])
  return (
    <div
      ref={place}
      className="absolute inset-0"
      role="img"
      aria-label={`Price of ${instrument.name} in ${interval} candles`}
      data-testid="price-chart"
    />
  )
}
