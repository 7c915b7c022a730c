import type { MachineGdpOut } from '../../bulletin/indices.ts'
import { Figure } from '../part/figure.tsx'
import { Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { Table } from '../part/table.tsx'
import { dollars, percent, trimmed } from '../shape/number.ts'
import { useMachineGdp } from './queries.ts'

const SLICES = [
  { label: 'Slice' },
  { label: 'Requests', align: 'right' },
  { label: 'Units', align: 'right' },
  { label: 'Value', align: 'right' },
] as const

function Side(props: { title: string; total: string; lines: readonly (readonly [string, string])[] }) {
  return (
    <div className="min-w-0 border-l border-line pl-3">
      <h3 className="text-2xs text-faint">{props.title}</h3>
      <p className="figures text-base">{dollars(props.total)}</p>
      <dl className="text-xs text-dim">
        {props.lines.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-2">
            <dt>{name}</dt>
            <dd className="figures">{dollars(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Slices(props: { gdp: MachineGdpOut }) {
  const { gdp } = props
  const rows = [
    ...gdp.by_instrument,
    ...gdp.by_supplier_class.map((one) => ({ ...one, name: `${one.name} suppliers` })),
    ...gdp.outside.map((one) => ({ ...one, name: `outside: ${one.name}` })),
  ]
  if (rows.length === 0) return null
  return (
    <Table label="Machine GDP by slice" columns={SLICES}>
      {rows.map((one) => (
        <tr key={one.name} className="h-7 border-t border-line">
          <td className="px-3 whitespace-nowrap">{one.name}</td>
          <td className="px-3 text-right">{one.deliveries}</td>
          <td className="px-3 text-right">{trimmed(one.units)}</td>
          <td className="px-3 text-right">{dollars(one.value)}</td>
        </tr>
      ))}
    </Table>
  )
}

/** Machine GDP of the last closed day by its three sides, which are equal or say where they are not. */
export function GdpPanel() {
  const { data: gdp, error, refetch } = useMachineGdp()
  return (
    <Panel
      title="Machine GDP, the last 24 hours of the venue"
      aside={gdp && <span>{gdp.identity.holds ? 'three sides equal to the µ$' : 'the sides differ'}</span>}
      bodyClassName="overflow-x-auto"
    >
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!gdp && !error && <Waiting rows={8} />}
      {gdp && (
        <>
          <div className="grid gap-3 p-3 sm:grid-cols-3" data-testid="gdp-sides">
            <Side
              title="Expenditure"
              total={gdp.expenditure}
              lines={[['final users, net of refunds', gdp.expenditure]]}
            />
            <Side
              title="Production"
              total={gdp.production.total}
              lines={[
                ['output', gdp.production.output],
                ['less intermediate', gdp.production.intermediate],
              ]}
            />
            <Side
              title="Income"
              total={gdp.income.total}
              lines={[
                ['suppliers', gdp.income.suppliers],
                ['exchange', gdp.income.exchange],
                ['trade', gdp.income.trade],
              ]}
            />
          </div>
          <dl className="grid grid-cols-2 gap-3 px-3 pb-3 sm:grid-cols-4">
            <Figure label="Units delivered">{trimmed(gdp.units)}</Figure>
            <Figure label="Buyers' surplus" title={`over ${percent(gdp.surplus.buyers_coverage)} of volume`}>
              {dollars(gdp.surplus.buyers)}
            </Figure>
            <Figure
              label="Sellers' surplus"
              title={`over ${percent(gdp.surplus.sellers_coverage)} of volume`}
            >
              {dollars(gdp.surplus.sellers)}
            </Figure>
            <Figure label="Ppm of human GDP" title={gdp.human?.source}>
              {gdp.human === null ? '–' : gdp.human.ppm}
            </Figure>
          </dl>
          {gdp.identity.faults.map((fault) => (
            <p key={fault} className="px-3 pb-2 text-xs text-ask">
              {fault}
            </p>
          ))}
          <Slices gdp={gdp} />
        </>
      )}
    </Panel>
  )
}
