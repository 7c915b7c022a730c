import { lazy, Suspense, useEffect, useRef } from 'react'
import { Board } from './board/board.tsx'
import { useFollowedAccount, useInstruments, useTickers } from './data/queries.ts'
import { Empty, Waiting } from './part/panel.tsx'
import { Problem } from './part/problem.tsx'
import type { Route } from './route.ts'
import { boardPath, routeOf, useHash } from './route.ts'
import { Boundary } from './shell/boundary.tsx'
import { Footer } from './shell/footer.tsx'
import { Header } from './shell/header.tsx'

// The charts are most of the code, and the board does without them.
const Market = lazy(async () => ({ default: (await import('./market/market.tsx')).Market }))
const Device = lazy(async () => ({ default: (await import('./device/device.tsx')).Device }))
const Indices = lazy(async () => ({ default: (await import('./figures/indices.tsx')).Indices }))
const Agents = lazy(async () => ({ default: (await import('./agents/agents.tsx')).Agents }))
const Sheets = lazy(async () => ({ default: (await import('./figures/sheets.tsx')).Sheets }))
const Playground = lazy(async () => ({ default: (await import('./playground/playground.tsx')).Playground }))

const keyOf = (route: Route): string => (route.view === 'market' ? `market ${route.instrument}` : route.view)

/** The whole page: header, the view of the current address, footer. */
export function App() {
  const route = routeOf(useHash())
  useFollowedAccount()
  const key = keyOf(route)
  const main = useRef<HTMLElement>(null)
  const first = useRef(key)
  useEffect(() => {
    if (first.current === key) return
    first.current = ''
    window.scrollTo(0, 0)
    // A reader of the screen hears the new view; the one who looks sees no frame around it.
    main.current?.focus({ preventScroll: true })
  }, [key])
  return (
    <>
      <a
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
        className="sr-only focus:not-sr-only"
      >
        Skip to content
      </a>
      <Header route={route} />
      <main ref={main} tabIndex={-1} className="flex min-w-0 grow flex-col outline-none">
        <Boundary key={key}>
          <Suspense fallback={<Waiting rows={12} />}>
            <View route={route} />
          </Suspense>
        </Boundary>
      </main>
      <Footer />
    </>
  )
}

function View(props: { route: Route }) {
  const { route } = props
  if (route.view === 'device') return <Device key={route.code} code={route.code} />
  if (route.view === 'indices') return <Indices />
  return <MarketView route={route} />
}

/** The views that show markets, and wait until they are listed. */
function MarketView(props: { route: Exclude<Route, { view: 'device' | 'indices' }> }) {
  const { route } = props
  const listing = useInstruments()
  const instruments = listing.data ?? []
  const tickers = useTickers(instruments.map((instrument) => instrument.id))
  if (listing.error && listing.data === undefined)
    return (
      <div className="p-4">
        <Problem error={listing.error} onRetry={() => void listing.refetch()} />
      </div>
    )
  if (route.view === 'board') return <Board instruments={listing.data} error={tickers.error} />
  if (listing.data === undefined) return <Waiting rows={12} />
  if (route.view === 'agents') return <Agents instruments={listing.data} />
  if (route.view === 'sheets') return <Sheets first={instruments[0]?.id ?? ''} />
  if (route.view === 'playground') return <Playground instruments={listing.data} model={route.model} />
  if (route.view === 'market') {
    const instrument = instruments.find((one) => one.id === route.instrument)
    if (instrument) return <Market instrument={instrument} instruments={listing.data} />
  }
  return (
    <Empty>
      {route.view === 'market'
        ? `No market is called ${route.instrument}.`
        : 'There is nothing at this address.'}{' '}
      <a href={boardPath} className="text-copper underline underline-offset-2">
        All markets
      </a>
    </Empty>
  )
}
