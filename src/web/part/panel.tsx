import type { ReactNode } from 'react'
import { useId } from 'react'

/** A titled region of the screen. `aside` stands at the right of its title. */
export function Panel(props: {
  title: string
  aside?: ReactNode
  children: ReactNode
  className?: string
  bodyClassName?: string
}) {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className={`flex min-w-0 flex-col border border-line bg-panel ${props.className ?? ''}`}
    >
      <header className="flex h-9 shrink-0 items-center gap-3 border-b border-line px-3">
        <h2 id={id} className="truncate font-semibold">
          {props.title}
        </h2>
        <div className="ml-auto flex min-w-0 items-center gap-2 text-xs text-faint">{props.aside}</div>
      </header>
      <div className={`flex min-h-0 min-w-0 grow flex-col ${props.bodyClassName ?? ''}`}>
        {props.children}
      </div>
    </section>
  )
}

/** What a place says while it has nothing to show. */
export function Empty(props: { children: ReactNode }) {
  return (
    <div className="grid grow place-items-center px-6 py-8 text-center text-faint">
      <p className="max-w-[44ch] text-pretty">{props.children}</p>
    </div>
  )
}

/** Rows that wait, as high as the rows that will come. */
export function Waiting(props: { rows: number; height?: string }) {
  return (
    <div className="flex flex-col gap-px p-3" role="status" aria-label="Loading">
      {Array.from({ length: props.rows }, (_, row) => (
        <div key={row} className={`flex items-center ${props.height ?? 'h-6'}`}>
          <div className="waiting h-3 w-full" />
        </div>
      ))}
    </div>
  )
}
