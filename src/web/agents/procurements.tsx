import { useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import type { ProcurementOut } from '../../wire/procurement.ts'
import { useExchange } from '../data/exchange.tsx'
import { Button } from '../part/button.tsx'
import { Confirm } from '../part/confirm.tsx'
import { Empty, Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { dollars, trimmed } from '../shape/number.ts'
import { symbolOf } from '../shape/spec.ts'
import { ProcurementForm } from './procurement-form.tsx'
import { useProcurements, useRefreshAgents } from './queries.ts'

type Leg = ProcurementOut['buying']

function LegLine(props: { word: string; leg: Leg; price: string }) {
  const { leg } = props
  const isAt = Number(leg.quantity) > 0
  return (
    <p className="text-xs text-dim">
      {props.word} <span className="figures text-ink">{trimmed(leg.quantity)}</span> at{' '}
      <span className="figures">{dollars(props.price)}</span>
      {leg.held_up !== null ? (
        <span className="text-warn"> · held up: {leg.held_up.replaceAll('_', ' ')}</span>
      ) : (
        !isAt && <span className="text-faint"> · nothing to do</span>
      )}
    </p>
  )
}

function Standing(props: { one: ProcurementOut }) {
  const { one } = props
  const { client } = useExchange()
  const refresh = useRefreshAgents()
  const [asking, setAsking] = useState(false)
  const share = Number(one.target) === 0 ? 1 : Math.min(1, Number(one.on_hand) / Number(one.target))
  const words = `${trimmed(one.on_hand)} of ${trimmed(one.target)} units on hand`
  const market = symbolOf(one.instrument)
  return (
    <li className="border-t border-line px-3 py-3 first:border-t-0" data-testid="procurement">
      <div className="flex items-center gap-3">
        <h3 className="figures min-w-0 truncate font-semibold">{market}</h3>
        <span className="text-2xs text-faint">{one.mandate ?? one.id}</span>
        <Button
          small
          className="ml-auto"
          onClick={() => setAsking(true)}
          aria-label={`End procurement of ${market}`}
        >
          End
        </Button>
      </div>
      <div role="img" aria-label={words} className="mt-1 flex h-2 bg-raised">
        <div className="bg-bid" style={{ width: `${(share * 100).toFixed(2)}%` }} />
      </div>
      <p aria-hidden="true" className="text-2xs text-faint">
        {words}
      </p>
      <LegLine word="Bids for" leg={one.buying} price={one.buy_price} />
      {one.sell_price !== null && <LegLine word="Offers" leg={one.selling} price={one.sell_price} />}
      {asking && (
        <Confirm
          title={`End the procurement of ${market}?`}
          act="End it"
          onConfirm={async () => {
            await client.procurements.end(one.id)
            await refresh()
          }}
          onClose={() => setAsking(false)}
        >
          <p className="text-dim">Its orders are cancelled. What it has bought stays.</p>
        </Confirm>
      )}
    </li>
  )
}

/** What the exchange keeps on hand by itself. */
export function Procurements(props: { instruments: readonly InstrumentOut[] }) {
  const { data, error, refetch } = useProcurements()
  const [setting, setSetting] = useState(false)
  return (
    <Panel
      title="Procurement"
      aside={
        <Button small aria-expanded={setting} onClick={() => setSetting(!setting)}>
          {setting ? 'Close' : 'Keep stock'}
        </Button>
      }
    >
      {setting && <ProcurementForm instruments={props.instruments} onDone={() => setSetting(false)} />}
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting rows={3} />}
      {data?.length === 0 && (
        <Empty>Nothing is kept on hand. The exchange can bid for what is short, under your price.</Empty>
      )}
      <ul>
        {data?.map((one) => (
          <Standing key={one.id} one={one} />
        ))}
      </ul>
    </Panel>
  )
}
