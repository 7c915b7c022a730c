import type { OfferOut } from '../wire/supply.ts'
import type { OrderOut } from '../wire/order.ts'
import type { Desk } from './desk.ts'
import { printAt, rounded } from './increment.ts'
import type { Participant } from './loop.ts'
import type { Quote } from './quote.ts'
import { cancelsIn, requote } from './quote.ts'
import type { SettingsOf } from './setting.ts'
import { GRADE, SettingFault } from './setting.ts'
import type { Facts, Step } from './step.ts'
import { dollars, percent, unitsText, wait } from './step.ts'
import type { Holding, Market } from './view.ts'
import { cashOf, readMarket, readNow } from './view.ts'

export const SUPPLIER = {
  instrument: { kind: 'text', form: GRADE, needed: true, says: 'the grade that it sells' },
  offer: { kind: 'text', form: /^off_[1-9]\d*$/, needed: true, says: 'its offer, certified for the grade' },
  cost: { kind: 'number', least: 0.0001, most: 1e6, says: 'dollars that delivering a unit costs; or:' },
  model: {
    kind: 'text',
    form: /^\S{1,120}$/,
    says: 'a posted model by its key: a unit costs what the sheet says; or:',
  },
  gpu_hour: { kind: 'number', least: 0.01, most: 1_000, says: 'dollars for an hour of one GPU, and with it' },
  gpus: { kind: 'number', least: 1, most: 100_000, default: 1, says: 'GPUs that serve together' },
  goodput: {
    kind: 'number',
    least: 1,
    most: 1e9,
    says: 'weighted tokens a second of all of them at full use',
  },
  utilisation: {
    kind: 'number',
    least: 0.01,
    most: 1,
    default: 0.6,
    says: 'the share of the time that they are in use',
  },
  margin: {
    kind: 'number',
    least: 0,
    most: 10,
    default: 0.1,
    says: 'profit asked at least, as a share of the cost',
  },
  stock: { kind: 'number', least: 0.01, most: 1e6, default: 10, says: 'units that it keeps on sale' },
  capacity_share: {
    kind: 'number',
    least: 0.01,
    most: 1,
    default: 0.8,
    says: 'share of what the offer can back that it owes at most',
  },
  bond_share: {
    kind: 'number',
    least: 0.01,
    most: 1,
    default: 0.2,
    says: 'what a bond is reckoned at, as a share of the value issued',
  },
  reserve: {
    kind: 'number',
    least: 0,
    most: 1e9,
    default: 0,
    says: 'dollars that stay free; below this it withdraws',
  },
} as const

export type SupplierSettings = SettingsOf<typeof SUPPLIER>

/** What a supplier decides by. Times in milliseconds, money in dollars. */
export type SupplierView = {
  now: number
  market: Market
  holding: Holding
  offer: OfferOut
  cost: number
  cash: number
  /** Dollars that it may still post as a bond. */
  room: number
  open: readonly OrderOut[]
}

const SECONDS_PER_HOUR = 3_600
const UNIT = 1_000_000

/** Dollars a unit costs on rented GPUs: GPU-hours a unit (the token heat rate) times the rent of an hour. */
export const rentedCost = (gpuHour: number, gpus: number, goodput: number, utilisation: number): number =>
  (gpuHour * gpus * UNIT) / (SECONDS_PER_HOUR * goodput * utilisation)

/** The least price that leaves the margin over the cost after the delivery fee. */
export const leastPrice = (cost: number, margin: number, deliveryFee: number): number =>
  (cost * (1 + margin)) / (1 - deliveryFee)

/** Why an offer can sell nothing more, or nothing. */
function whyClosed({ offer, market, now, cash }: SupplierView, reserve: number): string | undefined {
  if (offer.status !== 'active') return `${offer.id} is ${offer.status}`
  const { maintenance } = offer
  if (maintenance !== null && Date.parse(maintenance.starts_at) <= now)
    return `${offer.id} has announced maintenance since ${maintenance.starts_at}`
  const proof = offer.certificates.find(({ instrument }) => instrument === market.instrument.id)
  if (proof === undefined || Date.parse(proof.expires_at) <= now)
    return `${offer.id} has no valid certificate for ${market.instrument.id}`
  if (cash < reserve) return `${dollars(cash)} are free, less than the reserve of ${dollars(reserve)}`
  return undefined
}

/**
 * One turn of a supplier. It asks no less than cost, margin and fee take, and otherwise a tick below the best
 * ask of others; it issues what is missing from its stock as far as capacity and bond allow; and when the
 * offer may not sell or its money runs out it cancels its asks and redeems what is unsold.
 */
