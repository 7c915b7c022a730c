import assert from 'node:assert/strict'
import type { AccountId, InstrumentId } from '../../src/base/ids.ts'
import { lots, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { eventIn } from '../../src/api/outcome.ts'
import { parseId } from '../../src/wire/id.ts'
import type { RunningExchange } from '../running-exchange.ts'

/** The instrument that the tests trade: text-prime, as ccxt calls it. */
export const SYMBOL = 'TEXT_PRIME/USD'

/** Gives an account units to sell: an offer, a certificate nobody measured, and units issued under it. */
export async function giveUnits(
  exchange: RunningExchange,
  publicId: string,
  quantity: number,
): Promise<void> {
  const { sequencer } = exchange.venue
  const account = parseId('account', publicId) as AccountId
  const found = sequencer.state.instruments.find(({ spec }) => spec.symbol === 'text-prime')
  const instrument = found?.id as InstrumentId
  const registered = await sequencer.ask({
    kind: 'offer.register',
    account,
    name: 'engine',
    concurrency: 8,
    rate: wt(41_666_667),
    capabilities: [],
    contextTokens: 128_000,
    disclosed: true,
  })
  const offer = eventIn(registered, 'offer.registered')?.offer
  assert.ok(offer !== undefined)
  const evidence = { requests: 100, ttftMsP95: 1, tokensPerSecondP5: 99, items: 50, passed: 50, sha256: '' }
  const expiresAt = (sequencer.state.at + 86_400_000_000) as Instant
  await sequencer.ask({ kind: 'offer.certify', offer, instrument, expiresAt, evidence })
  const issued = await sequencer.ask({
    kind: 'units.issue',
    account,
    offer,
    instrument,
    lots: lots(quantity * 100),
  })
  assert.ok(eventIn(issued, 'units.issued'))
}
