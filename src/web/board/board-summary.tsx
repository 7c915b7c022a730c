import { useEffect, useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useExchange } from '../data/exchange.tsx'
import { useNow } from '../data/now.ts'
import { Figure } from '../part/figure.tsx'
import { countdown } from '../shape/clock.ts'
import { compact, LOCALE } from '../shape/number.ts'

type Totals = { value: number; trades: number }

/**
 * Sums over all markets, taken twice a second: nobody reads a total faster. None before all markets have
 * been heard of: it would be too small.
 */
function useTotals(instruments: readonly InstrumentOut[]): Totals | undefined {
  const { live } = useExchange()
  const [totals, setTotals] = useState<Totals>()
  useEffect(() => {
    const sum = () => {
      let [value, trades] = [0, 0]
      for (const instrument of instruments) {
        const ticker = live.ticker(instrument.id).get()
        if (ticker === null) return
        value += Number(ticker.value_24h)
        trades += ticker.trades_24h
      }
      setTotals((before) =>
        before?.value === value && before.trades === trades ? before : { value, trades },
      )
    }
    if (instruments.length > 0) sum()
    const timer = setInterval(sum, 500)
    return () => clearInterval(timer)
  }, [instruments, live])
  return totals
}

const NONE: readonly InstrumentOut[] = []

/** What this is, in a sentence, and how much of it changed hands today. */
export function BoardSummary(props: { instruments: readonly InstrumentOut[] | undefined }) {
  const instruments = props.instruments ?? NONE
  const totals = useTotals(instruments)
  const now = useNow(1_000)
  const sweeps = instruments.map((instrument) => Date.parse(instrument.next_sweep_at))
  const next = sweeps.length === 0 ? undefined : Math.min(...sweeps)
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-10 gap-y-4 px-3 pt-5 pb-4 sm:px-4">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Markets</h1>
        <p className="mt-1 max-w-[62ch] text-pretty text-dim">
          Inference by grade, not by model. One unit is a million output tokens that meet the grade, whoever
          delivers them. Prices are US dollars per unit.
        </p>
      </div>
      <dl className="flex gap-8 text-base">
        <Figure label="Value 24 h">{totals ? `$${compact(String(totals.value))}` : '–'}</Figure>
        <Figure label="Trades 24 h">{totals ? totals.trades.toLocaleString(LOCALE) : '–'}</Figure>
        <Figure
          label="Next sweep"
          title="When units bought are moved into consumption"
          className="min-w-[5.5rem]"
        >
          {next === undefined ? '–' : countdown(next - now)}
        </Figure>
      </dl>
    </div>
  )
}
