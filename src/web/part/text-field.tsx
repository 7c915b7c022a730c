import { Field } from './field.tsx'

/** A line of text with its name above it. */
export function TextField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  most: number
  placeholder?: string
}) {
  return (
    <Field label={props.label}>
      {(id) => (
        <input
          id={id}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
          maxLength={props.most}
          autoComplete="off"
          placeholder={props.placeholder}
          className="h-10 min-w-0 border border-strong bg-ground px-3"
        />
      )}
    </Field>
  )
}
