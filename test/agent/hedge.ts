import { createHash } from 'node:crypto'
import { createAgent } from '../../src/agent/agents.ts'
import type { Desk } from '../../src/agent/desk.ts'
import type { Participant } from '../../src/agent/loop.ts'
import type { Chance } from '../../src/base/chance.ts'
import { chance } from '../../src/base/chance.ts'
import type { InstrumentId, OfferId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { ticks, wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { conversation } from '../../src/demo/demand-trace.ts'
import type { TestVenue, Trader } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'
import { reading } from '../engine/stage.ts'
import { clientOn, deskOn, turnsOf } from './door.ts'

// Two buyers with one demand on a real venue in virtual time: one buys each request's units when it comes, the other runs
// the hedger besides. The demand is the trace sample, a second of it an hour here, each request standing for so many.

const GRADE = 'text-prime'
const REQUESTS = 300
const HALF_SPREAD = 0.01
const TRADES_PER_HOUR = 6
const CALM = 0.004

/** How prices move: by chance alone, or besides with the demand of the hour. */
export type Weather = { seed: number; peak: number; confidence: number }

/** What a buyer has paid in dollars, used in units, and let expire. */
export type Bill = { paid: number; used: number; wasted: number }
/** `ahead`: units that the hedger bought. */
export type Outcome = { spot: Bill; hedged: Bill; ahead: number; hours: number }

type World = {
  venue: TestVenue
  harbor: Trader & { offer: string }
  maker: Trader
  crowd: Trader
  luck: Chance
}

/** Weighted tokens that arrive in each hour. */
function hourlyDemand(): number[][] {
  const hours: number[][] = []
  let ms = 0
  for (const { gapMs, inputTokens, outputTokens } of conversation) {
    ms += gapMs
    const hour = Math.floor(ms / 1_000)
    while (hours.length <= hour) hours.push([])
    hours[hour]?.push(Math.round((inputTokens / 4 + outputTokens) * REQUESTS))
  }
  return hours
}

export async function compareBuyers({ seed, peak, confidence }: Weather): Promise<Outcome> {
  const venue = await openTestVenue()
  try {
    const { at } = venue.venue.sequencer.state
    venue.pass(24 * MICROS_PER_HOUR - (at % (24 * MICROS_PER_HOUR)))
    const world: World = {
      venue,
      harbor: await venue.supply('Harbor', GRADE, '0.01'),
      maker: await venue.join('maker', { cash: 100_000 }),
      crowd: await venue.join('crowd', { cash: 100_000 }),
      luck: chance(seed),
    }
    const [spot, ahead] = [
      await venue.join('spot', { cash: 1_000 }),
      await venue.join('ahead', { cash: 1_000 }),
    ]
    const desk = await deskOn(clientOn(venue, ahead.key), 'hedge', '500')
    const settings = { instrument: GRADE, max_price: 2, learn_hours: 12, confidence }
    const hedger = createAgent('hedger', desk, settings)
    const hours = hourlyDemand()
    const mean = hours.flat().reduce((sum, one) => sum + one, 0) / hours.length
    let price = 0.8
    for (const [hour, arrivals] of hours.entries()) {
      price *= 1 + CALM * (world.luck.fraction() + world.luck.fraction() - 1)
      const load = Math.min(3, arrivals.reduce((sum, one) => sum + one, 0) / mean)
      await liveHour(world, desk, hedger, [spot, ahead], hour, price * (1 + peak * (load - 1)), arrivals)
    }
    await desk.look()
    const { units } = desk.account('TEXT_PRIME-USD')
    return {
      spot: await billOf(venue, spot),
      hedged: await billOf(venue, ahead),
      ahead: units,
      hours: hours.length,
    }
  } finally {
    await venue.close()
  }
}

/** Quotes, trade in the crowd and the hedger's turn first; then the hour's demand, of both buyers alike. */
async function liveHour(
  world: World,
  desk: Desk,
  hedger: Participant,
  buyers: readonly Trader[],
  hour: number,
  price: number,
  arrivals: readonly number[],
): Promise<void> {
  await quote(world, price)
  if (hour > 0) await turnsOf(desk, hedger, 1)
  for (let trade = 0; trade < TRADES_PER_HOUR; trade++) await crowdTrades(world)
  for (const units of arrivals) for (const buyer of buyers) await consume(world, buyer, units)
  world.venue.pass(MICROS_PER_HOUR)
}

const order = ({ venue }: World, { key }: Trader, side: 'buy' | 'sell', quantity: string, price?: number) =>
  venue.send('POST', '/v1/orders', {
    key,
    body: {
      instrument: GRADE,
      side,
      quantity,
      ...(price === undefined ? { type: 'market' } : { price: price.toFixed(4) }),
    },
  })

async function quote(world: World, price: number): Promise<void> {
  const { venue, harbor, maker } = world
  for (const { key } of [harbor, maker]) await venue.send('POST', '/v1/orders/cancel', { key, body: {} })
  const { json } = await venue.send('GET', '/v1/balances', { key: harbor.key })
  const row = json.data.find(({ asset }: { asset: string }) => asset === 'TEXT_PRIME')
  const short = (10 - Number(row?.available ?? 0)).toFixed(2)
  if (Number(short) > 0)
    await venue.send('POST', '/v1/issuances', {
      key: harbor.key,
      body: { offer: harbor.offer, instrument: GRADE, quantity: short },
    })
  await order(world, harbor, 'sell', '10.00', price * (1 + HALF_SPREAD))
  await order(world, maker, 'buy', '2.00', price * (1 - HALF_SPREAD))
}

async function crowdTrades(world: World): Promise<void> {
  const size = (0.05 + 0.2 * world.luck.fraction()).toFixed(2)
  await order(world, world.crowd, world.luck.fraction() < 0.5 ? 'buy' : 'sell', size)
}

/** Draws what a request needs, from units on hand first and at the asks for the rest, and settles it. */
async function consume({ venue, harbor }: World, buyer: Trader, needed: number): Promise<void> {
  const { sequencer } = venue.venue
  const { events } = await venue.ask({
    kind: 'draw.open',
    account: buyer.id,
    mandate: NO_MANDATE,
    instrument: 1 as InstrumentId,
    offer: Number(harbor.offer.slice(4)) as OfferId,
    request: `hedge-${buyer.name}-${sequencer.state.seq}`,
    wt: wt(needed),
    buyLimit: ticks(20_000),
    deadline: later(sequencer.state.at, 60 * MICROS_PER_SECOND),
  })
  const draw = events.findLast((event) => event.kind === 'draw.opened')?.draw
  if (draw === undefined) throw new Error(`no draw: ${JSON.stringify(events)}`)
  const hash = createHash('sha256').update(`${draw}`).digest('hex')
  const delivered = reading({
    outputTokens: needed,
    ttft: 400_000,
    generation: MICROS_PER_SECOND * Math.ceil(needed / 100),
    promptHash: hash,
    outputHash: hash,
  })
  await venue.ask({ kind: 'draw.settle', draw, reading: delivered })
}

/** What a buyer has paid, with fees, and used; the rest has expired or is left, and counts as wasted. */
async function billOf(venue: TestVenue, { key }: Trader): Promise<Bill> {
  const client = clientOn(venue, key)
  let paid = 0
  let bought = 0
  for await (const fill of client.fills.all()) {
    paid += Number(fill.price) * Number(fill.quantity) + Number(fill.fee.amount)
    bought += Number(fill.quantity)
  }
  let used = 0
  for await (const { units } of client.deliveries.all({ as: 'buyer' })) used += Number(units)
  return { paid, used, wasted: bought - used }
}
