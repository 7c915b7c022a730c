import type { MandateOut } from '../../wire/mandate.ts'
import { cents, dollars } from '../shape/number.ts'

type Line = MandateOut['budget'][number]

const WINDOW: Record<Line['window'], string> = {
  order: 'an order',
  hour: 'this hour',
  day: 'today',
  week: 'this week',
  month: 'this month',
  lifetime: 'in all',
}

const share = (part: string, whole: string): string =>
  `${(Number(whole) === 0 ? 0 : Math.min(100, (100 * Number(part)) / Number(whole))).toFixed(2)}%`

/** One budget as a bar: what is spent, what is reserved, and what is left of it. */
export function BudgetBar(props: { line: Line }) {
  const { line } = props
  const { window, limit, spent, reserved, remaining } = line
  if (window === 'order')
    return (
      <p className="text-xs text-dim">
        At most <span className="figures text-ink">{dollars(limit)}</span> an order
      </p>
    )
  const words = `${dollars(spent)} spent, ${dollars(reserved)} reserved, ${dollars(remaining)} left of ${dollars(limit)} ${WINDOW[window]}`
  return (
    <div className="flex flex-col gap-1" title={words} data-testid="budget-bar">
      <div role="img" aria-label={words} className="flex h-2 bg-raised">
        <div className="bg-copper" style={{ width: share(spent, limit) }} />
        <div className="bg-copper opacity-45" style={{ width: share(reserved, limit) }} />
      </div>
      <p aria-hidden="true" className="flex flex-wrap justify-between gap-x-3 text-2xs text-faint">
        <span>
          <span className="figures text-dim">{cents(spent)}</span> spent
          {Number(reserved) > 0 && (
            <>
              , <span className="figures text-dim">{cents(reserved)}</span> reserved
            </>
          )}
        </span>
        <span>
          <span className="figures text-ink">{cents(remaining)}</span> of{' '}
          <span className="figures">{cents(limit)}</span> left {WINDOW[window]}
        </span>
      </p>
    </div>
  )
}
