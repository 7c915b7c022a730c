import type { ReactNode } from 'react'

export type Column = { label: string; align?: 'left' | 'right'; className?: string }

/** A plain table of small rows: a head that says what the columns are, and rows given as children. */
export function Table(props: { label: string; columns: readonly Column[]; children: ReactNode }) {
  return (
    <table className="w-full text-xs" aria-label={props.label}>
      <thead>
        <tr className="text-2xs text-faint">
          {props.columns.map((column) => (
            <th
              key={column.label}
              scope="col"
              className={`px-3 py-1.5 font-normal whitespace-nowrap ${column.align === 'right' ? 'text-right' : 'text-left'} ${column.className ?? ''}`}
            >
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="figures">{props.children}</tbody>
    </table>
  )
}
