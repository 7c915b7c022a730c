import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { FixingOut } from '../../bulletin/fixing.ts'
import type { IndexInterval, IndexName } from '../../bulletin/indices.ts'
import type { Client } from '../../client/client.ts'
import { useExchange } from '../data/exchange.tsx'

/** Sheets are no part of the stream. */
const EACH_MS = 10_000
/** What the stream tells is asked for once. */
const TOLD = { staleTime: 60_000 }

export function useIndices() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['indices'], queryFn: () => client.indices.list(), ...TOLD })
}

export function useIndexHistory(name: IndexName, interval: IndexInterval) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['index history', name, interval],
    queryFn: () => client.indices.history(name, { interval, limit: 168 }),
    ...TOLD,
  })
}

export function useMachineGdp() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['machine gdp'], queryFn: () => client.indices.machineGdp(), ...TOLD })
}

const FIXINGS = 400

export function useFixings() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['fixings'],
    queryFn: () => client.fixings.list({ period: 'hour', limit: FIXINGS }),
    ...TOLD,
  })
}

export function useEfficiency() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['efficiency'], queryFn: () => client.efficiency.list(), ...TOLD })
}

export function useIntelligence() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['intelligence'], queryFn: () => client.indices.intelligence(), ...TOLD })
}

export function useIntelligenceHistory() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['intelligence history'],
    queryFn: () => client.indices.intelligenceHours({ limit: 168 }),
    ...TOLD,
  })
}

type Fixings = Awaited<ReturnType<Client['fixings']['list']>>

/** A print put in front of those that were read; one of another period, or read already, is not. */
function withFixing(held: Fixings | undefined, fixing: FixingOut): Fixings | undefined {
  if (held === undefined || fixing.period !== 'hour' || held.data.some(({ id }) => id === fixing.id))
    return held
  return { ...held, data: [fixing, ...held.data].slice(0, FIXINGS) }
}

/** Keeps every number of the page as it is published, for as long as the page shows them. */
export function useFollowedPrints(): void {
  const { live } = useExchange()
  const queries = useQueryClient()
  useEffect(
    () =>
      live.prints((prints) => {
        for (const { series, row } of prints)
          if (series === 'fixing') queries.setQueryData<Fixings>(['fixings'], (held) => withFixing(held, row))
          else if (series === 'efficiency') queries.setQueryData([series], row.data)
          else queries.setQueryData([series.replace('_', ' ')], row)
        if (prints.every(({ series }) => series !== 'indices')) return
        void queries.invalidateQueries({ queryKey: ['index history'] })
        void queries.invalidateQueries({ queryKey: ['intelligence history'] })
      }),
    [live, queries],
  )
}

export function usePosted() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['posted'], queryFn: () => client.sheets.floors(), refetchInterval: EACH_MS })
}

export function useSheets() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['sheets'], queryFn: () => client.sheets.list(), refetchInterval: 60_000 })
}

export function useGaps() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['gaps'], queryFn: () => client.sheets.gaps(), refetchInterval: EACH_MS })
}

export function useMapping(instrument: string) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mapping', instrument],
    queryFn: () => client.sheets.mapping(instrument, { limit: 50 }),
    refetchInterval: 60_000,
  })
}
