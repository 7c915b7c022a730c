import type { InstrumentOut } from '../../wire/instrument.ts'
import { Panel } from '../part/panel.tsx'
import { specSentences } from '../shape/spec.ts'

/** What one unit of this market is, in sentences a buyer can hold a supplier to. */
export function SpecCard(props: { instrument: InstrumentOut; className?: string }) {
  const { instrument } = props
  return (
    <Panel
      title="What a unit delivers"
      aside={<span className="figures">model: {instrument.model}</span>}
      {...(props.className ? { className: props.className } : {})}
    >
      <dl className="grid gap-x-8 gap-y-3 p-3 sm:grid-cols-2 lg:grid-cols-3">
        {specSentences(instrument).map(([label, sentence]) => (
          <div key={label}>
            <dt className="text-xs text-faint">{label}</dt>
            <dd className="text-pretty">{sentence}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
