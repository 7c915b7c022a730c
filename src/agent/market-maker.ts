import type { CandleOut } from '../wire/market.ts'
import type { Desk } from './desk.ts'
import type { Participant } from './loop.ts'
import type { Quote, Side } from './quote.ts'
import { awayFrom, quotePrice, requote } from './quote.ts'
import type { SettingsOf } from './setting.ts'
import { GRADE } from './setting.ts'
import type { Step } from './step.ts'
import { dollars, percent, unitsText, wait } from './step.ts'
import type { Holding, Market } from './view.ts'
import { readMarket } from './view.ts'

export const MAKER = {
  instrument: { kind: 'text', form: GRADE, needed: true, says: 'the grade that it makes a market in' },
  half_spread: {
    kind: 'number',
    least: 0.0001,
    most: 0.2,
    default: 0.005,
    says: 'least share from the middle to a quote',
  },
  volatility_factor: {
    kind: 'number',
    least: 0,
    most: 100,
    default: 2,
    says: 'the half spread is at least this many times the deviation of a minute',
  },
  lean: {
    kind: 'number',
    least: 0,
    most: 0.2,
    default: 0.004,
    says: 'share that quotes lean at no or twice the target',
  },
  levels: { kind: 'number', least: 1, most: 10, default: 2, says: 'quotes on either side' },
  size: {
    kind: 'number',
    least: 0.01,
    most: 1e6,
    default: 1,
    says: 'units of the best quote; each further one has as many more',
  },
  target: { kind: 'number', least: 0, most: 1e6, default: 5, says: 'units that it wants to hold' },
  max_units: {
    kind: 'number',
    least: 0,
    most: 1e6,
    default: 10,
    says: 'units that it holds and bids for at most',
  },
  group_units: {
    kind: 'number',
    least: 0.01,
    most: 1e6,
    default: 5,
    says: 'units filled in the window that end all its quotes',
  },
  group_window_ms: {
    kind: 'number',
    least: 1,
    most: 3_600_000,
    default: 15_000,
    says: 'that window, in milliseconds',
  },
  timer_ms: {
    kind: 'number',
    least: 1_000,
    most: 86_400_000,
    default: 60_000,
    says: 'its quotes end when it has been silent for so long',
  },
} as const

export type MakerSettings = SettingsOf<typeof MAKER>

/** What a maker decides by: the market, what it holds, the deviation of a minute, and dollars it may bid. */
export type MakerView = { market: Market; holding: Holding; volatility: number; room: number }

/** The middle of others' best quotes; with one side or none, the last trade or the listing price. */
export function middleOf({ bids, asks, reference }: Market): number {
  const [bid] = bids
  const [ask] = asks
  return bid && ask ? (bid.price + ask.price) / 2 : reference
}

/**
 * The deviation of log prices in a minute, from one-minute candles in their order. Minutes without a trade
 * are left out of candles: a change over several minutes is scaled down to one.
 */
export function minuteVolatility(candles: readonly Pick<CandleOut, 'start' | 'close'>[]): number {
  const changes = candles.slice(1).map((candle, at) => {
    const before = candles[at] ?? candle
    const minutes = (Date.parse(candle.start) - Date.parse(before.start)) / 60_000
    return Math.log(Number(candle.close) / Number(before.close)) ** 2 / Math.max(1, minutes)
  })
  return changes.length === 0 ? 0 : Math.sqrt(changes.reduce((sum, one) => sum + one, 0) / changes.length)
}

/** How far its best quotes stand from the middle at least, as a share, and more where the market moves. */
const halfSpreadOf = (
  { half_spread: least, volatility_factor: factor }: MakerSettings,
  volatility: number,
): number => Math.max(least, factor * volatility)

/**
 * A maker's quotes: round the middle, as wide as the market moves, leaning against the inventory. Bids end
 * where holding and bidding reach `max_units` or the money; asks offer no more than is held.
 */
export function decideQuotes(settings: MakerSettings, view: MakerView): Quote[] {
  const { market, holding, volatility } = view
  const fee = Number(market.instrument.taker_fee)
  const fair = middleOf(market)
  const halfSpread = halfSpreadOf(settings, volatility)
  const held = holding.free + holding.selling
  const away = awayFrom(held, settings.target)
  const stance = { fair, around: market.reference, halfSpread, lean: settings.lean, away }
  const middle = fair * (1 - settings.lean * away)
  const quotes: Quote[] = []
  let toBid = Math.max(0, settings.max_units - held)
  let money = view.room
  let toAsk = held
  for (let level = 0; level < settings.levels; level++)
    for (const side of ['buy', 'sell'] as Side[]) {
      const price = quotePrice(stance, side, level, market.instrument.price_increment)
      // The band would have it bid more, or ask less, than a unit is worth to it.
      if (side === 'buy' ? price > middle : price < middle) continue
      const wanted = settings.size * (level + 1)
      const units =
        side === 'buy' ? Math.min(wanted, toBid, money / (price * (1 + fee))) : Math.min(wanted, toAsk)
      if (side === 'buy') {
        toBid -= units
        money -= units * price * (1 + fee)
      } else toAsk -= units
      const lean = away === 0 ? '' : `, leaning ${away > 0 ? 'down' : 'up'} as it holds ${unitsText(held)}`
      const why =
        `a unit is worth ${dollars(fair)}; level ${level + 1} stands ${percent(halfSpread * (level + 1))} away` +
        `${lean} (target ${unitsText(settings.target)})`
      quotes.push({
        side,
        price,
        units,
        why,
        facts: { fair, half_spread: halfSpread, volatility, held, away, level },
      })
    }
  return quotes
}

/** A maker at work in one book, its quotes in an order group and under the exchange's cancel timer. */
export function marketMaker(desk: Desk, settings: MakerSettings): Participant {
  const { client } = desk
  const instrument = desk.instrument(settings.instrument)
  let group: string | undefined
  return {
    async begin() {
      const known = (await client.orderGroups.list()).find(({ name }) => name === desk.name)
      const made =
        known ??
        (await client.orderGroups.create({
          name: desk.name,
          limit: settings.group_units.toFixed(2),
          window_ms: settings.group_window_ms,
        }))
      group = made.id
    },
    async attend() {
      await client.setCancelTimer(settings.timer_ms)
    },
    async decide(): Promise<Step[]> {
      const [market, candles] = await Promise.all([
        readMarket(client, instrument, desk.open),
        client.candles(instrument.id, { interval: '1m', limit: 60 }),
      ])
      if (!market.isOpen)
        return [wait(`${instrument.id} is ${market.instrument.status}: quotes stand as they are`)]
      const volatility = minuteVolatility(candles)
      // Its own bids are put in question: what they hold may be bid again.
      const inBids = desk.bidding(instrument.id)
      const quotes = decideQuotes(settings, {
        market,
        holding: desk.holding(instrument.id),
        volatility,
        room: Math.max(0, desk.room + inBids),
      })
      const steps = requote(instrument, desk.open, quotes, halfSpreadOf(settings, volatility) / 4, {
        post_only: 'slide',
        ...(group !== undefined && { group }),
      })
      return steps.length > 0 ? steps : [wait('its quotes stand where they should', quotes[0]?.facts)]
    },
    async end() {
      await client.setCancelTimer(0)
      return group === undefined ? [] : (await client.orderGroups.close(group)).canceled
    },
  }
}
