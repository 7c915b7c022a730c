import type { CandleOut } from '../../wire/market.ts'
import { useCandles } from '../data/queries.ts'

const WIDTH = 144
const HEIGHT = 32
const INSET = 2

/** Points of a line through `prices`, the least at the bottom; a flat line runs through the middle. */
function pathOf(prices: readonly number[]): string {
  const low = Math.min(...prices)
  const range = Math.max(...prices) - low
  const step = WIDTH / (prices.length - 1)
  return prices
    .map((price, at) => {
      const share = range === 0 ? 0.5 : (price - low) / range
      const y = HEIGHT - INSET - share * (HEIGHT - 2 * INSET)
      return `${at === 0 ? 'M' : 'L'}${(at * step).toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}

/** Below this many candles each is drawn whole, so that a young market has a line as well. */
const FEW = 20

/** The prices a candle went through, as far as it tells. */
function through(candle: CandleOut): number[] {
  const rises = Number(candle.close) >= Number(candle.open)
  const extremes = rises ? [candle.low, candle.high] : [candle.high, candle.low]
  return [candle.open, ...extremes, candle.close].map(Number)
}

/** The last hour as a line, its end on the last price. */
export function Sparkline(props: { instrument: string; last: string | null }) {
  const candles = useCandles(props.instrument, '1m', 60, 60_000).data ?? []
  const prices = candles.length < FEW ? candles.flatMap(through) : candles.map(({ close }) => Number(close))
  if (props.last !== null && prices.length > 0) prices.push(Number(props.last))
  if (prices.length < 2) return <div className="h-8" />
  const rises = (prices.at(-1) ?? 0) >= (prices[0] ?? 0)
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="block h-8 w-full"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path
        d={pathOf(prices)}
        fill="none"
        stroke={rises ? 'var(--bid)' : 'var(--ask)'}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}
