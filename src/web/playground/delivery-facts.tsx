import type { InstrumentOut, SpecOut } from '../../wire/instrument.ts'
import { Gauge } from '../part/gauge.tsx'
import { duration } from '../shape/clock.ts'
import { dollars, LOCALE, trimmed } from '../shape/number.ts'
import type { Run } from './completion.ts'
import { useOutcome } from './outcome.ts'
import { ReceiptCard } from './receipt-card.tsx'

/** Tokens a second between the first and the last; null before there are two. */
function speedOf(run: Run): number | null {
  if (run.firstTokenMs === null || run.lastTokenMs === null) return null
  const seconds = (run.lastTokenMs - run.firstTokenMs) / 1_000
  const tokens = run.usage?.completion_tokens ?? run.pieces
  return seconds <= 0 || tokens < 2 ? null : (tokens - 1) / seconds
}

const VERDICT: Record<string, string> = {
  conforming: 'Conforms to the grade',
  soft_miss: 'Missed a little, discounted',
  rejected: 'Rejected, not charged',
  excused: 'Not judged, paid as metered',
  failed: 'Failed, not charged',
  released: 'Released, not charged',
}

const count = (tokens: number | null | undefined): string | null => tokens?.toLocaleString(LOCALE) ?? null

/** Who delivered, how fast, how many units, at what price, and whether the grade was met. */
export function DeliveryFacts(props: { run: Run | null; instrument: InstrumentOut | undefined }) {
  const { run } = props
  const outcome = useOutcome(run)
  const speed = run && speedOf(run)
  const price = outcome && Number(outcome.units) > 0 ? Number(outcome.cost) / Number(outcome.units) : null
  const verdict = outcome?.verdict ?? null
  const receipt = run?.note?.receipt ?? null
  const lines: [label: string, value: string | null | undefined][] = [
    ['Supplier', outcome?.supplier ?? run?.note?.supplier],
    ['Tokens in', count(outcome?.inputTokens ?? run?.usage?.prompt_tokens)],
    ['Tokens out', count(outcome?.outputTokens ?? run?.usage?.completion_tokens)],
    ['Units drawn', outcome && trimmed(outcome.units)],
    ['Average price', price === null ? null : `$${price.toFixed(4)} per unit`],
    ['Verdict', verdict === null ? null : (VERDICT[verdict] ?? verdict.replaceAll('_', ' '))],
  ]
  return (
    <aside
      aria-label="Delivery"
      className="flex min-w-0 flex-col gap-5 border-line p-4 max-lg:border-t lg:border-l"
      data-testid="delivery"
    >
      <div>
        <p className="text-xs text-faint">Cost</p>
        <p className="figures text-2xl leading-9 font-semibold" data-testid="cost">
          {outcome ? dollars(outcome.cost) : '–'}
        </p>
      </div>
      {props.instrument && <Promises run={run} speed={speed} spec={props.instrument.spec} />}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {lines.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-faint">{label}</dt>
            <dd
              className="figures truncate text-right"
              data-testid={`fact-${label.toLowerCase().replaceAll(' ', '-')}`}
            >
              {value ?? '–'}
            </dd>
          </div>
        ))}
      </dl>
      {receipt && (run?.state === 'done' || run?.state === 'stopped') && <ReceiptCard id={receipt} />}
    </aside>
  )
}

/** The two promises a reader can time: what was measured here, against the grade's limits. */
function Promises(props: { run: Run | null; speed: number | null; spec: SpecOut }) {
  const { run, speed, spec } = props
  const first = run?.firstTokenMs ?? null
  const ceiling = spec.latency_base_ms + spec.latency_per_input_token_ms * (run?.usage?.prompt_tokens ?? 0)
  return (
    <div className="flex flex-col gap-4">
      <Measured
        label="First token"
        value={first === null ? null : duration(Math.round(first))}
        limit={`within ${duration(spec.latency_base_ms)}`}
        share={first === null ? 0 : first / ceiling}
        kind="ceiling"
        testId="fact-first-token"
      />
      <Measured
        label="Tokens per second"
        value={speed === null ? null : speed.toFixed(speed < 100 ? 1 : 0)}
        limit={`at least ${spec.throughput_floor}`}
        share={speed === null ? 0 : speed / spec.throughput_floor}
        kind="floor"
        testId="fact-speed"
      />
    </div>
  )
}

function Measured(props: {
  label: string
  value: string | null
  limit: string
  share: number
  kind: 'ceiling' | 'floor'
  testId: string
}) {
  return (
    <div className="flex flex-col gap-1.5">
      <p className="flex items-baseline justify-between gap-3">
        <span className="text-faint">{props.label}</span>
        <span>
          <span className="figures" data-testid={props.testId}>
            {props.value ?? '–'}
          </span>{' '}
          <span className="text-xs text-faint">{props.limit}</span>
        </span>
      </p>
      <Gauge
        share={props.share}
        limit={props.kind}
        label={`${props.label}: ${props.value ?? 'not measured yet'}, ${props.limit}`}
      />
    </div>
  )
}
