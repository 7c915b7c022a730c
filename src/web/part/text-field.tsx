import { useId } from 'react'

/** A line of text with its name above it. */
export function TextField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  most: number
  placeholder?: string
}) {
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-xs text-dim">
        {props.label}
      </label>
      <input
        id={id}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        maxLength={props.most}
        autoComplete="off"
        placeholder={props.placeholder}
        className="h-10 min-w-0 border border-strong bg-ground px-3"
      />
    </div>
  )
}
