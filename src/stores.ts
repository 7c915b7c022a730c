import { join } from 'node:path'
import type { Venue } from './api/venue.ts'
import type { Config } from './config.ts'
import { openControl } from './store/control.ts'
import { createEndpoints } from './store/endpoint.ts'
import { openHistory } from './store/history.ts'
import { createIdempotency } from './store/idempotency.ts'
import { createKeys } from './store/key.ts'
import { openNonces } from './store/nonce.ts'
import type { Vault } from './store/secret.ts'
import { createSheets } from './store/sheet.ts'
import type { Showings } from './store/showing.ts'
import { openShowings } from './store/showing.ts'
import { createWebhooks } from './store/webhook.ts'

/** Everything that is kept beside the journal. */
export type Stores = Pick<
  Venue,
  'sheets' | 'keys' | 'nonces' | 'idempotency' | 'endpoints' | 'history' | 'webhooks'
> & {
  showings: Showings
  close(): Promise<void>
}

/** Where history is kept: a file beside the journal unless a server is named. */
export const historyPlace = ({ data, databaseUrl }: Pick<Config, 'data' | 'databaseUrl'>): string =>
  databaseUrl ?? join(data, 'history.db')

/** Opens all of it. `onFatal` hears of a file that cannot be written any more. */
export async function openStores(
  config: Config,
  journal: { exchange: string; last: number },
  vault: Vault,
  onFatal: (error: unknown) => void,
): Promise<Stores> {
  const { exchange, last } = journal
  const control = await openControl(join(config.data, 'control.db'))
  const nonces = await openNonces(join(config.data, 'nonces.db'))
  const showings = await openShowings(join(config.data, 'showings.db'))
  const history = await openHistory(historyPlace(config), onFatal, { origin: { exchange, last } })
  return {
    sheets: await createSheets(control),
    keys: await createKeys(control, vault),
    endpoints: await createEndpoints(control, vault),
    idempotency: createIdempotency(control),
    webhooks: await createWebhooks(control),
    nonces,
    showings,
    history,
    async close() {
      await history.close()
      await showings.close()
      await nonces.close()
      await control.destroy()
    },
  }
}
