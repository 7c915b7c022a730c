import { useEffect, useRef, useState } from 'react'
import type { Depth } from '../../client/stream.ts'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { MarketFeed } from '../data/market-feed.ts'
import { useTheme } from '../data/theme.ts'
import { Empty, Panel } from '../part/panel.tsx'
import { compact } from '../shape/number.ts'
import type { DepthPoint } from './depth-plot.ts'
import { openDepthPlot } from './depth-plot.ts'

/** Milliseconds between drawings: a curve of fifty levels is not read faster. */
const REDRAW_MS = 250

/** How much could be bought or sold at once, up to each price. */
export function DepthChart(props: { instrument: InstrumentOut; feed: MarketFeed; className?: string }) {
  const { instrument, feed } = props
  const place = useRef<HTMLDivElement>(null)
  const [point, setPoint] = useState<DepthPoint | null>(null)
  const [isEmpty, setIsEmpty] = useState(false)
  const theme = useTheme()
  useEffect(() => {
    if (place.current === null) return
    const plot = openDepthPlot(place.current, instrument.price_decimals, setPoint)
    let drawn: Depth | null = null
    const draw = () => {
      const depth = feed.depth.get()
      if (depth === null || depth === drawn) return
      drawn = depth
      setIsEmpty(depth.bids.length + depth.asks.length === 0)
      plot.show(depth)
    }
    draw()
    const timer = setInterval(draw, REDRAW_MS)
    return () => {
      clearInterval(timer)
      plot.close()
    }
  }, [feed, instrument.price_decimals, theme])
  return (
    <Panel
      title="Depth"
      aside={
        <span className="figures truncate">
          {point &&
            `${compact(String(point.units))} units ${point.side === 'bid' ? 'down' : 'up'} to $${point.price}`}
        </span>
      }
      className={`h-64 xl:min-h-64 xl:grow ${props.className ?? ''}`}
      bodyClassName="relative"
    >
      <div
        ref={place}
        role="img"
        aria-label={`Cumulative depth of ${instrument.name}: bids to the left, asks to the right`}
        className={`absolute inset-0 overflow-hidden ${isEmpty ? 'invisible' : ''}`}
        data-testid="depth-chart"
      />
      {isEmpty && <Empty>No orders yet.</Empty>}
    </Panel>
  )
}
