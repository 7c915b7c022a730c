import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Client } from '../../client/client.ts'
import { useExchange } from '../data/exchange.tsx'

/** The stream tells what is traded and delivered; what is lent, and what waits, is asked for. */
const EACH_MS = 3_000

function useAsked<Answer>(what: string, ask: (client: Client) => Promise<Answer>) {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'agents', what],
    queryFn: () => ask(client),
    refetchInterval: EACH_MS,
  })
}

export const useMandates = () => useAsked('mandates', (client) => client.mandates.list())

export const useApprovals = () =>
  useAsked('approvals', (client) => client.approvals.list({ status: 'pending', limit: 100 }))

export const useProcurements = () => useAsked('procurements', (client) => client.procurements.list())

export const useLimits = () => useAsked('limits', (client) => client.limits())

/** Has everything on the page asked again. */
export function useRefreshAgents(): () => Promise<void> {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['mine', 'agents'] })
}

/** Something the reader does, after which the page is asked again. */
export function useAct<Given>(act: (given: Given) => Promise<unknown>, onDone?: () => void) {
  const refresh = useRefreshAgents()
  return useMutation({ mutationFn: act, onSuccess: () => onDone?.(), onSettled: refresh })
}
