import type { KeyboardEvent, ReactNode } from 'react'
import { useId, useRef } from 'react'

export type Tab<Name extends string> = { name: Name; label: string; count?: number | undefined }

/** A panel whose title is a row of tabs; the arrow keys walk along them. */
export function Tabs<Name extends string>(props: {
  label: string
  tabs: readonly Tab<Name>[]
  chosen: Name
  onChoose: (name: Name) => void
  children: ReactNode
  className?: string
}) {
  const id = useId()
  const row = useRef<HTMLDivElement>(null)
  const walk = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const at = props.tabs.findIndex((tab) => tab.name === props.chosen)
    const next = props.tabs[(at + step + props.tabs.length) % props.tabs.length]
    if (next === undefined) return
    event.preventDefault()
    props.onChoose(next.name)
    row.current?.querySelector<HTMLElement>(`[data-tab="${next.name}"]`)?.focus()
  }
  return (
    <section className={`flex min-w-0 flex-col border border-line bg-panel ${props.className ?? ''}`}>
      <header className="flex h-9 shrink-0 items-stretch border-b border-line">
        <div
          ref={row}
          role="tablist"
          aria-label={props.label}
          onKeyDown={walk}
          className="flex min-w-0 items-stretch overflow-x-auto"
        >
          {props.tabs.map((tab) => {
            const isChosen = tab.name === props.chosen
            return (
              <button
                key={tab.name}
                type="button"
                role="tab"
                id={`${id}-${tab.name}`}
                data-tab={tab.name}
                aria-selected={isChosen}
                aria-controls={`${id}-panel`}
                tabIndex={isChosen ? 0 : -1}
                onClick={() => props.onChoose(tab.name)}
                className={`px-3 whitespace-nowrap outline-offset-[-2px] ${
                  isChosen ? 'font-semibold shadow-[inset_0_-2px_0_var(--copper)]' : 'text-dim hover:text-ink'
                }`}
              >
                {tab.label}
                {tab.count !== undefined && tab.count > 0 && (
                  <span className="figures ml-1.5 text-xs text-faint">{tab.count}</span>
                )}
              </button>
            )
          })}
        </div>
      </header>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${props.chosen}`}
        className="flex min-w-0 grow flex-col overflow-x-auto"
      >
        {props.children}
      </div>
    </section>
  )
}
