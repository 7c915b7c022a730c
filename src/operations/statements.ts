import type { Instant } from '../base/time.ts'
import { instant, MICROS_PER_DAY, MICROS_PER_MS, rfc3339, toMs } from '../base/time.ts'
import { marketName } from '../api/instrument-name.ts'
import { operation } from '../api/operation.ts'
import { faultAt } from '../api/problem.ts'
import { theInstrument } from '../state/account.ts'
import { statement, statementQuery } from '../wire/account.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'

type Span = { from: Instant; to: Instant }

/** The first and the last midnight (UTC) of a month or a day; nothing for a day that no month has. */
function spanOf(period: string): Span | undefined {
  const [year = 0, month = 1, day] = period.split('-').map(Number)
  const from = Date.UTC(year, month - 1, day ?? 1)
  if (new Date(from).toISOString().slice(0, period.length) !== period) return undefined
  const to = day === undefined ? Date.UTC(year, month, 1) : from + MICROS_PER_DAY / MICROS_PER_MS
  return { from: instant(from * MICROS_PER_MS), to: instant(to * MICROS_PER_MS) }
}

const get = operation({
  id: 'statement.get',
  method: 'GET',
  path: '/v1/statements',
  tag: 'Account',
  summary:
    'What changed in the money of the account in a month or a day (UTC), by kind and instrument; by default in this month.',
  scope: 'account:read',
  query: statementQuery,
  answer: statement,
  async run(venue, { query, caller }) {
    const { state } = venue.sequencer
    const period = query.period ?? new Date(toMs(venue.clock())).toISOString().slice(0, 7)
    const span = spanOf(period)
    if (span === undefined)
      return faultAt('invalid_request', '/query/period', 'no month has such a day', { value: period })
    const seq = venue.history.live.seq()
    const { opening, lines } = await venue.history.statement(caller.account, span.from, span.to)
    return {
      account: printId('account', caller.account),
      period,
      from: rfc3339(span.from),
      to: rfc3339(span.to),
      opening: money(opening),
      closing: money(lines.reduce((sum, { cash }) => sum + cash, opening)),
      lines: lines.map(({ kind, instrument, cash, wt, count }) => ({
        kind,
        instrument: instrument === null ? null : marketName(theInstrument(state, instrument)),
        amount: money(cash),
        units: units(wt),
        count,
      })),
      seq,
    }
  },
})

export const statementOperations = [get]
