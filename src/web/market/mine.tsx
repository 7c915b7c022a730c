import { useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useAccount, useBalances, useFills, useLots, useOpenOrders } from '../data/queries.ts'
import { Empty, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import type { Tab } from '../part/tabs.tsx'
import { Tabs } from '../part/tabs.tsx'
import { Balances } from './balances.tsx'
import { Fills } from './fills.tsx'
import { Lots } from './lots.tsx'
import { OpenOrders } from './open-orders.tsx'

type Name = 'orders' | 'fills' | 'balances' | 'lots'

/** What the reader has in this market: orders that work, fills, balances, and lots with their time left. */
export function Mine(props: { instrument: InstrumentOut; className?: string }) {
  const { instrument } = props
  const [chosen, choose] = useState<Name>('orders')
  const account = useAccount()
  const isSignedIn = account.data != null
  const orders = useOpenOrders(instrument.id, isSignedIn)
  const lots = useLots(isSignedIn)
  const ownLots = lots.data?.data.filter((lot) => lot.instrument === instrument.id)
  const tabs: readonly Tab<Name>[] = [
    { name: 'orders', label: 'Open orders', count: orders.data?.data.length },
    { name: 'fills', label: 'Fills' },
    { name: 'balances', label: 'Balances' },
    { name: 'lots', label: 'Lots', count: ownLots?.length },
  ]
  return (
    <Tabs
      label="Your account"
      tabs={tabs}
      chosen={chosen}
      onChoose={choose}
      className={`min-h-52 ${props.className ?? ''}`}
    >
      {!isSignedIn ? (
        account.isPending ? (
          <Waiting rows={4} />
        ) : (
          <Empty>Orders, fills and balances appear here once you use an API key.</Empty>
        )
      ) : chosen === 'orders' ? (
        <Shown query={orders}>{(page) => <OpenOrders orders={page.data} instrument={instrument} />}</Shown>
      ) : chosen === 'fills' ? (
        <OwnFills instrument={instrument} />
      ) : chosen === 'balances' ? (
        <OwnBalances instrument={instrument} />
      ) : (
        <Shown query={lots}>{() => <Lots lots={ownLots ?? []} instrument={instrument} />}</Shown>
      )}
    </Tabs>
  )
}

/** Waiting, a problem, or the answer. */
function Shown<Answer>(props: {
  query: { data: Answer | undefined; error: Error | null }
  children: (answer: Answer) => React.ReactNode
}) {
  const { data, error } = props.query
  if (data !== undefined) return props.children(data)
  if (error) return <Problem error={error} />
  return <Waiting rows={4} />
}

function OwnFills(props: { instrument: InstrumentOut }) {
  const fills = useFills(props.instrument.id, true)
  return <Shown query={fills}>{(page) => <Fills fills={page.data} />}</Shown>
}

function OwnBalances(props: { instrument: InstrumentOut }) {
  const balances = useBalances(true)
  return (
    <Shown query={balances}>
      {(answer) => <Balances balances={answer.data} instrument={props.instrument} />}
    </Shown>
  )
}
