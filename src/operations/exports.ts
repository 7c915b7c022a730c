import { z } from 'zod'
import type { Operation } from '../api/operation.ts'
import { Problem } from '../api/problem.ts'
import { assert, known } from '../base/assert.ts'
import { penaltyOperations } from '../conduct/penalties.ts'
import { figureOperations } from '../figures/figures.ts'
import { printCsv } from '../wire/csv.ts'
import { accountOperations } from './accounts.ts'
import { deliveryOperations } from './deliveries.ts'
import { marketOperations } from './market-data.ts'
import { statementOperations } from './statements.ts'

/** Lists that are also told as CSV, by the same path under `/v1/exports`. */
const EXPORTED = [
  'instrument.trades',
  'instrument.candles',
  'fill.list',
  'delivery.list',
  'penalty.list',
  'fixing.list',
  'index.history',
  'gdp.hours',
  'statement.get',
] as const

const LISTS: readonly Operation[] = [
  ...marketOperations,
  ...figureOperations,
  ...accountOperations,
  ...deliveryOperations,
  ...penaltyOperations,
  ...statementOperations,
]

type Row = Readonly<Record<string, unknown>>

/** A value in a cell; what is a list or an object itself is its JSON. */
const cellOf = (value: unknown): string | number | boolean | null =>
  value === undefined || value === null
    ? null
    : typeof value === 'object'
      ? JSON.stringify(value)
      : (value as string | number | boolean)

/** Where an answer has its rows, and the columns of one. */
function rowsIn({ id, answer }: Operation): { name: string; columns: string[] } {
  assert(answer instanceof z.ZodObject, `${id} answers an object`)
  for (const [name, field] of Object.entries(answer.shape))
    if (field instanceof z.ZodArray && field.element instanceof z.ZodObject)
      return { name, columns: Object.keys(field.element.shape) }
  throw new Error(`${id} has no rows to export`)
}

/** The same question, answered with the rows alone, as CSV. */
function exportOf(list: Operation): Operation {
  const { name, columns } = rowsIn(list)
  return {
    ...list,
    id: `export.${list.id.replace(/\.(list|get)$/, '').replace('.', '_')}`,
    path: list.path.replace('/v1/', '/v1/exports/'),
    summary: `${list.summary} As CSV; a list goes on after the last id of the page before.`,
    answer: z.string(),
    media: 'text/csv',
    async run(venue, call) {
      const answered = await list.run(venue, call)
      if (answered instanceof Problem) return answered
      const rows = (answered as Record<string, readonly Row[]>)[name] ?? []
      return printCsv(
        columns,
        rows.map((row) => Object.fromEntries(columns.map((column) => [column, cellOf(row[column])]))),
      )
    },
  }
}

export const exportOperations: readonly Operation[] = EXPORTED.map((id) =>
  exportOf(
    known(
      LISTS.find((one) => one.id === id),
      `there is a list ${id}`,
    ),
  ),
)
