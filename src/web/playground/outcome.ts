import { useQuery } from '@tanstack/react-query'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import type { Run } from './completion.ts'

/** What a delivery came to, as decimal text. */
export type Outcome = {
  supplier: string
  units: string
  cost: string
  verdict: string | null
  inputTokens: number | null
  outputTokens: number | null
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** What the exchange added to the last event of the stream, if it came to that. */
function noted(run: Run): Outcome | null {
  const note = run.delivery
  const [supplier, units, cost] = [text(note?.supplier), text(note?.units), text(note?.cost)]
  if (supplier === null || units === null || cost === null) return null
  return {
    supplier,
    units,
    cost,
    verdict: text(note?.verdict),
    inputTokens: run.usage?.prompt_tokens ?? null,
    outputTokens: run.usage?.completion_tokens ?? null,
  }
}

/**
 * How the delivery ended: from the stream's own last words, or, where it was cut, from the account's records,
 * which are followed.
 */
export function useOutcome(run: Run | null): Outcome | null {
  const { client, mine } = useExchange()
  const deliveries = useCell(mine.deliveries)
  const fromStream = run && noted(run)
  const id = run?.note?.receipt ?? null
  const isOver = run?.state === 'done' || run?.state === 'stopped' || run?.state === 'failed'
  const record = useQuery({
    queryKey: ['mine', 'delivery', id],
    queryFn: async () =>
      (await client.deliveries.list({ limit: 20 })).data.find((one) => one.id === id) ?? null,
    enabled: id !== null && isOver && fromStream === null,
  })
  if (fromStream) return fromStream
  const told = deliveries.find((one) => one.id === id)
  const found = told ?? record.data
  if (found == null || found.status === 'open') return null
  return {
    supplier: found.supplier,
    units: found.units,
    cost: found.cost ?? '0',
    verdict: found.verdict ?? found.status,
    inputTokens: found.input_tokens,
    outputTokens: found.output_tokens,
  }
}
