import { useState } from 'react'
import type { IndexInterval, IndexName, IndicesOut } from '../../bulletin/indices.ts'
import { Choice } from '../part/choice.tsx'
import { Panel } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { grouped } from '../shape/number.ts'
import { Download } from './download.tsx'
import { Line } from './line.tsx'
import { useIndexHistory } from './queries.ts'

const INTERVALS = [
  { value: 'hour', label: 'Hours' },
  { value: 'day', label: 'Days' },
  { value: 'week', label: 'Weeks' },
] as const

const TITLES: readonly { name: IndexName; title: string }[] = [
  { name: 'price_of_intelligence', title: 'Price of intelligence' },
  { name: 'machine_gdp', title: 'Machine GDP an hour' },
  { name: 'real_machine_gdp', title: 'Real Machine GDP an hour' },
  { name: 'intelligence_slope', title: 'Price of one more index point' },
]

/** One index: its last value, its line, its method and its numbers to take away. */
function IndexCard(props: {
  name: IndexName
  title: string
  interval: IndexInterval
  now: IndicesOut | undefined
}) {
  const history = useIndexHistory(props.name, props.interval)
  const rows = history.data?.data ?? []
  const now = props.now?.data.find(({ name }) => name === props.name)
  const last = rows.at(-1)?.value ?? now?.value ?? null
  return (
    <Panel
      title={props.title}
      aside={
        <Download<string>
          name={`${props.name}-${props.interval}`}
          columns={['start', 'end', props.name, 'pace']}
          rows={rows.map(({ start, end, value }) => ({
            start,
            end,
            [props.name]: value,
            pace: history.data?.pace ?? null,
          }))}
        />
      }
      bodyClassName="p-3"
    >
      {history.error && <Problem error={history.error} onRetry={() => void history.refetch()} />}
      <p className="figures text-lg" data-testid={`index-${props.name}`}>
        {last === null ? '–' : grouped(last)}{' '}
        <span className="text-xs text-faint">{history.data?.unit ?? ''}</span>
      </p>
      <Line label={props.title} values={rows.map(({ value }) => (value === null ? null : Number(value)))} />
      <p className="text-2xs text-faint">
        {rows.length} closed {props.interval}s · method: {history.data?.method ?? ''}
      </p>
    </Panel>
  )
}

/** The indices as lines, by hours, days or weeks. */
export function IndexPanels(props: { now: IndicesOut | undefined }) {
  const [interval, setInterval] = useState<IndexInterval>('hour')
  return (
    <section aria-label="Indices" className="flex flex-col gap-3">
      <Choice
        label="Interval"
        options={INTERVALS}
        value={interval}
        onChange={setInterval}
        className="w-60 text-xs"
      />
      <div className="grid gap-3 md:grid-cols-2">
        {TITLES.map(({ name, title }) => (
          <IndexCard key={name} name={name} title={title} interval={interval} now={props.now} />
        ))}
      </div>
    </section>
  )
}
