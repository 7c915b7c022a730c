import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { OrderAmendment, OrderOut } from '../../wire/order.ts'
import { useExchange } from '../data/exchange.tsx'
import { Button } from '../part/button.tsx'
import { Empty } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { clock } from '../shape/clock.ts'
import { grouped, trimmed } from '../shape/number.ts'

const COLUMNS: readonly Column[] = [
  { label: 'Side' },
  { label: 'Price', align: 'right' },
  { label: 'Units', align: 'right' },
  { label: 'Filled', align: 'right' },
  { label: 'Since', align: 'right', className: 'max-sm:hidden' },
  { label: 'Act', align: 'right' },
]

/** Orders that work in the book, each with its way out and a way to change it. */
export function OpenOrders(props: { orders: readonly OrderOut[]; instrument: InstrumentOut }) {
  if (props.orders.length === 0) return <Empty>No open orders in this market.</Empty>
  return (
    <>
      <Table label="Open orders" columns={COLUMNS}>
        {props.orders.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </Table>
      {props.orders.length > 1 && <CancelAll instrument={props.instrument} />}
    </>
  )
}

function OrderRow(props: { order: OrderOut }) {
  const { order } = props
  const { client } = useExchange()
  const [editing, setEditing] = useState(false)
  const cancel = useMutation({ mutationFn: () => client.orders.cancel(order.id) })
  if (editing) return <AmendRow order={order} onDone={() => setEditing(false)} />
  return (
    <>
      <tr className="h-9 border-t border-line" data-testid="open-order">
        <td className={`px-3 ${order.side === 'buy' ? 'text-bid' : 'text-ask'}`}>
          {order.side === 'buy' ? 'Buy' : 'Sell'}
        </td>
        <td className="px-3 text-right">{grouped(order.price)}</td>
        <td className="px-3 text-right">{trimmed(order.quantity)}</td>
        <td className="px-3 text-right text-dim">{trimmed(order.filled_quantity)}</td>
        <td className="px-3 text-right text-faint max-sm:hidden">{clock(order.created_at)}</td>
        <td className="px-3 text-right whitespace-nowrap">
          <Button small onClick={() => setEditing(true)} aria-label={`Change order ${order.id}`}>
            Change
          </Button>{' '}
          <Button
            small
            disabled={cancel.isPending}
            onClick={() => cancel.mutate()}
            aria-label={`Cancel order ${order.id}`}
            data-testid="cancel-order"
          >
            Cancel
          </Button>
        </td>
      </tr>
      {cancel.error && (
        <tr>
          <td colSpan={COLUMNS.length}>
            <Problem error={cancel.error} />
          </td>
        </tr>
      )}
    </>
  )
}

function AmendRow(props: { order: OrderOut; onDone: () => void }) {
  const { order } = props
  const { client } = useExchange()
  const [price, setPrice] = useState(order.price)
  const [quantity, setQuantity] = useState(order.quantity)
  const amend = useMutation({
    mutationFn: (change: OrderAmendment) => client.orders.amend(order.id, change),
    onSuccess: props.onDone,
  })
  const change: OrderAmendment = {
    ...(Number(price) !== Number(order.price) && { price }),
    ...(Number(quantity) !== Number(order.quantity) && { quantity }),
  }
  const keepsPlace = change.price === undefined && Number(quantity) <= Number(order.quantity)
  const field = 'figures h-7 w-24 border border-strong bg-ground px-2 text-right'
  return (
    <tr className="border-t border-line">
      <td colSpan={COLUMNS.length} className="p-3">
        <form
          className="flex flex-wrap items-center gap-2 font-sans"
          onSubmit={(event) => {
            event.preventDefault()
            if (Object.keys(change).length === 0) props.onDone()
            else amend.mutate(change)
          }}
        >
          <span className={order.side === 'buy' ? 'text-bid' : 'text-ask'}>
            {order.side === 'buy' ? 'Buy' : 'Sell'}
          </span>
          <label className="flex items-center gap-2">
            Price{' '}
            <input
              value={price}
              onChange={(event) => setPrice(event.target.value)}
              inputMode="decimal"
              className={field}
            />
          </label>
          <label className="flex items-center gap-2">
            Units{' '}
            <input
              value={quantity}
              onChange={(event) => setQuantity(event.target.value)}
              inputMode="decimal"
              className={field}
            />
          </label>
          <span className="text-faint">
            {keepsPlace ? 'Keeps its place in the queue.' : 'Goes to the end of the queue.'}
          </span>
          <span className="ml-auto flex gap-2">
            <Button small onClick={props.onDone}>
              Back
            </Button>
            <Button small type="submit" look="copper" disabled={amend.isPending}>
              Change order
            </Button>
          </span>
        </form>
        {amend.error && <Problem error={amend.error} />}
      </td>
    </tr>
  )
}

function CancelAll(props: { instrument: InstrumentOut }) {
  const { client } = useExchange()
  const cancel = useMutation({
    mutationFn: () => client.orders.cancelAll({ instrument: props.instrument.id }),
  })
  return (
    <div className="flex flex-col items-end gap-2 border-t border-line p-3">
      <Button small disabled={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel all in this market
      </Button>
      {cancel.error && <Problem error={cancel.error} />}
    </div>
  )
}
