import { useId } from 'react'

/** One of a few, all in sight: radio buttons that look like one bar, with the arrow keys of radio buttons. */
export function Choice<Value extends string>(props: {
  label: string
  options: readonly { value: Value; label: string; tone?: 'bid' | 'ask' }[]
  value: Value
  onChange: (value: Value) => void
  className?: string
}) {
  const name = useId()
  return (
    <fieldset className={`flex min-w-0 rounded-sm bg-raised p-0.5 ${props.className ?? ''}`}>
      <legend className="sr-only">{props.label}</legend>
      {props.options.map((option) => {
        const chosen = option.value === props.value
        const ink = option.tone === 'bid' ? 'text-bid' : option.tone === 'ask' ? 'text-ask' : 'text-ink'
        return (
          <label
            key={option.value}
            className={`grow cursor-pointer rounded-sm px-2.5 py-1 text-center whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-copper ${
              chosen
                ? `bg-panel font-semibold shadow-[0_0_0_1px_var(--strong)] ${ink}`
                : 'text-dim hover:text-ink'
            }`}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={chosen}
              onChange={() => props.onChange(option.value)}
              className="sr-only"
            />
            {option.label}
          </label>
        )
      })}
    </fieldset>
  )
}
