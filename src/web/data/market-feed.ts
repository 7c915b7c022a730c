import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Depth } from '../../client/stream.ts'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { TradeOut } from '../../wire/market.ts'
import type { Cell } from './cell.ts'
import { createCell } from './cell.ts'
import { useExchange } from './exchange.tsx'

/** One market as it moves. The book was checked against its sequence and checksum before it came here. */
export type MarketFeed = {
  depth: Cell<Depth | null>
  /** Newest first. */
  tape: Cell<readonly TradeOut[]>
  /** Told at once of each batch of trades, oldest first. */
  onTrades: (listener: (trades: readonly TradeOut[]) => void) => () => void
}

const TAPE_LENGTH = 60

/** Both lists as one, newest first, each trade once. */
function merged(held: readonly TradeOut[], more: readonly TradeOut[]): readonly TradeOut[] {
  const known = new Set(held.map((trade) => trade.id))
  const fresh = more.filter((trade) => !known.has(trade.id))
  if (fresh.length === 0) return held
  const number = (trade: TradeOut) => Number(trade.id.slice(trade.id.indexOf('_') + 1))
  return [...fresh, ...held].sort((a, b) => number(b) - number(a)).slice(0, TAPE_LENGTH)
}

function createFeed() {
  const depth = createCell<Depth | null>(null)
  const tape = createCell<readonly TradeOut[]>([])
  const listeners = new Set<(trades: readonly TradeOut[]) => void>()
  let held: readonly TradeOut[] = []
  const add = (trades: readonly TradeOut[]) => {
    held = merged(held, trades)
    tape.set(held)
  }
  return {
    depth,
    tape,
    add,
    take: (trades: readonly TradeOut[]) => {
      add(trades)
      for (const tell of listeners) tell(trades)
    },
    onTrades(listener: (trades: readonly TradeOut[]) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What was missed while the line was down is asked for again, once it is back. */
function useCatchUp(instrument: string): void {
  const { live } = useExchange()
  const queries = useQueryClient()
  useEffect(() => {
    let wasLost = false
    return live.connection.subscribe(() => {
      const status = live.connection.get()
      if (status === 'open' && wasLost) {
        void queries.invalidateQueries({ queryKey: ['candles', instrument] })
        void queries.invalidateQueries({ queryKey: ['trades', instrument] })
      }
      wasLost = status === 'lost' || (wasLost && status !== 'open')
    })
  }, [instrument, live, queries])
}

/** The live book and tape of one market, for as long as the component stands. */
export function useMarketFeed(instrument: InstrumentOut): MarketFeed {
  const { client, live } = useExchange()
  const [feed] = useState(createFeed)
  const { id, price_increment, quantity_increment } = instrument
  const past = useQuery({
    queryKey: ['trades', id],
    queryFn: () => client.trades(id, { limit: TAPE_LENGTH }),
    staleTime: 10_000,
  })
  useEffect(() => {
    if (past.data) feed.add(past.data.data)
  }, [past.data, feed])
  useEffect(
    () => live.book({ id, price_increment, quantity_increment }, feed.depth.set),
    [id, price_increment, quantity_increment, feed, live],
  )
  useEffect(() => live.trades(id, feed.take), [id, feed, live])
  useCatchUp(id)
  return feed
}
