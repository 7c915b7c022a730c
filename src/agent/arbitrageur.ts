import type { InstrumentOut, SpecOut } from '../wire/instrument.ts'
import type { OrderOut } from '../wire/order.ts'
import type { Account, Desk } from './desk.ts'
import { printAt, rounded, stepsIn } from './increment.ts'
import type { Participant } from './loop.ts'
import { cancelsIn, requote } from './quote.ts'
import type { SettingsOf } from './setting.ts'
import type { Facts, Step } from './step.ts'
import { dollars, percent, unitsText, wait } from './step.ts'
import type { Holding, Level, Market } from './view.ts'
import { DUST, readMarket, readNow } from './view.ts'

export const ARBITRAGEUR = {
  between: {
    kind: 'text',
    form: /^(sheets|grades)$/,
    default: 'sheets',
    says: 'sheets: buy below posted prices and resell; grades: change a lesser grade that it holds for a better one',
  },
  task: {
    kind: 'text',
    form: /^(text|code|agent)$/,
    default: 'text',
    says: 'the task whose grades it trades',
  },
  min_gap: {
    kind: 'number',
    least: 0,
    most: 10,
    default: 0.01,
    says: 'least gain after fees, as a share of what is paid',
  },
  undercut: {
    kind: 'number',
    least: 0,
    most: 0.5,
    default: 0.02,
    says: 'share below the posted price at which it resells',
  },
  max_units: {
    kind: 'number',
    least: 0.01,
    most: 1e6,
    default: 5,
    says: 'units of one grade that it trades at most',
  },
  loss_limit: {
    kind: 'number',
    least: 0,
    most: 1e6,
    default: 1,
    says: 'dollars; beyond this loss it opens nothing and sells',
  },
  unwind_minutes: {
    kind: 'number',
    least: 1,
    most: 240,
    default: 15,
    says: 'before a sweep it sells what it bought to resell',
  },
} as const

export type ArbitrageurSettings = SettingsOf<typeof ARBITRAGEUR>

/** A purchase that can be sold for more, after all fees. Dollars and units. */
export type Gap = {
  units: number
  limit: number
  cost: number
  sell: number
  gain: number
  why: string
  facts: Facts
}

const fees = ({ taker_fee: taker, maker_fee: maker }: InstrumentOut) => ({
  taker: Number(taker),
  maker: Number(maker),
})

/**
 * What can be bought below a posted price and resold. To sell at all, it must stand below every ask that it
 * leaves, and below the posted price; so for each number of levels it takes, what the next level or the
 * posted price leaves is what it can resell at. The deepest gain is taken.
 */
export function gapToSheet(
  settings: ArbitrageurSettings,
  market: Market,
  posted: number,
  limits: { units: number; room: number },
): Gap | undefined {
  const { instrument, asks } = market
  const { taker, maker } = fees(instrument)
  const tick = Number(instrument.price_increment)
  const lot = Number(instrument.quantity_increment)
  const ceiling = posted * (1 - settings.undercut)
  let best: Gap | undefined
  let units = 0
  let cost = 0
  for (const [at, { price, units: offered }] of asks.entries()) {
    const unitCost = price * (1 + taker)
    const affordable = Math.min(offered, limits.units - units, (limits.room - cost) / unitCost)
    const taken = rounded(Math.max(0, affordable), instrument.quantity_increment, 'down')
    units += taken
    cost += taken * unitCost
    const next = asks[at + 1]?.price ?? Infinity
    const sell = rounded(
      Math.min(ceiling, taken < offered ? price - tick : next - tick),
      instrument.price_increment,
      'down',
    )
    const gain = units * sell * (1 - maker) - cost
    if (units >= lot && gain > settings.min_gap * cost && gain > (best?.gain ?? 0)) {
      const why =
        `${unitsText(units)} cost ${dollars(cost)} with fees up to ${dollars(price)}; the posted price is ${dollars(posted)}, ` +
        `and resold at ${dollars(sell)} they gain ${dollars(gain)} (${percent(gain / cost)})`
      best = {
        units,
        limit: price,
        cost,
        sell,
        gain,
        why,
        facts: { posted, units, cost, sell, gain, limit: price },
      }
    }
    if (taken < offered) break
  }
  return best
}

/** Whether a unit of one grade does for a unit of another: the same task and meter, and a higher floor. */
export function standsFor(better: SpecOut, lesser: SpecOut): boolean {
  const isSameMeter =
    better.tokenizer.sha256 === lesser.tokenizer.sha256 &&
    (['input', 'cached_input', 'output'] as const).every(
      (kind) => better.weights[kind] === lesser.weights[kind],
    )
  return better.task === lesser.task && isSameMeter && better.intelligence_floor > lesser.intelligence_floor
}

