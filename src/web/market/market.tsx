import { useCallback, useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useMarketFeed } from '../data/market-feed.ts'
import { Choice } from '../part/choice.tsx'
import { BookLadder } from './book-ladder.tsx'
import { DepthChart } from './depth-chart.tsx'
import { Mine } from './mine.tsx'
import { PriceChart } from './price-chart.tsx'
import { SpecCard } from './spec-card.tsx'
import { Strip } from './strip.tsx'
import { Tape } from './tape.tsx'
import { Ticket } from './ticket.tsx'

const PARTS = [
  { value: 'chart', label: 'Chart' },
  { value: 'book', label: 'Book' },
  { value: 'trade', label: 'Trade' },
  { value: 'mine', label: 'Account' },
  { value: 'spec', label: 'Grade' },
] as const
type Part = (typeof PARTS)[number]['value']

/** One market. Wide windows show all of it; a phone shows one part at a time. */
export function Market(props: { instrument: InstrumentOut; instruments: readonly InstrumentOut[] }) {
  const { instrument } = props
  const feed = useMarketFeed(instrument)
  const [part, setPart] = useState<Part>('chart')
  const [picked, setPicked] = useState<{ price: string } | null>(null)
  const pick = useCallback((price: string) => setPicked({ price }), [])
  const on = (name: Part) => (name === part ? '' : 'max-md:hidden')
  return (
    <div className="flex min-w-0 grow flex-col" data-testid="market">
      <Strip instrument={instrument} instruments={props.instruments} />
      <div className="sticky top-[51px] z-10 bg-panel px-3 py-2 md:hidden">
        <Choice label="Part of the market" options={PARTS} value={part} onChange={setPart} />
      </div>
      <div className="market-grid min-w-0 grow md:gap-1.5 md:p-1.5">
        <div className="market-column">
          <PriceChart instrument={instrument} feed={feed} className={`[grid-area:chart] ${on('chart')}`} />
          <Mine instrument={instrument} className={`grow [grid-area:mine] ${on('mine')}`} />
          <SpecCard instrument={instrument} className={`[grid-area:spec] ${on('spec')}`} />
        </div>
        <div className="market-column">
          <BookLadder
            instrument={instrument}
            feed={feed}
            onPick={pick}
            className={`[grid-area:book] ${on('book')}`}
          />
          <Tape feed={feed} className={`grow [grid-area:tape] ${on('book')}`} />
        </div>
        <div className="market-column">
          <Ticket instrument={instrument} picked={picked} className={`[grid-area:ticket] ${on('trade')}`} />
          <DepthChart instrument={instrument} feed={feed} className={`[grid-area:depth] ${on('chart')}`} />
        </div>
      </div>
    </div>
  )
}
