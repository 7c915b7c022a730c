import type { ReactNode } from 'react'
import type { Direction } from '../shape/number.ts'

/** One number with its name above it. */
export function Figure(props: {
  label: string
  children: ReactNode
  title?: string | undefined
  className?: string
}) {
  return (
    <div className={`min-w-0 ${props.className ?? ''}`} title={props.title}>
      <dt className="truncate text-2xs text-faint">{props.label}</dt>
      <dd className="figures truncate">{props.children}</dd>
    </div>
  )
}

const INK: Record<Direction, string> = { up: 'text-bid', down: 'text-ask', flat: 'text-dim' }

/** A change in percent, coloured and signed; a dash where there is nothing to compare. */
export function Change(props: { change: { text: string; direction: Direction } | null; className?: string }) {
  if (props.change === null) return <span className={`text-faint ${props.className ?? ''}`}>–</span>
  return (
    <span className={`${INK[props.change.direction]} ${props.className ?? ''}`}>{props.change.text}</span>
  )
}
