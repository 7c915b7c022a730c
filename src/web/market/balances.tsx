import type { BalanceOut } from '../../wire/account.ts'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { Empty } from '../part/panel.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { cents, dollars, trimmed } from '../shape/number.ts'

const COLUMNS: readonly Column[] = [
  { label: 'Asset' },
  { label: 'Free', align: 'right' },
  { label: 'Behind orders', align: 'right' },
  { label: 'In lots', align: 'right' },
  { label: 'Drawn', align: 'right' },
  { label: 'Owed', align: 'right', className: 'max-sm:hidden' },
]

const isEmpty = (balance: BalanceOut): boolean =>
  [balance.available, balance.held, balance.consumption, balance.drawn, balance.obligation].every(
    (amount) => Number(amount) === 0,
  )

/** Money first, then the units of this market, then whatever else there is. */
export function Balances(props: { balances: readonly BalanceOut[]; instrument: InstrumentOut }) {
  const here = props.instrument.id.replace(/-USD$/, '')
  const rank = (asset: string) => (asset === 'USD' ? 0 : asset === here ? 1 : 2)
  const rows = props.balances
    .filter((balance) => !isEmpty(balance))
    .sort((a, b) => rank(a.asset) - rank(b.asset) || a.asset.localeCompare(b.asset))
  if (rows.length === 0) return <Empty>This account is empty.</Empty>
  return (
    <Table label="Balances" columns={COLUMNS}>
      {rows.map((balance) => (
        <BalanceRow key={balance.asset} balance={balance} />
      ))}
    </Table>
  )
}

function BalanceRow(props: { balance: BalanceOut }) {
  const { balance } = props
  const isMoney = balance.asset === 'USD'
  const amount = (text: string) => (isMoney ? cents(text) : trimmed(text))
  const units = (text: string) => (isMoney ? '' : trimmed(text))
  return (
    <tr className="h-8 border-t border-line">
      <td className="px-3">{balance.asset}</td>
      <td className="px-3 text-right" title={isMoney ? dollars(balance.available) : undefined}>
        {amount(balance.available)}
      </td>
      <td className="px-3 text-right">{amount(balance.held)}</td>
      <td className="px-3 text-right">{units(balance.consumption)}</td>
      <td className="px-3 text-right">{units(balance.drawn)}</td>
      <td className="px-3 text-right max-sm:hidden">{units(balance.obligation)}</td>
    </tr>
  )
}
