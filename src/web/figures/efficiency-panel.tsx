import { Empty, Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { dollars } from '../shape/number.ts'
import { symbolOf } from '../shape/spec.ts'
import { Download } from './download.tsx'
import { useEfficiency } from './queries.ts'

const COLUMNS: readonly Column[] = [
  { label: 'Market' },
  { label: 'Hardware' },
  { label: 'Implied heat rate', align: 'right' },
  { label: 'Rent at 0.3', align: 'right' },
  { label: 'Observed', align: 'right' },
  { label: 'At 0.8', align: 'right' },
  { label: 'Own at 0.8', align: 'right' },
  { label: 'Tiers', align: 'right' },
]

const shown = (value: string | undefined): string => (value === undefined ? '–' : dollars(value))

/** What prices leave over what delivery costs, where somebody has put costs on record. */
export function EfficiencyPanel() {
  const { data, error, refetch } = useEfficiency()
  return (
    <Panel
      title="Efficiency spreads"
      aside={
        <Download
          name="efficiency-spreads"
          columns={[
            'instrument',
            'hardware',
            'price',
            'implied_heat_rate',
            'rent_low',
            'rent_high',
            'own_high',
          ]}
          rows={(data ?? []).map((one) => ({
            ...one,
            rent_low: one.low?.rent_spread ?? null,
            rent_high: one.high?.rent_spread ?? null,
            own_high: one.high?.own_spread ?? null,
          }))}
        />
      }
      bodyClassName="overflow-x-auto"
    >
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting rows={3} />}
      {data?.length === 0 && <Empty>No supplier and no operator has put cost inputs on record yet.</Empty>}
      {data !== undefined && data.length > 0 && (
        <Table label="Efficiency spreads" columns={COLUMNS}>
          {data.map((one) => (
            <tr key={`${one.instrument} ${one.hardware} ${one.since}`} className="h-8 border-t border-line">
              <td className="px-3 whitespace-nowrap">{symbolOf(one.instrument)}</td>
              <td className="px-3 whitespace-nowrap" title={one.source}>
                {one.hardware}
              </td>
              <td className="px-3 text-right">{one.implied_heat_rate ?? '–'}</td>
              <td className="px-3 text-right">{shown(one.low?.rent_spread)}</td>
              <td className="px-3 text-right">{shown(one.observed?.rent_spread)}</td>
              <td className="px-3 text-right">{shown(one.high?.rent_spread)}</td>
              <td className="px-3 text-right">{shown(one.high?.own_spread)}</td>
              <td className="px-3 text-right text-faint">
                {one.implied_tier} {one.rent_tier} {one.own_tier}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}
