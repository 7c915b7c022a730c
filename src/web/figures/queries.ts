import { useQuery } from '@tanstack/react-query'
import type { IndexInterval, IndexName } from '../../bulletin/indices.ts'
import { useExchange } from '../data/exchange.tsx'

/** Closed hours change nothing; a new one comes once an hour, which in the sample market is a minute. */
const EACH_MS = 10_000

export function useIndices() {
  const { client } = useExchange()
  return useQuery({ queryKey: ['indices'], queryFn: () => client.indices.list(), refetchInterval: EACH_MS })
}

export function useIndexHistory(name: IndexName, interval: IndexInterval) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['indices', name, interval],
    queryFn: () => client.indices.history(name, { interval, limit: 168 }),
    refetchInterval: EACH_MS,
  })
}

export function useMachineGdp() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['machine gdp'],
    queryFn: () => client.indices.machineGdp(),
    refetchInterval: EACH_MS,
  })
}

export function useFixings() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['fixings'],
    queryFn: () => client.fixings.list({ period: 'hour', limit: 400 }),
    refetchInterval: EACH_MS,
  })
}

export function useEfficiency() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['efficiency'],
    queryFn: () => client.efficiency.list(),
    refetchInterval: EACH_MS,
  })
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
