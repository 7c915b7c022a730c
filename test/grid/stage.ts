import assert from 'node:assert/strict'
import type { OfferId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { parseId } from '../../src/wire/id.ts'
import type { Scope } from '../../src/wire/key.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import type { KeyPair } from './grid-client.ts'
import { gridClient, newKeyPair, one, rows } from './grid-client.ts'

const SUPPLY: readonly Scope[] = [
  'account:read',
  'trade:place',
  'trade:cancel',
  'transfer',
  'keys:manage',
  'supply:manage',
  'inference:consume',
]

export type Trader = {
  account: string
  key: string
  pair: KeyPair
  /** Signs every request with its key pair. */
  trading: ReturnType<typeof gridClient>
  /** Asks the platform with its bearer key. */
  platform: ReturnType<typeof gridClient>
}

export type Stage = {
  exchange: RunningExchange
  base: string
  /** The market of text-prime, and its instrument, as this dialect names them. */
  market: string
  instrument: string
  /** A member whose signing key was registered over the platform. */
  trader(name: string, cash: string): Promise<Trader>
  /** Registers an offer of a trader and certifies it unmeasured. */
  certify(trader: Trader, endpoint?: string): Promise<string>
  end(): Promise<void>
}

/** An exchange, and those who come to it with clients written for another market. */
export async function openStage(): Promise<Stage> {
  const exchange = await runExchange()
  const base = `${exchange.baseUrl}/grid`
  const listed = rows(await gridClient(`${base}/v1`, undefined).get('/instruments'))
  const found = listed.find(({ symbol }) => symbol === 'text-prime')
  assert.ok(found)
  return {
    exchange,
    base,
    market: String(found.market_id),
    instrument: String(found.instrument_id),
    async trader(name, cash) {
      const { key, account } = await exchange.join(name, cash, SUPPLY)
      const platform = gridClient(`${base}/api/v1`, key)
      const pair = newKeyPair()
      const made = await platform.post('/signing-keys', {
        signing_key: { label: name, public_key: pair.publicKey },
      })
      assert.equal(made.status, 201, made.text)
      assert.equal(one(made).fingerprint, pair.fingerprint)
      return { account, key, pair, platform, trading: gridClient(`${base}/v1`, pair) }
    },
    async certify({ key }, endpoint = 'http://127.0.0.1:9/v1') {
      const response = await fetch(`${exchange.baseUrl}/v1/offers`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          name: 'Rack 1',
          endpoint: { base_url: endpoint, model: 'steady' },
          rate: '10',
          concurrency: 8,
          context_tokens: 131_072,
        }),
      })
      const { id } = (await response.json()) as { id: string }
      const { sequencer } = exchange.venue
      const text = sequencer.state.instruments.find(({ spec }) => spec.symbol === 'text-prime')
      assert.ok(text)
      await sequencer.ask({
        kind: 'offer.certify',
        offer: parseId('offer', id) as OfferId,
        instrument: text.id,
        expiresAt: (sequencer.state.at + 86_400_000_000) as Instant,
        evidence: { requests: 100, ttftMsP95: 1, tokensPerSecondP5: 99, items: 50, passed: 50, sha256: '' },
      })
      return id
    },
    async end() {
      assert.deepEqual(exchange.errors, [], 'nothing broke on our side')
      await exchange.end()
    },
  }
}
