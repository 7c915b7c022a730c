import type { IntelligenceOut } from '../../bulletin/intelligence.ts'
import { Figure } from '../part/figure.tsx'
import { Empty, Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { trimmed } from '../shape/number.ts'
import { symbolOf } from '../shape/spec.ts'
import { Download } from './download.tsx'
import { Line } from './line.tsx'
import { useIntelligence, useIntelligenceHistory } from './queries.ts'

type Row = IntelligenceOut['data'][number]

const COLUMNS: readonly Column[] = [
  { label: 'Supplier' },
  { label: 'Market', className: 'max-sm:hidden' },
  { label: 'Index', align: 'right' },
  { label: '95 % interval' },
  { label: 'At least', align: 'right' },
  { label: 'Probes', align: 'right', className: 'max-sm:hidden' },
  { label: 'Units in 7 days', align: 'right', className: 'max-sm:hidden' },
]

const WIDTH = 160
const HEIGHT = 16
/** The scale ends on whole fives. */
const STEP = 5

/** Points of the index with one place: the interval is far wider. */
const points = (value: string | null): string => (value === null ? '–' : Number(value).toFixed(1))

type Scale = { low: number; high: number }

const scaleOf = (rows: readonly Row[]): Scale => ({
  low: Math.floor(Math.min(...rows.map(({ low }) => Number(low))) / STEP) * STEP,
  high: Math.ceil(Math.max(...rows.map(({ high }) => Number(high))) / STEP) * STEP,
})

/** An interval as a bar on the scale of all, with the estimate as a mark in it. */
function Interval(props: { row: Row; scale: Scale }) {
  const { row, scale } = props
  const at = (value: string) => ((Number(value) - scale.low) / (scale.high - scale.low)) * WIDTH
  const [low, mark, high] = [at(row.low), at(row.value), at(row.high)]
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="block h-4 w-20 sm:w-40"
      role="img"
      aria-label={`${points(row.low)} to ${points(row.high)}`}
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} stroke="var(--line)" />
      <rect x={low} y="5" width={Math.max(1, high - low)} height="6" fill="var(--copper)" opacity="0.45" />
      <rect x={mark - 1} y="2" width="2" height="12" fill="var(--copper)" />
    </svg>
  )
}

function Standing(props: { now: IntelligenceOut }) {
  const { now } = props
  return (
    <dl className="grid grid-cols-2 gap-3 p-3 sm:grid-cols-4" data-testid="intelligence-standing">
      <Figure label="Market" title="Weighted by what was delivered in seven days">
        {points(now.market)}
      </Figure>
      <Figure label="Frontier" title="The highest one-sided lower bound">
        {points(now.frontier)}
      </Figure>
      <Figure label="First to second">{points(now.gap_second)}</Figure>
      <Figure label="First to tenth" title="Needs ten suppliers">
        {points(now.gap_tenth)}
      </Figure>
    </dl>
  )
}

function History() {
  const { data } = useIntelligenceHistory()
  const hours = data?.data ?? []
  const pace = hours.at(-1)?.pace ?? 1
  if (hours.length < 2) return null
  return (
    <div className="px-3 pb-2">
      <Line
        label="Market level by the hour"
        values={hours.map(({ market }) => (market === null ? null : Number(market)))}
      />
      <p className="text-2xs text-faint">
        The market at the end of {hours.length} hours{pace !== 1 && `, ${pace} in a real one`}
      </p>
    </div>
  )
}

/** How able what is delivered is: of the market, and of each supplier in each market with its interval. */
export function IntelligencePanel() {
  const { data: now, error, refetch } = useIntelligence()
  const rows = now?.data ?? []
  const scale = scaleOf(rows)
  return (
    <Panel
      title="Intelligence Index"
      aside={
        <Download
          name="intelligence-index"
          columns={['at', 'pool', 'supplier', 'instrument', 'value', 'low', 'high', 'at_least', 'probes']}
          rows={rows.map((row) => ({ at: now?.at ?? null, pool: now?.pool ?? null, ...row }))}
        />
      }
      bodyClassName="overflow-x-auto"
    >
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!now && !error && <Waiting rows={6} />}
      {now && <Standing now={now} />}
      {now && <History />}
      {now && rows.length === 0 && <Empty>No offer has been measured yet.</Empty>}
      {rows.length > 0 && (
        <Table label="Intelligence Index by supplier and market" columns={COLUMNS}>
          {rows.map((row) => (
            <tr
              key={`${row.supplier} ${row.instrument} ${row.value} ${row.low}`}
              className="h-8 border-t border-line"
              data-testid="intelligence-row"
            >
              <td className="px-3 py-1 font-sans sm:whitespace-nowrap">
                {row.supplier}
                <span className="block text-2xs text-faint sm:hidden">{symbolOf(row.instrument)}</span>
              </td>
              <td className="px-3 whitespace-nowrap max-sm:hidden">{symbolOf(row.instrument)}</td>
              <td className="px-3 text-right">{points(row.value)}</td>
              <td className="px-3" title={`${row.low} to ${row.high}`}>
                <Interval row={row} scale={scale} />
              </td>
              <td className="px-3 text-right">{points(row.at_least)}</td>
              <td className="px-3 text-right text-dim max-sm:hidden">{row.probes}</td>
              <td className="px-3 text-right text-dim max-sm:hidden">{trimmed(row.delivered)}</td>
            </tr>
          ))}
        </Table>
      )}
      {now && (
        <p className="border-t border-line px-3 py-2 text-2xs text-faint">
          {rows.length > 0 && `Scale of the bars: ${scale.low} to ${scale.high}. `}
          Item pool {now.pool}, parameters {now.source}. Method: {now.method}
        </p>
      )}
    </Panel>
  )
}
