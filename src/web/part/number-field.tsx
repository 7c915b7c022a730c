import { Field } from './field.tsx'

/**
 * A number as text, with its unit at the right and what is wrong with it below. Arrow keys move it by one
 * step.
 */
export function NumberField(props: {
  label: string
  unit: string
  value: string
  onChange: (value: string) => void
  onStep?: (steps: number) => void
  fault?: string | undefined
  placeholder?: string
  testId?: string
}) {
  return (
    <Field label={props.label}>
      {(id) => (
        <>
          <div
            className={`flex h-10 items-center border bg-ground pr-3 focus-within:outline-2 focus-within:outline-copper ${
              props.fault ? 'border-ask' : 'border-strong'
            }`}
          >
            <input
              id={id}
              value={props.value}
              onChange={(event) => props.onChange(event.target.value.trim().replace(',', '.'))}
              onKeyDown={(event) => {
                if (props.onStep === undefined || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown'))
                  return
                event.preventDefault()
                props.onStep((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1))
              }}
              inputMode="decimal"
              autoComplete="off"
              placeholder={props.placeholder}
              aria-invalid={props.fault !== undefined}
              aria-describedby={props.fault ? `${id}-fault` : undefined}
              data-testid={props.testId}
              className="figures h-full min-w-0 grow bg-transparent px-3 text-base outline-none"
            />
            <span className="text-xs text-faint">{props.unit}</span>
          </div>
          {props.fault && (
            <p id={`${id}-fault`} className="text-xs text-ask">
              {props.fault}
            </p>
          )}
        </>
      )}
    </Field>
  )
}
