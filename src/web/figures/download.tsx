import { Button } from '../part/button.tsx'

/** Saves rows as a CSV file, made here from what is on the screen. */
export function Download(props: {
  name: string
  columns: readonly string[]
  rows: readonly (string | number | null)[][]
}) {
  const save = () => {
    const lines = [props.columns, ...props.rows].map((row) => row.map((cell) => cell ?? '').join(','))
    const url = URL.createObjectURL(new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv' }))
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
