import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useExchange } from '../data/exchange.tsx'

/** The stream tells what is traded and delivered; what is lent, and what waits, is asked for. */
const EACH_MS = 3_000

export function useMandates() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'agents', 'mandates'],
    queryFn: () => client.mandates.list(),
    refetchInterval: EACH_MS,
  })
}

export function useApprovals() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'agents', 'approvals'],
    queryFn: () => client.approvals.list({ status: 'pending', limit: 100 }),
    refetchInterval: EACH_MS,
  })
}

export function useProcurements() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'agents', 'procurements'],
    queryFn: () => client.procurements.list(),
    refetchInterval: EACH_MS,
  })
}

export function useLimits() {
  const { client } = useExchange()
  return useQuery({
    queryKey: ['mine', 'agents', 'limits'],
    queryFn: () => client.limits(),
    refetchInterval: EACH_MS,
  })
}

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
