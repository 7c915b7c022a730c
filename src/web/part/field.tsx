import type { ReactNode } from 'react'
import { useId } from 'react'

/** A field with its name above it; what is filled in has the id that its name is told. */
export function Field(props: { label: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs text-dim">
        {props.label}
      </label>
      {props.children(id)}
    </div>
  )
}
