// A whole exchange with two suppliers, one of each dialect, and a buyer with money: clients are tried on it.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { OfferId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { parseId } from '../../src/wire/id.ts'
import type { Scope } from '../../src/wire/key.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import type { TestModel } from './model.ts'
import { startModel } from './model.ts'

const SUPPLY: readonly Scope[] = ['account:read', 'trade:place', 'supply:manage', 'transfer']

/** The supplier of `text-prime` speaks chat completions, that of `code-prime` Anthropic's Messages. */
export const MODELS = { openai: 'text-prime', anthropic: 'code-prime' } as const
export type Dialect = keyof typeof MODELS
export const DIALECTS: readonly Dialect[] = ['openai', 'anthropic']

export type Stage = { exchange: RunningExchange; model: TestModel; origin: string; base: string; key: string }

/** Has a supplier join whose endpoint is the model, in one of its languages. */
async function supply(
  exchange: RunningExchange,
  model: TestModel,
  dialect: Dialect,
  name = `supplier-${dialect}`,
): Promise<void> {
  const { client, key } = await exchange.join(name, '1000', SUPPLY)
  const response = await fetch(`${exchange.baseUrl}/v1/offers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      endpoint: { base_url: model.baseUrl, model: 'inner', dialect, api_key: `sk-${dialect}-secret` },
      rate: '100',
      concurrency: 32,
      capabilities: ['tools', 'json_schema', 'vision', ...(dialect === 'openai' ? ['logprobs'] : [])],
      context_tokens: 128_000,
    }),
  })
  assert.equal(response.status, 201)
  const offer = (await response.json()) as { id: string; endpoint: { dialect: string } }
  assert.equal(offer.endpoint.dialect, dialect)
  const { sequencer } = exchange.venue
  const instrument = sequencer.state.instruments.find(({ spec }) => spec.symbol === MODELS[dialect])
  assert.ok(instrument)
  await sequencer.ask({
    kind: 'offer.certify',
    offer: parseId('offer', offer.id) as OfferId,
    instrument: instrument.id,
    expiresAt: (sequencer.state.at + 86_400_000_000) as Instant,
    evidence: { requests: 100, ttftMsP95: 1, tokensPerSecondP5: 99, items: 50, passed: 50, sha256: '' },
  })
  await client.issue({ offer: offer.id, instrument: MODELS[dialect], quantity: '50' })
  const terms = { side: 'sell', type: 'limit', quantity: '50', price: '0.8' } as const
  await client.orders.place({ instrument: MODELS[dialect], ...terms })
}

/** Opens the stage before the tests of a file, and closes it after them; `settle` has the last word before. */
export function stageOfFile(settle?: (stage: Stage, join: typeof supply) => Promise<void>): {
  current(): Stage
} {
  let stage: Stage | undefined
  before(async () => {
    const exchange = await runExchange()
    const model = await startModel()
    for (const dialect of DIALECTS) await supply(exchange, model, dialect)
    const { key } = await exchange.join('buyer', '1000')
    const origin = exchange.baseUrl
    stage = { exchange, model, origin, base: `${origin}/v1`, key }
    await settle?.(stage, supply)
  })
  after(async () => {
    await stage?.exchange.end()
    await stage?.model.close()
    assert.deepEqual(stage?.exchange.errors, [], 'nothing broke on our side')
  })
  return {
    current() {
      assert.ok(stage !== undefined)
      return stage
    },
  }
}

/** The tool that every client is given. */
export const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const
