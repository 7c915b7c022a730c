import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { OrderRequest, PreviewOut } from '../../wire/order.ts'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { Problem } from '../part/problem.tsx'
import { dollars, grouped, trimmed } from '../shape/number.ts'
import type { Draft } from './ticket-draft.ts'

const PAUSE_MS = 250
const AGAIN_MS = 2_000

/** The value as it was when it last stood still for a moment. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** What the order would do to the book as it stands, and cost. Asked again while the book moves. */
export function TicketPreview(props: {
  instrument: InstrumentOut
  order: OrderRequest | undefined
  draft: Draft
  enabled: boolean
}) {
  const { client } = useExchange()
  const body = useSettled(props.order === undefined ? '' : JSON.stringify(props.order))
  const preview = useQuery({
    queryKey: ['mine', 'preview', body],
    queryFn: () => client.orders.preview(JSON.parse(body) as OrderRequest),
    enabled: props.enabled && body !== '',
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  })
  const known = body === '' || props.order === undefined ? undefined : preview.data
  return (
    <div className="flex flex-col gap-2" data-testid="preview" aria-live="polite">
      <PreviewLines preview={known} />
      {props.enabled && <Available instrument={props.instrument} side={props.draft.side} />}
      {known?.refusal && (
        <p className="border-l-2 border-warn bg-raised px-3 py-2 text-pretty">
          Would be refused: {known.refusal.detail}{' '}
          <code className="figures text-xs text-dim">{known.refusal.code}</code>
        </p>
      )}
      {body !== '' && preview.error && <Problem error={preview.error} />}
    </div>
  )
}

function PreviewLines(props: { preview: PreviewOut | undefined }) {
  const { preview } = props
  const fills = preview !== undefined && Number(preview.fill_quantity) > 0
  const rests = preview !== undefined && Number(preview.rest_quantity) > 0
  const lines: [label: string, value: string | undefined][] = [
    ['Fills at once', preview && `${trimmed(preview.fill_quantity)} units`],
    ['Average price', fills && preview.average_price ? grouped(preview.average_price) : undefined],
    ['Rests in the book', preview && (rests ? `${trimmed(preview.rest_quantity)} units` : 'nothing')],
    ['Value filled', fills ? dollars(preview.value) : undefined],
    ['Fee', preview && dollars(preview.fee)],
    ['Held until done', preview && holdText(preview)],
  ]
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-xs">
      {lines.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-faint">{label}</dt>
          <dd className="figures truncate text-right">{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

const holdText = (preview: PreviewOut): string =>
  preview.hold
    .map(({ asset, amount }) => (asset === 'USD' ? dollars(amount) : `${trimmed(amount)} ${asset}`))
    .join(', ') || 'nothing'

function Available(props: { instrument: InstrumentOut; side: Draft['side'] }) {
  const balances = useCell(useExchange().mine.balances)
  const asset = props.side === 'buy' ? 'USD' : props.instrument.id.replace(/-USD$/, '')
  const balance = balances?.find((one) => one.asset === asset)
  const free = balance?.available ?? '0'
  return (
    <p className="flex justify-between gap-3 border-t border-line pt-2 text-xs">
      <span className="text-faint">You have</span>
      <span className="figures">{asset === 'USD' ? dollars(free) : `${trimmed(free)} units`}</span>
    </p>
  )
}
