import { useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { withRows } from '../data/mine.ts'
import { useAccount, useFills } from '../data/queries.ts'
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
  const { mine } = useExchange()
  const ofMarket = <Row extends { instrument: string }>(rows: readonly Row[] | null) =>
    rows?.filter((row) => row.instrument === instrument.id) ?? null
  const orders = ofMarket(useCell(mine.orders))
  const lots = ofMarket(useCell(mine.lots))
  const balances = useCell(mine.balances)
  const tabs: readonly Tab<Name>[] = [
    { name: 'orders', label: 'Open orders', count: orders?.length },
    { name: 'fills', label: 'Fills' },
    { name: 'balances', label: 'Balances' },
    { name: 'lots', label: 'Lots', count: lots?.length },
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
        <Told rows={orders}>{(rows) => <OpenOrders orders={rows} instrument={instrument} />}</Told>
      ) : chosen === 'fills' ? (
        <OwnFills instrument={instrument} />
      ) : chosen === 'balances' ? (
        <Told rows={balances}>{(rows) => <Balances balances={rows} instrument={instrument} />}</Told>
      ) : (
        <Told rows={lots}>{(rows) => <Lots lots={rows} instrument={instrument} />}</Told>
      )}
    </Tabs>
  )
}

/** Waiting, a problem, or what was told. */
function Told<Row>(props: {
  rows: readonly Row[] | null
  children: (rows: readonly Row[]) => React.ReactNode
}) {
  const fault = useCell(useExchange().mine.fault)
  if (props.rows !== null) return props.children(props.rows)
  return fault === null ? <Waiting rows={4} /> : <Problem error={fault} />
}

function OwnFills(props: { instrument: InstrumentOut }) {
  const { id } = props.instrument
  const past = useFills(id)
  const told = useCell(useExchange().mine.fills).filter((fill) => fill.instrument === id)
  if (past.error && past.data === undefined) return <Problem error={past.error} />
  if (past.data === undefined) return <Waiting rows={4} />
  return <Fills fills={withRows(past.data.data, told, (fill) => `${fill.id} ${fill.order}`)} />
}
