import { Field } from './field.tsx'

/** One of many, with its name above it. */
export function SelectField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  options: readonly { value: string; label: string }[]
}) {
  return (
    <Field label={props.label}>
      {(id) => (
        <select
          id={id}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
          className="h-10 min-w-0 border border-strong bg-ground px-2"
        >
          {props.options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
