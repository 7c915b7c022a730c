import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { CandleInterval } from '../../wire/market.ts'
import { signedOut, useExchange } from './exchange.tsx'

/**
 * Everything listed. Specs change seldom; the next sweep is counted down from here, so it is asked again by
 * then.
 */
export function useInstruments() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['instruments'],
    queryFn: () => client.instruments.list(),
    staleTime: 60_000,
    refetchInterval: 60_000,
  })
}

/** Puts the tickers into their cells and keeps them live for as long as the page stands. */
export function useTickers(instruments: readonly string[]): { error: Error | null; isReady: boolean } {
  const { client, live } = useExchange()
  const query = useQuery({ queryKey: ['tickers'], queryFn: () => client.tickers(), staleTime: 60_000 })
  useEffect(() => {
    if (query.data) live.seed(query.data)
  }, [query.data, live])
  const names = instruments.join(' ')
  useEffect(() => (names === '' ? undefined : live.watchTickers(names.split(' '))), [names, live])
  return { error: query.error, isReady: query.data !== undefined }
}

/** Candles, oldest first. */
export function useCandles(
  instrument: string,
  interval: CandleInterval,
  limit: number,
  refetchMs: number | false,
) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['candles', instrument, interval, limit],
    queryFn: () => client.candles(instrument, { interval, limit }),
    staleTime: 30_000,
    refetchInterval: refetchMs,
  })
}

/** Who is signed in, by the demo's cookie or a pasted key; null when nobody is. */
export function useAccount() {
  const { client, hasKey } = useExchange()
  return useQuery({
    queryKey: ['mine', 'account', hasKey],
    queryFn: async () => {
      try {
        return await client.account()
      } catch (error) {
        if (!signedOut(error) || hasKey) throw error
      }
      // A venue that gives out sessions gives one with its page: sessions end, and with a restart all of them
      // do.
      await fetch('/')
      try {
        return await client.account()
      } catch (error) {
        if (signedOut(error)) return null
        throw error
      }
    },
    staleTime: 300_000,
  })
}

/** What the account has; asked again every few seconds while it is looked at. */
export function useBalances(enabled: boolean) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'balances'],
    queryFn: () => client.balances(),
    enabled,
    refetchInterval: 3_000,
  })
}

export function useLots(enabled: boolean) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'lots'],
    queryFn: () => client.lots(),
    enabled,
    refetchInterval: 5_000,
  })
}

export function useOpenOrders(instrument: string, enabled: boolean) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'orders', instrument],
    queryFn: () => client.orders.list({ instrument, status: 'open', limit: 100 }),
    enabled,
    refetchInterval: 2_000,
  })
}

export function useFills(instrument: string, enabled: boolean) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'fills', instrument],
    queryFn: () => client.fills.list({ instrument, limit: 50 }),
    enabled,
    refetchInterval: 3_000,
  })
}

/** Asks again for everything of the account, after something the page itself did. */
export function useRefreshMine(): () => void {
  const queries = useQueryClient()
  return () => void queries.invalidateQueries({ queryKey: ['mine'], refetchType: 'active' })
}
