import type { InstrumentOut } from '../../wire/instrument.ts'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { useNow } from '../data/now.ts'
import { Change, Figure } from '../part/figure.tsx'
import { Flash } from '../part/flash.tsx'
import { go, marketPath, playgroundPath } from '../route.ts'
import { countdown } from '../shape/clock.ts'
import { changeOf, compact, grouped } from '../shape/number.ts'

const STATUS_WORDS: Record<InstrumentOut['status'], string> = {
  open: 'open',
  post_only: 'post-only',
  auction: 'call auction',
  volatility_auction: 'volatility auction',
  cancel_only: 'cancel-only',
  halted: 'trading halted',
  closed: 'closed',
}

/** Which market this is, where its price stands, and when its units are swept. */
export function Strip(props: { instrument: InstrumentOut; instruments: readonly InstrumentOut[] }) {
  const { instrument } = props
  const { live } = useExchange()
  const ticker = useCell(live.ticker(instrument.id))
  const last = ticker?.last ?? null
  const status = ticker?.status ?? instrument.status
  const change = changeOf(last, ticker?.open_24h ?? null)
  const day = (price: string | null | undefined) => (price ? grouped(price) : '–')
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-panel px-3 py-2 sm:gap-x-6 sm:px-4">
      <div className="flex min-w-0 flex-col">
        <MarketPicker instrument={instrument} instruments={props.instruments} />
        <span className="figures text-2xs text-faint">
          {instrument.symbol}
          {status !== 'open' && <span className="ml-2 text-warn">{STATUS_WORDS[status]}</span>}
        </span>
      </div>
      <div className="flex flex-col sm:min-w-[9.5rem]">
        <Flash value={last} className="figures self-start text-xl leading-7 font-semibold">
          <span data-testid="last">{last ? `$${grouped(last)}` : 'No trade yet'}</span>
        </Flash>
        <span className="figures text-xs">
          <Change change={change} /> <span className="text-faint max-sm:hidden">in 24 h</span>
        </span>
      </div>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-xs max-md:hidden">
        <Figure label="High 24 h">{day(ticker?.high_24h)}</Figure>
        <Figure label="Low 24 h">{day(ticker?.low_24h)}</Figure>
        <Figure label="Volume 24 h">{ticker ? `${compact(ticker.volume_24h)} units` : '–'}</Figure>
        <Figure label="Value 24 h">{ticker ? `$${compact(ticker.value_24h)}` : '–'}</Figure>
        <Figure label="Trades 24 h">{ticker ? ticker.trades_24h : '–'}</Figure>
      </dl>
      <div className="ml-auto flex items-center gap-5 text-xs">
        <SweepCountdown at={instrument.next_sweep_at} />
        <a
          href={playgroundPath(instrument.model)}
          className="rounded-sm border border-strong px-3 py-1.5 whitespace-nowrap hover:bg-raised max-sm:hidden"
        >
          Try this grade
        </a>
      </div>
    </div>
  )
}

/** The name of the market, which opens the list of all of them. */
function MarketPicker(props: { instrument: InstrumentOut; instruments: readonly InstrumentOut[] }) {
  return (
    <div className="relative -mx-1 flex items-center gap-1.5 self-start rounded-sm px-1 hover:bg-raised has-focus-visible:outline-2 has-focus-visible:outline-copper">
      <h1 className="text-lg leading-7 font-semibold whitespace-nowrap">{props.instrument.name}</h1>
      <svg viewBox="0 0 12 12" className="size-3 shrink-0 text-dim" aria-hidden="true">
        <path d="M2 4l4 4 4-4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
      <select
        aria-label="Market"
        value={props.instrument.id}
        onChange={(event) => go(marketPath(event.target.value))}
        className="absolute inset-0 w-full bg-panel text-ink opacity-0"
      >
        {props.instruments.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
    </div>
  )
}

function SweepCountdown(props: { at: string }) {
  const now = useNow(1_000)
  const left = Date.parse(props.at) - now
  return (
    <dl>
      <Figure
        label="Next sweep"
        title="Units bought are then moved into consumption"
        className="min-w-[4.5rem]"
      >
        {left <= 0 ? 'now' : countdown(left)}
      </Figure>
    </dl>
  )
}
