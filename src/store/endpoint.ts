import { createHmac } from 'node:crypto'
import type { OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { ControlDatabase } from './control.ts'
import type { Vault } from './secret.ts'

export type EndpointDialect = 'openai' | 'anthropic' | 'embeddings'

/** Where and how a supplier answers for one offer. Never printed, logged or returned. */
export type Endpoint = {
  baseUrl: string
  /** The language it speaks. */
  dialect: EndpointDialect
  model: string
  apiKey: string | null
  headers: Readonly<Record<string, string>>
}

/** What may be shown of an endpoint: never a secret, only what tells one from another. */
export type EndpointView = {
  baseUrl: string
  dialect: EndpointDialect
  model: string
  /** The last four characters of a long enough key, or null. */
  apiKeyLast4: string | null
  /** Tells two keys apart without helping to guess either; null where there is none. */
  apiKeyFingerprint: string | null
  headerNames: string[]
}

/** The endpoint behind each offer: sealed on disk, open in memory for the gateway. */
export type Endpoints = {
  put(offer: OfferId, endpoint: Endpoint, at: Instant): Promise<EndpointView>
  view(offer: OfferId): EndpointView | undefined
  /** The endpoint with its secrets, for calling it and nothing else. */
  open(offer: OfferId): Endpoint | undefined
  remove(offer: OfferId): Promise<void>
}

/** Below this length four characters would give away too much of a key. */
const SHOWABLE_LENGTH = 16

/** Loads every endpoint. Throws `SealBroken` if the master key is not the one that sealed them. */
export async function createEndpoints(db: ControlDatabase, vault: Vault): Promise<Endpoints> {
  const held = new Map<OfferId, Endpoint>()
  const fingerprintKey = vault.derive('fingerprint supplier-endpoint')
  for (const row of await db.selectFrom('endpoint').selectAll().execute()) {
    const secrets = JSON.parse(vault.open('supplier-endpoint', contextOf(row.offer), row.sealed)) as Secrets
    const { base_url: baseUrl, model } = row
    held.set(row.offer as OfferId, { baseUrl, model, ...secrets })
  }
  const viewOf = ({ baseUrl, dialect, model, apiKey, headers }: Endpoint): EndpointView => ({
    baseUrl,
    dialect,
    model,
    apiKeyLast4: apiKey !== null && apiKey.length >= SHOWABLE_LENGTH ? apiKey.slice(-4) : null,
    apiKeyFingerprint:
      apiKey && createHmac('sha256', fingerprintKey).update(apiKey).digest('hex').slice(0, 16),
    headerNames: Object.keys(headers),
  })
  return {
    async put(offer, endpoint, at) {
      const { baseUrl, dialect, model, apiKey, headers } = endpoint
      const row = {
        base_url: baseUrl,
        model,
        sealed: vault.seal(
          'supplier-endpoint',
          contextOf(offer),
          JSON.stringify({ dialect, apiKey, headers }),
        ),
        updated_at: at,
      }
      await db
        .insertInto('endpoint')
        .values({ offer, ...row })
        .onConflict((conflict) => conflict.column('offer').doUpdateSet(row))
        .execute()
      held.set(offer, { baseUrl, dialect, model, apiKey, headers: { ...headers } })
      return viewOf(endpoint)
    },
    view(offer) {
      const endpoint = held.get(offer)
      return endpoint && viewOf(endpoint)
    },
    open: (offer) => held.get(offer),
    async remove(offer) {
      held.delete(offer)
      await db.deleteFrom('endpoint').where('offer', '=', offer).execute()
    },
  }
}

type Secrets = Pick<Endpoint, 'dialect' | 'apiKey' | 'headers'>

const contextOf = (offer: number): string => `offer ${offer}`