/**
 * A better grade that costs less than a lesser one is bid: as many units of the lesser are sold as are held,
 * bid, and asked of the better, level by level while the last one still gains.
 */
export function gapOfGrades(
  settings: ArbitrageurSettings,
  better: Market,
  lesser: Market,
  limits: { units: number; room: number },
): (Gap & { sellLimit: number }) | undefined {
  const buying = 1 + fees(better.instrument).taker
  const selling = 1 - fees(lesser.instrument).taker
  const asks = better.asks.map((level) => ({ ...level }))
  const bids = lesser.bids.map((level) => ({ ...level }))
  const lot = lesser.instrument.quantity_increment
  let [units, cost, brought, limit, sellLimit] = [0, 0, 0, 0, 0]
  for (;;) {
    const [ask, bid] = [asks[0], bids[0]]
    if (ask === undefined || bid === undefined) break
    const gain = bid.price * selling - ask.price * buying
    if (gain <= settings.min_gap * ask.price * buying) break
    const most = Math.min(
      ask.units,
      bid.units,
      limits.units - units,
      (limits.room - cost) / (ask.price * buying),
    )
    const taken = rounded(Math.max(0, most), lot, 'down')
    if (taken < Number(lot)) break
    units += taken
    cost += taken * ask.price * buying
    brought += taken * bid.price * selling
    limit = ask.price
    sellLimit = bid.price
    use(asks, taken)
    use(bids, taken)
  }
  if (units === 0) return undefined
  const gain = brought - cost
  const why =
    `${better.instrument.model} stands for ${lesser.instrument.model}: ${unitsText(units)} cost ${dollars(cost)} with fees, ` +
    `and the lesser bring ${dollars(brought)}, a gain of ${dollars(gain)} (${percent(gain / cost)})`
  return {
    units,
    limit,
    cost,
    sell: brought / units,
    sellLimit,
    gain,
    why,
    facts: { units, cost, brought, gain, limit, sellLimit },
  }
}

function use(levels: Level[], units: number): void {
  const [first] = levels
  if (first === undefined) return
  first.units -= units
  if (first.units < DUST) levels.shift()
}

/** What it holds of one grade to resell, and what it has paid. Times in milliseconds. */
export type Stock = {
  now: number
  market: Market
  holding: Holding
  account: Account
  open: readonly OrderOut[]
}

/** Units that it has bought and can still sell: what a sweep has taken into a lot it cannot. */
const inStock = ({ holding, account }: Stock): number =>
  Math.min(Math.max(0, account.units), holding.free + holding.selling)

const minutesToSweep = ({ market, now }: Stock): number => (market.sweepAt - now) / 60_000

/** Dollars lost so far, were what it can still sell sold to the best bid. */
export function lossOf(stock: Stock): number {
  const { market, account } = stock
  const bid = market.bids[0]?.price ?? 0
  return account.outlay / 1e6 - inStock(stock) * bid * (1 - fees(market.instrument).taker)
}

/** An order that takes what stands at a price at once, or nothing. */
const ioc = (side: 'buy' | 'sell', { instrument }: Market, price: number, units: number) => ({
  instrument: instrument.id,
  side,
  time_in_force: 'ioc' as const,
  price: printAt(price, instrument.price_increment, side === 'buy' ? 'up' : 'down'),
  quantity: printAt(units, instrument.quantity_increment, 'down'),
})

/**
 * What it does with units bought to resell: they stand at the resale price; shortly before the sweep, which
 * would make them a lot that nobody can sell, or beyond the loss limit, they go to the best bid.
 */
export function decideStock(settings: ArbitrageurSettings, stock: Stock, resale: number): Step[] {
  const { market, account, open } = stock
  const { instrument, bids } = market
  const units = inStock(stock)
  if (stepsIn(units, instrument.quantity_increment, 'down') < 1) return []
  const minutes = minutesToSweep(stock)
  const loss = lossOf(stock)
  const facts = { units, resale, loss, minutes_to_sweep: minutes, outlay: account.outlay / 1e6 }
  const isLate = minutes <= settings.unwind_minutes
  if (!isLate && loss <= settings.loss_limit) {
    const why = `${unitsText(units)} bought below the posted price are for sale until the sweep in ${minutes.toFixed(0)} min`
    // Never below what the units have cost while there is time.
    const price = Math.max(resale, account.cost / 1e6 / account.units)
    return requote(instrument, open, [{ side: 'sell', price, units, why, facts }], 0, { post_only: 'slide' })
  }
  const cancels = cancelsIn(instrument, open, 'what is left is sold to the best bid', facts)
  const why = isLate
    ? `the sweep is ${minutes.toFixed(0)} min away, and then ${unitsText(units)} could not be sold`
    : `it has lost ${dollars(loss)}, more than ${dollars(settings.loss_limit)}`
  if (bids[0] === undefined) return [...cancels, wait(`${why}; nobody bids`, facts)]
  return [...cancels, { act: 'place', order: ioc('sell', market, bids[0].price, units), why, facts }]
}

