import type { Instant } from '../base/time.ts'
import { rfc3339, toMs } from '../base/time.ts'
import type { Spec } from '../state/instrument.ts'
import type { State } from '../state/state.ts'
import type { AccountEvent } from '../store/account-event.ts'
import type { AccountEventOut } from '../wire/account.ts'
import { money, units } from '../wire/decimal.ts'
import type { IdKind } from '../wire/id.ts'
import { printId } from '../wire/id.ts'
import { printPrice, printQuantity } from './amount.ts'
import { marketName } from './instrument-name.ts'

/** What the numbers of an event count, by the name of the field. Numbers not named here stay numbers. */
const UNITS: Record<string, 'price' | 'lots' | 'units' | 'money' | 'time' | 'ms'> = {
  price: 'price',
  buyAt: 'price',
  sellAt: 'price',
  oldPrice: 'price',
  stop: 'price',
  lots: 'lots',
  target: 'lots',
  remaining: 'lots',
  oldRemaining: 'lots',
  by: 'lots',
  shown: 'lots',
  display: 'lots',
  bought: 'lots',
  wt: 'units',
  used: 'units',
  returned: 'units',
  primary: 'units',
  rate: 'units',
  amount: 'money',
  due: 'money',
  paid: 'money',
  insured: 'money',
  surplus: 'money',
  bond: 'money',
  fee: 'money',
  proceeds: 'money',
  cost: 'money',
  deliveryFee: 'money',
  refund: 'money',
  escrow: 'money',
  priceLimit: 'money',
  priceFloor: 'money',
  above: 'money',
  worst: 'money',
  threshold: 'money',
  position: 'units',
  wait: 'ms',
  deadline: 'time',
  expiresAt: 'time',
  until: 'time',
  at: 'time',
  limit: 'units',
  window: 'ms',
  freeze: 'ms',
  filled: 'units',
}

const IDS: Record<string, IdKind> = {
  account: 'account',
  supplier: 'account',
  seller: 'account',
  buyer: 'account',
  member: 'member',
  offer: 'offer',
  order: 'order',
  aggressor: 'order',
  resting: 'order',
  trade: 'trade',
  lot: 'lot',
  penalty: 'penalty',
  draw: 'delivery',
  mandate: 'mandate',
  parent: 'mandate',
  group: 'group',
  procurement: 'procurement',
  approval: 'approval',
  placed: 'order',
}

/** Names that say more outside than inside. */
const NAMES: Record<string, string> = {
  draw: 'delivery',
  lots: 'quantity',
  wt: 'units',
  by: 'quantity',
  shown: 'shown_quantity',
  display: 'display_quantity',
  buyAt: 'buy_price',
  sellAt: 'sell_price',
  window: 'window_ms',
  freeze: 'freeze_ms',
  wait: 'wait_ms',
  worst: 'cost',
  placed: 'order',
}

const snake = (name: string): string =>
  NAMES[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What an event's fields are printed by: the market it is about, if any, and what `from` and `to` name. */
type Context = { state: State; spec: Spec | undefined; ends: IdKind }

/** What a command was to an account, in public words. */
export const printEvents = (
  state: State,
  { seq, at, events }: { seq: number; at: Instant; events: readonly AccountEvent[] },
): AccountEventOut[] => events.map((event) => printEvent(state, seq, at, event))

/** One private event in public words. */
function printEvent(state: State, seq: number, at: Instant, event: AccountEvent): AccountEventOut {
  const { kind, ...fields } = event
  const spec = typeof fields.instrument === 'number' ? state.instruments[fields.instrument]?.spec : undefined
  const ends = kind === 'draw.rerouted' || kind === 'draw.covered' ? 'offer' : 'account'
  return { seq, at: rfc3339(at), type: kind, payload: printFields({ state, spec, ends }, fields) }
}

const printFields = (context: Context, fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name !== 'kind')
      .map(([name, value]) => [snake(name), printField(context, name, value)]),
  )

function printField(context: Context, name: string, value: unknown): unknown {
  if (typeof value === 'number') return printNumber(context, name, value)
  if (name === 'budget')
    return Object.fromEntries(
      Object.entries(value as object).map(([key, one]) => [key, money(one as number)]),
    )
  if (Array.isArray(value))
    return value.map((one) => printField(context, name === 'instruments' ? 'instrument' : name, one))
  return typeof value === 'object' && value !== null ? printFields(context, value) : value
}

function printNumber({ state, spec, ends }: Context, name: string, value: number): unknown {
  if (name === 'instrument' || name === 'regraded') {
    const instrument = state.instruments[value]
    return instrument === undefined ? null : marketName(instrument)
  }
  const kind = name === 'from' || name === 'to' ? ends : IDS[name]
  if (kind !== undefined) return value === 0 ? null : printId(kind, value)
  switch (UNITS[name]) {
    case 'money':
      return money(value)
    case 'units':
      return units(value)
    case 'time':
      return rfc3339(value as Instant)
    case 'ms':
      return toMs(value as Instant)
    case 'price':
      return spec === undefined ? value : printPrice(spec, value)
    case 'lots':
      return spec === undefined ? value : printQuantity(spec, value)
    default:
      return value
  }
}
