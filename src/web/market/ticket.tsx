import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { freshId } from '../../client/transport.ts'
import { BusbarError } from '../../client/problem.ts'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { OrderOut, OrderRequest } from '../../wire/order.ts'
import { useExchange } from '../data/exchange.tsx'
import { useAccount } from '../data/queries.ts'
import { Button } from '../part/button.tsx'
import { Choice } from '../part/choice.tsx'
import { Panel } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { trimmed } from '../shape/number.ts'
import { orderSentence } from '../shape/order.ts'
import { SignIn } from '../shell/sign-in.tsx'
import type { Draft } from './ticket-draft.ts'
import { emptyDraft, requestOf } from './ticket-draft.ts'
import { TicketFields } from './ticket-fields.tsx'
import { TicketPreview } from './ticket-preview.tsx'

const TYPES = [
  { value: 'limit', label: 'Limit' },
  { value: 'market', label: 'Market' },
] as const

/** Sends an order. A repeat after an unknown outcome keeps its id, so that it cannot become two orders. */
function usePlace(onPlaced: () => void) {
  const { client } = useExchange()
  const id = useRef<string>(undefined)
  return useMutation({
    mutationFn: (order: OrderRequest) => {
      id.current ??= freshId()
      return client.orders.place({ ...order, client_order_id: id.current })
    },
    onSuccess: () => {
      id.current = undefined
      onPlaced()
    },
    onError: (error) => {
      if (error instanceof BusbarError && error.outcome === 'rejected') id.current = undefined
    },
  })
}

/** Buys and sells. What an order would do is asked of the exchange while it is being written. */
export function Ticket(props: {
  instrument: InstrumentOut
  picked: { price: string } | null
  className?: string
}) {
  const { instrument, picked } = props
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const account = useAccount()
  const place = usePlace(() => setDraft((before) => ({ ...before, quantity: '' })))
  const order = requestOf(draft, instrument)
  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }))
    if (!place.isPending) place.reset()
  }
  useEffect(() => {
    if (picked) setDraft((before) => ({ ...before, type: 'limit', price: picked.price }))
  }, [picked])
  const verb = draft.side === 'buy' ? 'Buy' : 'Sell'
  return (
    <Panel
      title="Order"
      aside={
        <Choice label="Order type" options={TYPES} value={draft.type} onChange={(type) => change({ type })} />
      }
      {...(props.className ? { className: props.className } : {})}
    >
      <form
        className="flex flex-col gap-3 p-3"
        data-testid="ticket"
        onSubmit={(event) => {
          event.preventDefault()
          if (order) place.mutate(order)
        }}
      >
        <TicketFields instrument={instrument} draft={draft} onChange={change} />
        <TicketPreview instrument={instrument} order={order} draft={draft} enabled={account.data != null} />
        {account.data == null ? (
          <SignIn what="trade" />
        ) : (
          <Button
            type="submit"
            look={draft.side === 'buy' ? 'bid' : 'ask'}
            disabled={order === undefined || place.isPending}
            data-testid="submit-order"
          >
            {place.isPending ? 'Sending' : order ? `${verb} ${trimmed(order.quantity)} units` : verb}
          </Button>
        )}
        <TicketResult error={place.error} order={place.data} />
      </form>
    </Panel>
  )
}

function TicketResult(props: { error: unknown; order: OrderOut | undefined }) {
  if (props.error) return <Problem error={props.error} />
  if (props.order === undefined) return null
  return (
    <p
      role="status"
      data-testid="ticket-result"
      className="border-l-2 border-bid bg-bid-bar px-3 py-2 text-pretty"
    >
      {orderSentence(props.order)}
    </p>
  )
}
