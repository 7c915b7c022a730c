import type { FillOut } from '../../wire/order.ts'
import { Empty } from '../part/panel.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { moment } from '../shape/clock.ts'
import { dollars, grouped, trimmed } from '../shape/number.ts'

const COLUMNS: readonly Column[] = [
  { label: 'Side' },
  { label: 'Price', align: 'right' },
  { label: 'Units', align: 'right' },
  { label: 'Fee', align: 'right' },
  { label: 'As', align: 'right', className: 'max-sm:hidden' },
  { label: 'Time', align: 'right' },
]

/** What the account's orders traded, newest first. */
export function Fills(props: { fills: readonly FillOut[] }) {
  if (props.fills.length === 0) return <Empty>Nothing of yours has traded in this market yet.</Empty>
  const newest = [...props.fills].sort((a, b) => b.seq - a.seq)
  return (
    <Table label="Fills" columns={COLUMNS}>
      {newest.map((fill) => (
        <tr key={`${fill.id} ${fill.order}`} className="h-8 border-t border-line">
          <td className={`px-3 ${fill.side === 'buy' ? 'text-bid' : 'text-ask'}`}>
            {fill.side === 'buy' ? 'Bought' : 'Sold'}
          </td>
          <td className="px-3 text-right">{grouped(fill.price)}</td>
          <td className="px-3 text-right">{trimmed(fill.quantity)}</td>
          <td className="px-3 text-right text-dim">
            {fill.fee.asset === 'USD'
              ? dollars(fill.fee.amount)
              : `${trimmed(fill.fee.amount)} ${fill.fee.asset}`}
          </td>
          <td className="px-3 text-right text-faint max-sm:hidden">{fill.liquidity}</td>
          <td className="px-3 text-right whitespace-nowrap text-faint">{moment(fill.at)}</td>
        </tr>
      ))}
    </Table>
  )
}