export function decideSupply(settings: SupplierSettings, view: SupplierView): Step[] {
  const { market, holding, open } = view
  const { instrument } = market
  const closed = whyClosed(view, settings.reserve)
  if (closed !== undefined) return withdrawal(view, closed)
  const least = leastPrice(view.cost, settings.margin, Number(instrument.delivery_fee))
  const tick = Number(instrument.price_increment)
  const best = market.asks[0]?.price
  const wanted = best === undefined ? Math.max(least, market.reference) : Math.max(least, best - tick)
  const price = rounded(wanted, instrument.price_increment, 'up')
  const facts: Facts = {
    cost: view.cost,
    least,
    best_ask: best ?? null,
    price,
    owed: Number(view.offer.outstanding),
  }
  const over = best === undefined ? 'nobody else asks' : `the best other ask is ${dollars(best)}`
  const why =
    `a unit costs ${dollars(view.cost)}; with ${percent(settings.margin)} margin and the delivery fee that is ` +
    `${dollars(least)} at least, and ${over}`
  const issue = issuance(settings, view)
  const issued = issue?.act === 'issue' ? Number(issue.quantity) : 0
  const units = Math.min(settings.stock, holding.free + holding.selling + issued)
  const asks: Quote[] = [{ side: 'sell', price, units, why, facts }]
  const steps = requote(instrument, open, asks, 0, { post_only: 'slide' })
  const all = issue === undefined ? steps : [issue, ...steps]
  return all.length > 0 ? all : [wait(`its ask stands: ${why}`, facts)]
}

function withdrawal({ market, holding, open }: SupplierView, closed: string): Step[] {
  const { id, quantity_increment: lot } = market.instrument
  const facts = { unsold: holding.free + holding.selling, obligation: holding.obligation }
  const unsold = rounded(Math.min(holding.free + holding.selling, holding.obligation), lot, 'down')
  const steps = cancelsIn(market.instrument, open, `${closed}: it sells nothing more`, facts)
  if (unsold > 0) {
    const quantity = printAt(unsold, lot, 'down')
    const why = `${closed}: what is unsold is handed back, which frees its bond`
    steps.push({ act: 'redeem', instrument: id, quantity, why, facts })
  }
  return steps.length > 0 ? steps : [wait(closed, facts)]
}

/** What to issue, or why the stock stays short; nothing while it is full. */
function issuance(settings: SupplierSettings, view: SupplierView): Step | undefined {
  const { market, holding, offer, room } = view
  const { instrument } = market
  const lot = instrument.quantity_increment
  const unsold = holding.free + holding.selling
  const short = settings.stock - unsold
  // Refilled by halves, so that every sale does not issue a lot.
  if (short < settings.stock / 2) return undefined
  const capacity = Number(offer.rate) * (market.windowMs / 60_000) * settings.capacity_share
  const free = Math.max(0, capacity - Number(offer.outstanding))
  const bondPerUnit = settings.bond_share * Math.max(market.reference, Number(instrument.reference_price))
  const affordable = Math.max(0, Math.min(room, view.cash - settings.reserve)) / bondPerUnit
  const units = rounded(Math.min(short, free, affordable), lot, 'down')
  const facts = {
    unsold,
    short,
    capacity,
    owed: Number(offer.outstanding),
    room,
    cash: view.cash,
    bond_per_unit: bondPerUnit,
  }
  if (units < Number(lot)) {
    const limit =
      free < Number(lot)
        ? `it owes all but ${unitsText(free)} that its rate can back`
        : 'no money is left for the bond'
    return wait(`${unitsText(short)} are missing from its stock, but ${limit}`, facts)
  }
  const cut = units < short - Number(lot) ? ` of the ${unitsText(short)} missing` : ''
  return {
    act: 'issue',
    offer: offer.id,
    instrument: instrument.id,
    quantity: printAt(units, lot, 'down'),
    bond: units * bondPerUnit,
    why:
      `it has ${unitsText(unsold)} unsold of a stock of ${unitsText(settings.stock)}; it can back ${unitsText(free)} more, ` +
      `and issues ${unitsText(units)}${cut} against a bond of at most ${dollars(units * bondPerUnit)}`,
    facts,
  }
}

/** A supplier at work in one grade. */
export function supplier(desk: Desk, settings: SupplierSettings): Participant {
  const { client } = desk
  const instrument = desk.instrument(settings.instrument)
  const ways = [settings.cost, settings.model, settings.gpu_hour].filter((way) => way !== undefined)
  if (ways.length !== 1) throw new SettingFault('give one of cost, model, and gpu_hour with goodput')
  if (settings.gpu_hour !== undefined && settings.goodput === undefined)
    throw new SettingFault('goodput is missing: it goes with gpu_hour')

  async function costNow(): Promise<number | undefined> {
    const { cost, model, gpu_hour: gpuHour, gpus, goodput, utilisation } = settings
    if (cost !== undefined) return cost
    if (gpuHour !== undefined) return rentedCost(gpuHour, gpus, goodput ?? 0, utilisation)
    const { data } = await client.sheets.mapping(instrument.id, { limit: 1_000 })
    const found = data.filter(({ key }) => key === model).map(({ unit_price: price }) => Number(price))
    return found.length === 0 ? undefined : Math.min(...found)
  }

  return {
    async decide() {
      const cost = await costNow()
      if (cost === undefined) return [wait(`no sheet posts a model of the key ${settings.model ?? ''}`)]
      const [now, market, offer] = await Promise.all([
        readNow(client),
        readMarket(client, instrument, desk.open),
        client.offers.get(settings.offer),
      ])
      return decideSupply(settings, {
        now,
        market,
        holding: desk.holding(instrument.id),
        offer,
        cost,
        cash: cashOf(desk.balances),
        room: desk.room,
        open: desk.open,
      })
    },
  }
}
