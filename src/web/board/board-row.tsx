import { memo } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { TickerOut } from '../../wire/market.ts'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { Change } from '../part/figure.tsx'
import { Flash } from '../part/flash.tsx'
import { marketPath } from '../route.ts'
import { changeOf, compact, grouped, spreadOf, trimmed } from '../shape/number.ts'
import { gradeParts } from '../shape/spec.ts'
import { Sparkline } from './sparkline.tsx'

/** One market of the board. Reads its own ticker, so a tick renders this row and no other. */
export const BoardRow = memo(function BoardRow(props: { instrument: InstrumentOut }) {
  const { instrument } = props
  const { live } = useExchange()
  const ticker = useCell(live.ticker(instrument.id))
  const change = changeOf(ticker?.last ?? null, ticker?.open_24h ?? null)
  const spread = spreadOf(ticker?.best_bid ?? null, ticker?.best_ask ?? null, instrument.price_decimals)
  const grade = gradeParts(instrument.spec)
  return (
    <tr
      className="relative h-11 border-b border-line hover:bg-panel has-focus-visible:bg-panel"
      data-testid="board-row"
    >
      <td className="py-1 pl-3 text-left sm:pl-4">
        <MarketName instrument={instrument} />
      </td>
      <td className="figures hidden px-2 text-dim lg:table-cell">{grade.floor}</td>
      <td className="figures hidden px-2 text-dim lg:table-cell">{grade.latency}</td>
      <td className="figures hidden px-2 text-dim lg:table-cell">{grade.throughput}</td>
      <Touch
        price={ticker?.best_bid}
        quantity={ticker?.best_bid_quantity}
        tone="text-bid"
        ready={ticker !== null}
      />
      <Touch
        price={ticker?.best_ask}
        quantity={ticker?.best_ask_quantity}
        tone="text-ask"
        ready={ticker !== null}
      />
      <td className="figures hidden px-2 text-dim xl:table-cell">
        {spread ? `${spread.basisPoints} bp` : '–'}
      </td>
      <LastPrice ticker={ticker} change={change} />
      <td className="figures hidden px-2 md:table-cell">
        <Change change={change} />
      </td>
      <td
        className="figures hidden px-2 md:table-cell"
        title={ticker ? `${trimmed(ticker.volume_24h)} units` : undefined}
      >
        {ticker ? compact(ticker.volume_24h) : '–'}
      </td>
      <td className="hidden py-1 pr-4 pl-2 md:table-cell">
        <Sparkline instrument={instrument.id} last={ticker?.last ?? null} />
      </td>
    </tr>
  )
})

function MarketName(props: { instrument: InstrumentOut }) {
  const { instrument } = props
  const grade = gradeParts(instrument.spec)
  return (
    <>
      <a
        href={marketPath(instrument.id)}
        className="font-semibold outline-offset-[-2px] after:absolute after:inset-0 after:content-['']"
      >
        {instrument.name}
        {instrument.status !== 'open' && (
          <span className="ml-2 text-xs font-normal text-warn">{instrument.status.replace('_', ' ')}</span>
        )}
      </a>
      <span className="figures block text-2xs text-faint max-lg:hidden">{instrument.symbol}</span>
      <span className="block text-2xs text-faint lg:hidden">
        {grade.floor} · {grade.latency} · {grade.throughput}/s
      </span>
    </>
  )
}

function Touch(props: {
  price: string | null | undefined
  quantity: string | null | undefined
  tone: string
  ready: boolean
}) {
  if (!props.ready)
    return (
      <td className="px-2">
        <span className="waiting ml-auto block h-3 w-14" />
      </td>
    )
  return (
    <td className="figures px-2">
      <Flash value={props.price ?? null} className={props.price ? props.tone : 'text-faint'}>
        {props.price ? grouped(props.price) : '–'}
      </Flash>
      <span className="block text-2xs text-faint">{props.quantity ? compact(props.quantity) : ' '}</span>
    </td>
  )
}

function LastPrice(props: { ticker: TickerOut | null; change: ReturnType<typeof changeOf> }) {
  const last = props.ticker?.last ?? null
  return (
    <td className="figures px-2 max-md:pr-3">
      <Flash value={last} className={last ? 'font-semibold' : 'text-faint'}>
        {last ? grouped(last) : '–'}
      </Flash>
      <span className="block text-2xs md:hidden">
        <Change change={props.change} />
      </span>
    </td>
  )
}
