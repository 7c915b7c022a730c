import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { createContext, useContext, useEffect, useMemo, useState } from 'react'
import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/client.ts'
import { BusbarError } from '../../client/problem.ts'
import type { Live } from './live.ts'
import { openLive } from './live.ts'
import type { Mine } from './mine.ts'
import { createMine } from './mine.ts'

/** The exchange as every part of the page reaches it. */
export type Exchange = {
  client: Client
  live: Live
  /** The visitor's account, as it is followed. */
  mine: Mine
  /** Whether an API key was pasted. It lives in memory only and is gone with the page. */
  hasKey: boolean
  setKey: (key: string | undefined) => void
  /** A request of ours in the visitor's name, for what the client has no method for. */
  send: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Response>
}

const ExchangeContext = createContext<Exchange | undefined>(undefined)

/** The exchange of the nearest provider. */
export function useExchange(): Exchange {
  const exchange = useContext(ExchangeContext)
  if (exchange === undefined) throw new Error('useExchange needs an ExchangeProvider above it')
  return exchange
}

/**
 * Marks every call as the page's own: another site can make a browser send our cookie, but not this header.
 */
const ownFetch: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers)
  headers.set('x-busbar-web', '1')
  return fetch(input, { ...init, headers, credentials: 'same-origin' })
}

/** Whether an error says that the caller is nobody: the session is over, or the key no longer works. */
export const signedOut = (error: unknown): boolean => error instanceof BusbarError && error.status === 401

function createQueries(): QueryClient {
  const queries = new QueryClient({
    queryCache: new QueryCache({
      // Whoever is told first that the session is over has the account asked for again.
      onError: (error, { queryKey }) => {
        if (signedOut(error) && queryKey[1] !== 'account')
          void queries.invalidateQueries({ queryKey: ['mine', 'account'] })
      },
    }),
    defaultOptions: {
      queries: {
        // The client itself repeats what may be repeated; here a refusal is final.
        retry: (failures, error) => failures < 2 && error instanceof BusbarError && error.retryable,
        staleTime: 1_000,
      },
    },
  })
  return queries
}

/** Opens one client and one stream for the page below it. */
export function ExchangeProvider(props: { children: ReactNode }) {
  const [key, setKey] = useState<string>()
  const [live] = useState(openLive)
  const [mine] = useState(createMine)
  const [queries] = useState(createQueries)
  useEffect(() => live.start(), [live])
  const exchange = useMemo<Exchange>(
    () => ({
      client: createClient({ baseUrl: '', key, fetch: ownFetch, attempts: 2 }),
      live,
      mine,
      hasKey: key !== undefined,
      send: (method, path, body) =>
        ownFetch(path, {
          method,
          headers: {
            ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      setKey(next) {
        setKey(next)
        queries.removeQueries({ queryKey: ['mine'] })
      },
    }),
    [key, live, mine, queries],
  )
  return (
    <ExchangeContext value={exchange}>
      <QueryClientProvider client={queries}>{props.children}</QueryClientProvider>
    </ExchangeContext>
  )
}