async function see(desk: Desk, task: string): Promise<Stock[]> {
  const { client } = desk
  const instruments = desk.instruments.filter(({ spec }) => spec.task === task)
  const [now, ...markets] = await Promise.all([
    readNow(client),
    ...instruments.map((one) => readMarket(client, one, desk.open)),
  ])
  return markets.map((market) => ({
    now,
    market,
    holding: desk.holding(market.instrument.id),
    account: desk.account(market.instrument.id),
    open: desk.open,
  }))
}

function tradeGrades(desk: Desk, settings: ArbitrageurSettings, stocks: readonly Stock[]): Step[] {
  const steps: Step[] = []
  for (const better of stocks)
    for (const lesser of stocks) {
      if (!better.market.isOpen || !lesser.market.isOpen) continue
      if (!standsFor(better.market.instrument.spec, lesser.market.instrument.spec)) continue
      const left = settings.max_units - Math.max(better.account.units, -lesser.account.units)
      const limits = { units: Math.min(left, lesser.holding.free), room: desk.room }
      const gap = gapOfGrades(settings, better.market, lesser.market, limits)
      if (gap === undefined) continue
      const { why, facts } = gap
      steps.push({ act: 'place', order: ioc('buy', better.market, gap.limit, gap.units), why, facts })
      const order = ioc('sell', lesser.market, gap.sellLimit, gap.units)
      steps.push({ act: 'place', order, asFilled: true, why, facts })
      // What is left of the books and of the money is seen in the next turn.
      return steps
    }
  return [
    wait(`no better ${settings.task} grade costs less, after fees, than a lesser one that it holds is bid`),
  ]
}

function tradeSheets(
  desk: Desk,
  settings: ArbitrageurSettings,
  stocks: readonly Stock[],
  floors: ReadonlyMap<string, number>,
): Step[] {
  const loss = stocks.reduce((sum, stock) => sum + lossOf(stock), 0)
  const steps = stocks.flatMap((stock): Step[] => {
    const { market } = stock
    const posted = floors.get(market.instrument.id)
    if (!market.isOpen) return []
    const ceiling = posted === undefined ? Infinity : posted * (1 - settings.undercut)
    const ask = market.asks[0]?.price ?? Infinity
    const tick = Number(market.instrument.price_increment)
    const resale = Math.min(ceiling, ask - tick)
    const kept = Number.isFinite(resale) ? resale : market.reference
    const first = decideStock(settings, stock, kept)
    const isLate = minutesToSweep(stock) <= settings.unwind_minutes
    if (posted === undefined || isLate || loss > settings.loss_limit) return first
    const limits = { units: settings.max_units - inStock(stock), room: desk.room }
    const gap = gapToSheet(settings, market, posted, limits)
    if (gap === undefined) return first
    const { why, facts } = gap
    const buy = { act: 'place', order: ioc('buy', market, gap.limit, gap.units), why, facts } as const
    const order = {
      ...ioc('sell', market, gap.sell, gap.units),
      time_in_force: 'gtc',
      post_only: 'slide',
    } as const
    return [buy, { act: 'place', order, asFilled: true, why, facts }]
  })
  if (steps.length > 0) return steps
  const lost =
    loss > settings.loss_limit
      ? `it has lost ${dollars(loss)} of at most ${dollars(settings.loss_limit)}`
      : undefined
  return [
    wait(
      lost ?? `no ${settings.task} grade is offered so far below its posted price that it could be resold`,
    ),
  ]
}

/** An arbitrageur at work among the grades of one task. */
export function arbitrageur(desk: Desk, settings: ArbitrageurSettings): Participant {
  return {
    async decide() {
      const stocks = await see(desk, settings.task)
      if (settings.between === 'grades') return tradeGrades(desk, settings, stocks)
      const floors = await desk.client.sheets.floors()
      const known = floors.flatMap(({ instrument, floor }): [string, number][] =>
        floor === null ? [] : [[instrument, Number(floor)]],
      )
      return tradeSheets(desk, settings, stocks, new Map(known))
    },
  }
}
