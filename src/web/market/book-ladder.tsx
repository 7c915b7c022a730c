import { memo, useMemo } from 'react'
import { parseDecimal, printDecimal } from '../../base/decimal.ts'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { LevelOut } from '../../wire/market.ts'
import { useCell } from '../data/cell.ts'
import type { MarketFeed } from '../data/market-feed.ts'
import { Panel } from '../part/panel.tsx'
import { compact, grouped, LOCALE, spreadOf } from '../shape/number.ts'

/** Levels a side. The ladder keeps this height whatever the book holds, so that nothing below it moves. */
const LEVELS = 12

type Rung = { price: string; quantity: string; total: string; share: number; orders: number }

/** The nearest levels of a side with running totals; `share` is each total over the greater side's. */
function rungsOf(side: readonly LevelOut[], places: number): { rungs: Omit<Rung, 'share'>[]; sum: number } {
  let sum = 0
  const rungs = side.slice(0, LEVELS).map(([price, quantity, orders]) => {
    sum += parseDecimal(quantity, places) ?? 0
    return { price, quantity, orders, total: printDecimal(sum, places) }
  })
  return { rungs, sum }
}

const shared = (rungs: Omit<Rung, 'share'>[], most: number): (Rung | undefined)[] =>
  Array.from({ length: LEVELS }, (_, at) => {
    const rung = rungs[at]
    return rung && { ...rung, share: most === 0 ? 0 : Number(rung.total) / most }
  })

/** The book, asks above bids, each rung with its size and the running total drawn as a bar. */
export function BookLadder(props: {
  instrument: InstrumentOut
  feed: MarketFeed
  onPick: (price: string) => void
  className?: string
}) {
  const { instrument, onPick } = props
  const depth = useCell(props.feed.depth)
  const places = instrument.quantity_decimals
  const { asks, bids } = useMemo(() => {
    const [low, high] = [rungsOf(depth?.bids ?? [], places), rungsOf(depth?.asks ?? [], places)]
    const most = Math.max(low.sum, high.sum) / 10 ** places
    return { asks: shared(high.rungs, most), bids: shared(low.rungs, most) }
  }, [depth, places])
  return (
    <Panel
      title="Book"
      {...(props.className ? { className: props.className } : {})}
      aside={
        <span
          className="figures"
          data-testid="book-seq"
          title="Sequence number of this book, checked against its checksum"
        >
          {depth ? `#${depth.seq.toLocaleString(LOCALE)}` : 'waiting'}
        </span>
      }
    >
      <div className="grid grid-cols-[1fr_1fr_1fr] px-3 pt-1.5 pb-1 text-right text-2xs text-faint">
        <span className="text-left">Price, USD</span>
        <span>Units</span>
        <span>Total</span>
      </div>
      <ol aria-label="Asks, best last" className="flex flex-col-reverse" data-testid="asks">
        {asks.map((rung, at) => (
          <LadderRung key={at} rung={rung} tone="ask" isBest={at === 0} onPick={onPick} />
        ))}
      </ol>
      <Middle
        bid={depth?.bids[0]?.[0] ?? null}
        ask={depth?.asks[0]?.[0] ?? null}
        places={instrument.price_decimals}
      />
      <ol aria-label="Bids, best first" className="flex flex-col pb-1.5" data-testid="bids">
        {bids.map((rung, at) => (
          <LadderRung key={at} rung={rung} tone="bid" isBest={at === 0} onPick={onPick} />
        ))}
      </ol>
    </Panel>
  )
}

function Middle(props: { bid: string | null; ask: string | null; places: number }) {
  const spread = spreadOf(props.bid, props.ask, props.places)
  return (
    <p className="figures my-1 flex h-7 items-center justify-between border-y border-line px-3 text-xs text-dim">
      {spread ? (
        <>
          <span>Spread {grouped(spread.width)}</span>
          <span>{spread.basisPoints} bp</span>
        </>
      ) : (
        <span>{props.bid === null && props.ask === null ? 'No orders yet' : 'One side is empty'}</span>
      )}
    </p>
  )
}

const TONE = {
  bid: { ink: 'text-bid', bar: 'bg-bid-bar' },
  ask: { ink: 'text-ask', bar: 'bg-ask-bar' },
} as const

const LadderRung = memo(
  function LadderRung(props: {
    rung: Rung | undefined
    tone: 'bid' | 'ask'
    isBest: boolean
    onPick: (price: string) => void
  }) {
    const { rung } = props
    const tone = TONE[props.tone]
    if (rung === undefined) return <li className="h-[1.375rem]" aria-hidden="true" />
    return (
      <li className="relative h-[1.375rem]">
        <span
          aria-hidden="true"
          className={`absolute inset-y-px right-0 w-full origin-right ${tone.bar}`}
          style={{ transform: `scaleX(${rung.share.toFixed(3)})` }}
        />
        <button
          type="button"
          // The touch is enough for the keyboard; the rest of the ladder is a shortcut for the pointer.
          tabIndex={props.isBest ? 0 : -1}
          onClick={() => props.onPick(rung.price)}
          title={`Use this price. ${rung.orders} ${rung.orders === 1 ? 'order' : 'orders'}`}
          className="figures relative grid h-full w-full grid-cols-[1fr_1fr_1fr] items-center px-3 text-right text-xs hover:bg-raised/60"
        >
          <span className={`text-left ${tone.ink} ${props.isBest ? 'font-bold' : ''}`}>
            {grouped(rung.price)}
          </span>
          <span>{grouped(rung.quantity)}</span>
          <span className="text-dim">{compact(rung.total)}</span>
        </button>
      </li>
    )
  },
  (before, now) =>
    before.onPick === now.onPick &&
    before.rung?.price === now.rung?.price &&
    before.rung?.quantity === now.rung?.quantity &&
    before.rung?.total === now.rung?.total &&
    before.rung?.share === now.rung?.share,
)
