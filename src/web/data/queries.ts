import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { errorOf } from '../../client/problem.ts'
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

/** Follows the account that is signed in, for as long as the page stands. */
export function useFollowedAccount(): void {
  const { mine, send } = useExchange()
  const queries = useQueryClient()
  const account = useAccount().data?.id
  useEffect(() => {
    if (account === undefined) return undefined
    return mine.follow(async () => {
      const open = async () => {
        const response = await send('POST', '/v1/ws-tickets')
        if (!response.ok) throw await errorOf(response)
        return ((await response.json()) as { ticket: string }).ticket
      }
      try {
        return await open()
      } catch (error) {
        if (!signedOut(error)) throw error
      }
      // The session is over, and with it perhaps the venue that gave it: another may begin.
      await queries.refetchQueries({ queryKey: ['mine', 'account'] })
      return open()
    })
  }, [account, mine, queries, send])
}

/** The last fills of before the page was opened; later ones are told. */
export function useFills(instrument: string) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'fills', instrument],
    queryFn: () => client.fills.list({ instrument, limit: 50 }),
    staleTime: 60_000,
  })
}
