import { useQuery } from '@tanstack/react-query'
import { useExchange } from '../data/exchange.tsx'
import { duration } from '../shape/clock.ts'
import { dollars, LOCALE, trimmed } from '../shape/number.ts'
import type { Run } from './completion.ts'
import { ReceiptCard } from './receipt-card.tsx'

/** Tokens a second between the first and the last; null before there are two. */
function speedOf(run: Run): number | null {
  if (run.firstTokenMs === null || run.lastTokenMs === null) return null
  const seconds = (run.lastTokenMs - run.firstTokenMs) / 1_000
  const tokens = run.usage?.completion_tokens ?? run.pieces
  return seconds <= 0 || tokens < 2 ? null : (tokens - 1) / seconds
}

/** The account's own record of the delivery, once it is settled. */
function useDelivery(run: Run | null) {
  const { client } = useExchange()
  const id = run?.note?.receipt ?? null
  return useQuery({
    queryKey: ['mine', 'delivery', id],
    queryFn: async () => (await client.deliveries.list({ limit: 20 })).data.find((one) => one.id === id) ?? null,
    enabled: id !== null && (run?.state === 'done' || run?.state === 'stopped'),
    refetchInterval: (query) => (query.state.data?.status === 'settled' ? false : 700),
  })
}

const VERDICT: Record<string, string> = {
  conforms: 'Conforms to the grade',
  conforming: 'Conforms to the grade',
}

/** Who delivered, how fast, how many units, at what price, and whether the grade was met. */
export function DeliveryFacts(props: { run: Run | null }) {
  const { run } = props
  const delivery = useDelivery(run)
  const settled = delivery.data?.status === 'settled' ? delivery.data : null
  const speed = run && speedOf(run)
  const units = settled?.units
  const cost = settled?.cost
  const price = settled && Number(settled.units) > 0 ? Number(settled.cost) / Number(settled.units) : null
  const verdict = settled?.verdict ?? null
  const lines: [label: string, value: string | null | undefined][] = [
    ['Supplier', run?.note?.supplier],
    ['First token', run?.firstTokenMs == null ? null : duration(Math.round(run.firstTokenMs))],
    ['Tokens per second', speed == null ? null : speed.toFixed(speed < 100 ? 1 : 0)],
    ['Tokens in', settled?.input_tokens?.toLocaleString(LOCALE) ?? run?.usage?.prompt_tokens.toLocaleString(LOCALE)],
    ['Tokens out', settled?.output_tokens?.toLocaleString(LOCALE) ?? run?.usage?.completion_tokens.toLocaleString(LOCALE)],
    ['Units drawn', units === undefined ? null : trimmed(units)],
    ['Average price', price === null ? null : `$${price.toFixed(4)} per unit`],
    ['Verdict', verdict === null ? null : (VERDICT[verdict] ?? verdict.replaceAll('_', ' '))],
  ]
  return (
    <aside aria-label="Delivery" className="flex min-w-0 flex-col gap-5 border-line p-4 max-lg:border-t lg:border-l" data-testid="delivery">
      <div>
        <p className="text-xs text-faint">Cost</p>
        <p className="figures text-2xl leading-9 font-semibold" data-testid="cost">
          {cost === undefined ? '–' : dollars(cost)}
        </p>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {lines.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-faint">{label}</dt>
            <dd className="figures truncate text-right" data-testid={`fact-${label.toLowerCase().replaceAll(' ', '-')}`}>
              {value ?? '–'}
            </dd>
          </div>
        ))}
      </dl>
      {run?.note?.receipt && (run.state === 'done' || run.state === 'stopped') && <ReceiptCard id={run.note.receipt} />}
    </aside>
  )
}
