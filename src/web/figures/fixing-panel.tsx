import type { FixingOut } from '../../bulletin/fixing.ts'
import { Empty, Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { changeOf, grouped } from '../shape/number.ts'
import { Change } from '../part/figure.tsx'
import { symbolOf } from '../shape/spec.ts'
import { Download } from './download.tsx'
import { useFixings } from './queries.ts'

const COLUMNS: readonly Column[] = [
  { label: 'Market' },
  { label: 'Fixing', align: 'right' },
  { label: 'Change', align: 'right' },
  { label: 'From' },
  { label: 'Hour until', align: 'right' },
  { label: 'Print', align: 'right', className: 'max-sm:hidden' },
]

const RUNG: Record<FixingOut['tier'], string> = {
  hour: 'trades of the hour',
  four_hours: 'trades of four hours',
  book: 'rested book',
  previous: 'fixing before',
  no_settle: 'no settle',
  day: 'hours of the day',
}

/** The last two prints of every market that has any, in the order of their markets' ids. */
function latest(fixings: readonly FixingOut[]): { now: FixingOut; before: FixingOut | undefined }[] {
  const byMarket = new Map<string, FixingOut[]>()
  for (const one of fixings) {
    if (one.corrects !== null) continue
    const known = byMarket.get(one.instrument) ?? []
    if (known.length < 2) byMarket.set(one.instrument, [...known, one])
  }
  return [...byMarket.values()]
    .flatMap(([now, before]) => (now === undefined ? [] : [{ now, before }]))
    .sort((a, b) => (a.now.instrument < b.now.instrument ? -1 : 1))
}

/** The price of the last hour in every market, and which rung of the hierarchy gave it. */
export function FixingPanel() {
  const fixings = useFixings()
  const rows = fixings.data?.data ?? []
  return (
    <Panel
      title="Fixings"
      aside={
        <Download
          name="fixings"
          columns={['id', 'instrument', 'at', 'price', 'tier', 'pace', 'inputs_root']}
          rows={rows}
        />
      }
      bodyClassName="overflow-x-auto"
    >
      {fixings.error && <Problem error={fixings.error} onRetry={() => void fixings.refetch()} />}
      {fixings.isPending && <Waiting rows={9} />}
      {fixings.data && rows.length === 0 && <Empty>The first hour has not ended yet.</Empty>}
      {rows.length > 0 && (
        <Table label="Fixings" columns={COLUMNS}>
          {latest(rows).map(({ now, before }) => (
            <tr key={now.id} className="h-8 border-t border-line" data-testid="fixing-row">
              <td className="px-3 whitespace-nowrap">{symbolOf(now.instrument)}</td>
              <td className="px-3 text-right">{now.price === null ? '–' : grouped(now.price)}</td>
              <td className="px-3 text-right">
                <Change change={changeOf(now.price, before?.price ?? null)} />
              </td>
              <td className="px-3 whitespace-nowrap text-dim">{RUNG[now.tier]}</td>
              <td className="px-3 text-right whitespace-nowrap text-faint">{now.at.slice(11, 16)} UTC</td>
              <td className="px-3 text-right text-faint max-sm:hidden">{now.id}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}
