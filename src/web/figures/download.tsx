import { printCsv } from '../../wire/csv.ts'
import { Button } from '../part/button.tsx'

/** Saves these columns of rows as a CSV file, made here from what is on the screen. */
export function Download<Column extends string>(props: {
  name: string
  columns: readonly Column[]
  rows: readonly Readonly<Record<Column, string | number | null>>[]
}) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([printCsv(props.columns, props.rows)], { type: 'text/csv' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `${props.name}.csv`
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <Button
      small
      onClick={save}
      disabled={props.rows.length === 0}
      aria-label={`Download ${props.name} as CSV`}
    >
      CSV
    </Button>
  )
}
