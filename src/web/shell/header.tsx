import { useEffect, useRef } from 'react'
import type { Route } from '../route.ts'
import { agentsPath, boardPath, indicesPath, playgroundPath, sheetsPath } from '../route.ts'
import { AccountBadge } from './account-badge.tsx'
import { Bus } from './bus.tsx'
import { Connection } from './connection.tsx'
import { Mark } from './mark.tsx'

/** The places of the page. A new view is one more row here. */
const PLACES: readonly { label: string; path: string; views: readonly Route['view'][] }[] = [
  { label: 'Markets', path: boardPath, views: ['board', 'market'] },
  { label: 'Indices', path: indicesPath, views: ['indices'] },
  { label: 'Sheets', path: sheetsPath, views: ['sheets'] },
  { label: 'Agents', path: agentsPath, views: ['agents'] },
  { label: 'Playground', path: playgroundPath(), views: ['playground'] },
]

/** What of the next place is left in sight. */
const EDGE = 24

/** Name, places, connection and account, hung from the bar. */
export function Header(props: { route: Route }) {
  const places = useRef<HTMLElement>(null)
  const { view } = props.route
  // On a phone not every place is in sight: the one that the reader is in should be.
  useEffect(() => {
    const bar = places.current
    const here = bar?.querySelector<HTMLElement>(`[data-views~="${view}"]`)
    if (bar && here)
      bar.scrollTo({ left: here.offsetLeft - bar.offsetLeft + here.offsetWidth - bar.clientWidth + EDGE })
  }, [view])
  return (
    <div className="sticky top-0 z-20 bg-panel">
      <header className="flex h-12 items-stretch gap-3 px-3 sm:gap-5 sm:px-4">
        <a
          href={boardPath}
          className="flex items-center gap-2 text-base font-bold tracking-tight"
          aria-label="Busbar: all markets"
        >
          <Mark />
          <span className="max-sm:hidden">Busbar</span>
        </a>
        <nav
          ref={places}
          aria-label="Main"
          className="flex min-w-0 items-stretch gap-1 overflow-x-auto [scrollbar-width:none]"
        >
          {PLACES.map((place) => {
            const isHere = place.views.includes(props.route.view)
            return (
              <a
                key={place.label}
                href={place.path}
                data-views={place.views.join(' ')}
                aria-current={isHere ? 'page' : undefined}
                className={`relative flex items-center px-2 sm:px-3 ${
                  isHere
                    ? 'font-semibold after:absolute after:bottom-0 after:left-1/2 after:h-2.5 after:w-1 after:-translate-x-1/2 after:bg-copper-deep'
                    : 'text-dim hover:text-ink'
                }`}
              >
                {place.label}
              </a>
            )
          })}
        </nav>
        <div className="ml-auto flex items-center gap-3 sm:gap-5">
          <Connection />
          <AccountBadge />
        </div>
      </header>
      <Bus />
    </div>
  )
}
