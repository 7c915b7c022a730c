import type { Client } from '../client/client.ts'
import type { Desk } from './desk.ts'
import { Forecast } from './forecast.ts'
import { rounded } from './increment.ts'
import type { Participant } from './loop.ts'
import { requote } from './quote.ts'
import type { SettingsOf } from './setting.ts'
import { GRADE } from './setting.ts'
import type { Facts, Step } from './step.ts'
import { dollars, percent, unitsText, wait } from './step.ts'
import type { Holding, Market } from './view.ts'
import { onHand, readMarket, readNow } from './view.ts'

const HOUR_MS = 3_600_000

export const HEDGER = {
  instrument: { kind: 'text', form: GRADE, needed: true, says: 'the grade that it buys ahead' },
  max_price: { kind: 'number', least: 0.0001, most: 1e6, needed: true, says: 'dollars that a unit may cost' },
  confidence: {
    kind: 'number',
    least: 0.5,
    most: 0.999,
    default: 0.9,
    says: 'how sure it must be that a unit is used before it expires',
  },
  cover_hours: {
    kind: 'number',
    least: 0.25,
    most: 48,
    default: 8,
    says: 'hours of need that it buys ahead',
  },
  learn_hours: {
    kind: 'number',
    least: 1,
    most: 168,
    default: 24,
    says: 'hours of deliveries that it must have seen',
  },
  take: {
    kind: 'text',
    form: /^(yes|no)$/,
    default: 'no',
    says: 'yes: take the best ask; no: stand a tick above the best bid and wait',
  },
} as const

export type HedgerSettings = SettingsOf<typeof HEDGER>

/** What a hedger decides by. Times in milliseconds; `room`: dollars that it may bid. */
export type HedgerView = {
  now: number
  market: Market
  holding: Holding
  forecast: Pick<Forecast, 'sure' | 'between' | 'hours'>
  room: number
}

/** A bid for units ahead of need, or the reason for none. `units` includes what is bid for already. */
export type Hedge = { units: number; price: number; why: string; facts: Facts }

/**
 * How much to bid for. A unit bought now leaves trading at the next sweep and lives one window from there:
 * what is on hand and bid for together is no more than what will be used by then, and within the hours that
 * are covered, with the confidence asked for.
 */
export function decideHedge(settings: HedgerSettings, view: HedgerView): Hedge {
  const { now, market, holding, forecast, room } = view
  const fee = Number(market.instrument.taker_fee)
  const expiry = market.sweepAt + market.windowMs
  const until = Math.min(expiry, now + settings.cover_hours * HOUR_MS)
  const sure = forecast.sure(now, until, settings.confidence)
  const has = onHand(holding)
  const price = priceOf(settings, market)
  const lot = market.instrument.quantity_increment
  const short = Math.max(0, sure - has)
  const units = rounded(Math.min(short, room / (price * (1 + fee))), lot, 'down')
  const { mean } = forecast.between(now, until)
  const hours = (until - now) / HOUR_MS
  const facts = { sure, expected: mean, on_hand: has, short, hours, price, hours_seen: forecast.hours }
  const need =
    `in ${hours.toFixed(1)} h it expects to use ${unitsText(mean)} and is ${percent(settings.confidence)} sure of ` +
    `${unitsText(sure)}; it has ${unitsText(has)}`
  if (forecast.hours < settings.learn_hours)
    return {
      units: 0,
      price,
      why: `it has seen ${forecast.hours} of ${settings.learn_hours} hours of deliveries`,
      facts,
    }
  if (units < Number(lot)) {
    const lacksMoney = short >= Number(lot)
    const left = `${dollars(Math.max(0, room))} of the spend limit is left`
    return { units: 0, price, why: lacksMoney ? `${need}, but ${left}` : need, facts }
  }
  const cut = units < short - Number(lot) ? `, cut to what ${dollars(room)} buys` : ''
  return {
    units,
    price,
    why: `${need}: it bids for ${unitsText(units)} of ${unitsText(short)} short${cut}`,
    facts,
  }
}

/** A taker bids the best ask; who waits, a tick more than the best bid and less than the best ask. */
function priceOf(
  { take, max_price: most }: HedgerSettings,
  { bids, asks, reference, instrument }: Market,
): number {
  const tick = Number(instrument.price_increment)
  const ask = asks[0]?.price
  const below = ask === undefined ? reference : ask - tick
  const above = bids[0] === undefined ? below : bids[0].price + tick
  const wanted = take === 'yes' ? (ask ?? reference) : Math.min(below, above)
  return Math.max(tick, Math.min(most, wanted))
}

/** What is delivered in an hour is told a little after its end. */
const LATE_MS = 60_000

/** What an account has been delivered, hour by hour, as a forecast that goes on learning. */
class DeliveryLog {
  readonly forecast = new Forecast()
  private readonly client: Client
  private readonly instrument: string
  /** The first hour that it has not learned. */
  private next = 0

  constructor(client: Client, instrument: string) {
    this.client = client
    this.instrument = instrument
  }

  /** Learns the hours that have ended since the last time. */
  async read(now: number): Promise<void> {
    const current = Math.floor((now - LATE_MS) / HOUR_MS)
    if (current <= this.next) return
    const used = new Map<number, number>()
    for await (const { units, at } of this.client.deliveries.all({
      instrument: this.instrument,
      as: 'buyer',
    })) {
      const hour = Math.floor(Date.parse(at) / HOUR_MS)
      if (hour < this.next) break
      used.set(hour, (used.get(hour) ?? 0) + Number(units))
    }
    if (used.size === 0 && this.next === 0) return
    const first = this.next === 0 ? Math.min(...used.keys()) : this.next
    for (let hour = first; hour < current; hour++) this.forecast.learn(hour, used.get(hour) ?? 0)
    this.next = current
  }
}

/** A hedger at work in one grade. */
export function hedger(desk: Desk, settings: HedgerSettings): Participant {
  const { client } = desk
  const instrument = desk.instrument(settings.instrument)
  const log = new DeliveryLog(client, instrument.id)
  return {
    async decide(): Promise<Step[]> {
      const now = await readNow(client)
      await log.read(now)
      const [market, lots] = await Promise.all([readMarket(client, instrument, desk.open), client.lots()])
      const hedge = decideHedge(settings, {
        now,
        market,
        holding: desk.holding(instrument.id, lots.data),
        forecast: log.forecast,
        room: Math.max(0, desk.room + desk.bidding(instrument.id)),
      })
      // What is bought after the sweep lives a window longer: a bid ends with its own window.
      const terms = { time_in_force: 'gtd', expires_at: new Date(market.sweepAt).toISOString() } as const
      const steps = requote(instrument, desk.open, [{ side: 'buy', ...hedge }], 0, terms)
      if (steps.length === 0) return [wait(hedge.why, hedge.facts)]
      return steps.map((step) =>
        step.act === 'cancel' ? { ...step, why: hedge.why, facts: hedge.facts } : step,
      )
    },
  }
}
