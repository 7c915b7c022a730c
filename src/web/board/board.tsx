import type { InstrumentOut } from '../../wire/instrument.ts'
import { Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { BoardRow } from './board-row.tsx'
import { BoardSummary } from './board-summary.tsx'

const TASKS: readonly { task: InstrumentOut['spec']['task']; label: string; says: string }[] = [
  { task: 'text', label: 'Text', says: 'answers, prose, extraction' },
  { task: 'code', label: 'Code', says: 'programs that run' },
  { task: 'agent', label: 'Agent', says: 'many steps, many tool calls' },
  { task: 'embeddings', label: 'Embeddings', says: 'vectors of texts, in one space' },
]

/**
 * Columns from left to right, of fixed widths so that no price moves another. Narrow windows leave some out.
 */
const COLUMNS: readonly { label: string; hint?: string; className: string }[] = [
  { label: 'Market', className: 'pl-3 text-left sm:pl-4' },
  {
    label: 'Intelligence',
    hint: 'At least this score on the Intelligence Index',
    className: 'hidden w-24 lg:table-cell',
  },
  {
    label: 'First token',
    hint: 'Within this time, plus a little for each input token',
    className: 'hidden w-24 lg:table-cell',
  },
  { label: 'Tokens/s', hint: 'At least, from first to last token', className: 'hidden w-20 lg:table-cell' },
  { label: 'Bid', hint: 'Best price and size to sell into, USD per unit', className: 'w-19 sm:w-24' },
  { label: 'Ask', hint: 'Best price and size to buy from, USD per unit', className: 'w-19 sm:w-24' },
  { label: 'Spread', hint: 'In hundredths of a percent', className: 'hidden w-20 xl:table-cell' },
  { label: 'Last', className: 'w-21 max-md:pr-3 sm:w-24' },
  { label: '24 h', className: 'hidden w-20 md:table-cell' },
  { label: 'Volume 24 h', hint: 'Units', className: 'hidden w-24 md:table-cell xl:w-28' },
  { label: 'Last hour', className: 'hidden w-36 pr-4 md:table-cell xl:w-44' },
]

/** Columns that every window shows: a heading that spanned more would make room for more. */
const ALWAYS_SHOWN = 4

/** Every grade there is a market for, grouped by task. Each row renders by itself. */
export function Board(props: { instruments: InstrumentOut[] | undefined; error: Error | null }) {
  return (
    <div className="mx-auto w-full max-w-[100rem]">
      <BoardSummary instruments={props.instruments} />
      {props.error && (
        <div className="px-4 pb-3">
          <Problem error={props.error} />
        </div>
      )}
      {props.instruments ? (
        <BoardTable instruments={props.instruments} />
      ) : (
        <Waiting rows={12} height="h-12" />
      )}
    </div>
  )
}

function BoardTable(props: { instruments: InstrumentOut[] }) {
  return (
    <table className="w-full table-fixed border-collapse text-right" data-testid="board">
      <caption className="sr-only">Markets, with live prices in USD per unit</caption>
      <thead>
        <tr className="border-y border-line text-xs text-faint">
          {COLUMNS.map((column) => (
            <th
              key={column.label}
              scope="col"
              title={column.hint}
              className={`h-8 px-2 font-normal whitespace-nowrap ${column.className}`}
            >
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      {TASKS.map(({ task, label, says }) => {
        const rows = props.instruments.filter((instrument) => instrument.spec.task === task)
        if (rows.length === 0) return null
        return (
          <tbody key={task}>
            <tr>
              <th
                scope="rowgroup"
                colSpan={ALWAYS_SHOWN}
                className="px-3 pt-4 pb-1 text-left font-normal text-faint sm:px-4"
              >
                <span className="mr-2 text-sm font-semibold text-ink">{label}</span>
                {says}
              </th>
            </tr>
            {rows.map((instrument) => (
              <BoardRow key={instrument.id} instrument={instrument} />
            ))}
          </tbody>
        )
      })}
    </table>
  )
}
