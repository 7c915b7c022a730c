import '../shape/language.ts'
import type { AlignedData } from 'uplot'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Depth } from '../../client/stream.ts'
import { colour } from '../data/theme.ts'
import { compact } from '../shape/number.ts'

/** What the cursor points at: units that a taker could have up to this price. */
export type DepthPoint = { side: 'bid' | 'ask'; price: string; units: number }

export type DepthPlot = { show(depth: Depth): void; close(): void }

type Curve = { prices: number[]; bids: (number | null)[]; asks: (number | null)[]; middle: number }

/** Running totals outwards from the touch, laid on one axis: bids mirrored on the left, asks on the right. */
function curveOf(depth: Depth): Curve {
  const total = (side: Depth['bids']) => {
    let sum = 0
    return side.map(([price, quantity]) => ({ price: Number(price), sum: (sum += Number(quantity)) }))
  }
  const low = total(depth.bids).reverse()
  const high = total(depth.asks)
  const [bid, ask] = [low.at(-1)?.price, high[0]?.price]
  return {
    prices: [...low, ...high].map((level) => level.price),
    bids: [...low.map((level) => level.sum), ...high.map(() => null)],
    asks: [...low.map(() => null), ...high.map((level) => level.sum)],
    middle: ((bid ?? ask ?? 0) + (ask ?? bid ?? 0)) / 2,
  }
}

const axis = (): uPlot.Axis => ({
  stroke: colour('faint'),
  font: `11px ${colour('font-figures')}`,
  grid: { stroke: colour('line'), width: 1 },
  ticks: { show: false },
})

function optionsOf(
  place: HTMLElement,
  places: number,
  range: () => [number, number],
  onPoint: (point: DepthPoint | null) => void,
): uPlot.Options {
  // A bid's total holds down to the next lower bid, an ask's up to the next higher ask.
  const stepped = uPlot.paths.stepped
  const side = (tone: 'bid' | 'ask', align: 1 | -1): uPlot.Series => ({
    stroke: colour(tone),
    fill: colour(`${tone}-bar`),
    width: 1.5,
    ...(stepped && { paths: stepped({ align }) }),
    points: { show: false },
  })
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range },
      y: { range: (_plot, _low, high) => [0, high * 1.1 || 1] },
    },
    axes: [
      { ...axis(), space: 64, values: (_plot, marks) => marks.map((mark) => mark.toFixed(places)) },
      { ...axis(), size: 44, values: (_plot, marks) => marks.map((mark) => compact(String(mark))) },
    ],
    series: [{}, side('bid', -1), side('ask', 1)],
    hooks: {
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx
          const price = at == null ? undefined : plot.data[0][at]
          const [bid, ask] = at == null ? [] : [plot.data[1]?.[at], plot.data[2]?.[at]]
          const units = bid ?? ask
          onPoint(
            price === undefined || units == null
              ? null
              : { side: bid == null ? 'ask' : 'bid', price: price.toFixed(places), units },
          )
        },
      ],
    },
  }
}

/**
 * Draws the depth of a book as two stepped curves around the middle. `places` are the decimals of a price.
 */
export function openDepthPlot(
  place: HTMLElement,
  places: number,
  onPoint: (point: DepthPoint | null) => void,
): DepthPlot {
  let reach: [number, number] = [0, 1]
  const plot = new uPlot(
    optionsOf(place, places, () => reach, onPoint),
    [[], [], []],
    place,
  )
  const watch = new ResizeObserver(() => {
    if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: place.clientHeight })
  })
  watch.observe(place)
  return {
    show(depth) {
      const { prices, bids, asks, middle } = curveOf(depth)
      const furthest = Math.max(...prices.map((price) => Math.abs(price - middle)), 10 ** -places)
      reach = [middle - furthest, middle + furthest]
      plot.setData([prices, bids, asks] as AlignedData)
    },
    close() {
      watch.disconnect()
      plot.destroy()
    },
  }
}
