import type { ApprovalOut } from '../../wire/mandate.ts'
import { useExchange } from '../data/exchange.tsx'
import { useNow } from '../data/now.ts'
import { Button } from '../part/button.tsx'
import { Panel } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { countdown } from '../shape/clock.ts'
import { dollars, trimmed } from '../shape/number.ts'
import { symbolOf } from '../shape/spec.ts'
import { useAct, useApprovals } from './queries.ts'

/** What is asked for, in one line. */
const wishOf = ({ kind, side, quantity, instrument, price }: ApprovalOut): string => {
  const what = `${trimmed(quantity)} ${symbolOf(instrument)}`
  const at = price === null ? 'at the market' : `at ${dollars(price)} at most`
  return kind === 'request'
    ? `A request for ${what}, bought ${at}`
    : `${side === 'buy' ? 'Buy' : 'Sell'} ${what} ${at}`
}

function Waiting(props: { approval: ApprovalOut; now: number }) {
  const { approval } = props
  const { client } = useExchange()
  const answer = useAct((approves: boolean) =>
    approves ? client.approvals.approve(approval.id) : client.approvals.refuse(approval.id),
  )
  return (
    <li className="border-t border-line px-3 py-2 first:border-t-0" data-testid="approval">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 grow basis-64">
          <p>{wishOf(approval)}</p>
          <p className="text-xs text-dim">
            <span className="figures">{approval.mandate}</span> · would cost{' '}
            <span className="figures text-ink">{dollars(approval.cost)}</span>, above{' '}
            <span className="figures">{dollars(approval.threshold)}</span> · lapses in{' '}
            {countdown(Date.parse(approval.expires_at) - props.now)}
          </p>
        </div>
        <div className="flex gap-2">
          <Button
            small
            disabled={answer.isPending}
            onClick={() => answer.mutate(false)}
            aria-label={`Refuse ${approval.id}`}
          >
            Refuse
          </Button>
          <Button
            small
            look="copper"
            disabled={answer.isPending}
            onClick={() => answer.mutate(true)}
            aria-label={`Approve ${approval.id}`}
          >
            Approve
          </Button>
        </div>
      </div>
      {answer.error && <Problem error={answer.error} />}
    </li>
  )
}

/** Orders and requests that wait for a person's answer. Nothing is shown where none does. */
export function Approvals() {
  const { data, error, refetch } = useApprovals()
  const now = useNow(1_000)
  const rows = data?.data ?? []
  if (error) return <Problem error={error} onRetry={() => void refetch()} />
  if (rows.length === 0) return null
  return (
    <Panel title="Waiting for your answer" aside={<span>{rows.length}</span>}>
      <ul>
        {rows.map((approval) => (
          <Waiting key={approval.id} approval={approval} now={now} />
        ))}
      </ul>
    </Panel>
  )
}
