import type { LotOut } from '../../wire/account.ts'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useNow } from '../data/now.ts'
import { Empty } from '../part/panel.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { countdown, period } from '../shape/clock.ts'
import { dollars, trimmed } from '../shape/number.ts'

const COLUMNS: readonly Column[] = [
  { label: 'Lot' },
  { label: 'Units', align: 'right' },
  { label: 'In use', align: 'right' },
  { label: 'Cost', align: 'right' },
  { label: 'Expires in', align: 'right' },
]

/** Below this much time a lot is marked: what is not used is lost. */
const SOON_MS = 30 * 60_000

/** Units locked for consumption, the first to expire first. */
export function Lots(props: { lots: readonly LotOut[]; instrument: InstrumentOut }) {
  const now = useNow(1_000)
  if (props.lots.length === 0)
    return (
      <Empty>
        No units in consumption. Units bought here are swept into lots that live{' '}
        {period(props.instrument.spec.window_seconds)}; requests are served from the lot that expires first.
      </Empty>
    )
  const soonest = [...props.lots].sort((a, b) => a.expires_at.localeCompare(b.expires_at))
  return (
    <Table label="Lots" columns={COLUMNS}>
      {soonest.map((lot) => {
        const left = Date.parse(lot.expires_at) - now
        return (
          <tr key={lot.id} className="h-8 border-t border-line">
            <td className="px-3 text-dim">{lot.id}</td>
            <td className="px-3 text-right">{trimmed(lot.quantity)}</td>
            <td className="px-3 text-right text-dim">{trimmed(lot.drawn)}</td>
            <td className="px-3 text-right">{dollars(lot.cost)}</td>
            <td className={`px-3 text-right ${left < SOON_MS ? 'text-warn' : ''}`}>{countdown(left)}</td>
          </tr>
        )
      })}
    </Table>
  )
}
