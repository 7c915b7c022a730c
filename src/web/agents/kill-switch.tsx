import { useState } from 'react'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { useAccount } from '../data/queries.ts'
import { Button } from '../part/button.tsx'
import { Confirm } from '../part/confirm.tsx'
import { Panel } from '../part/panel.tsx'
import { TextField } from '../part/text-field.tsx'
import { useLimits, useRefreshAgents } from './queries.ts'

function countOf(orders: number | undefined): string {
  if (orders === undefined) return 'Open orders are being read.'
  return orders === 0 ? 'No order is open.' : `${orders} ${orders === 1 ? 'order is' : 'orders are'} open.`
}

/** Ends what is open, or everything that could be opened. */
export function KillSwitch() {
  const { client, mine } = useExchange()
  const refresh = useRefreshAgents()
  const orders = useCell(mine.orders)
  const limits = useLimits()
  const account = useAccount().data
  const [asking, setAsking] = useState<'cancel' | 'stop' | null>(null)
  const [reason, setReason] = useState('')
  const killed = limits.data?.killed ?? null
  const whole = account?.mandate == null ? 'the account' : `the mandate ${account.mandate}`
  const close = () => setAsking(null)
  return (
    <Panel title="Kill switch" bodyClassName="gap-3 p-3">
      {killed !== null && (
        <p className="border-l-2 border-ask bg-raised px-3 py-2" role="status" data-testid="killed">
          The account is stopped: {killed}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-xs text-dim">{countOf(orders?.length)}</p>
        <Button small disabled={orders?.length === 0} onClick={() => setAsking('cancel')}>
          Cancel all orders
        </Button>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 grow basis-48 text-xs text-pretty text-dim">
          Stop {whole}: orders are cancelled, and nothing more is placed or drawn.
        </p>
        <Button small look="ask" disabled={killed !== null} onClick={() => setAsking('stop')}>
          Stop everything
        </Button>
      </div>
      {asking === 'cancel' && (
        <Confirm
          title="Cancel all orders?"
          act="Cancel them"
          onConfirm={() => client.orders.cancelAll({})}
          onClose={close}
        >
          <p className="text-dim">Every open order of the account ends, in every market.</p>
        </Confirm>
      )}
      {asking === 'stop' && (
        <Confirm
          title={`Stop ${whole}?`}
          act="Stop everything"
          isReady={reason.trim() !== ''}
          onConfirm={async () => {
            await client.stop(reason.trim())
            await refresh()
          }}
          onClose={close}
        >
          <p className="text-dim">
            Orders are cancelled at once; nothing is placed and no units are drawn until the operator of the
            venue releases it.
          </p>
          <TextField label="Reason, on the record" value={reason} onChange={setReason} most={200} />
        </Confirm>
      )}
    </Panel>
  )
}
