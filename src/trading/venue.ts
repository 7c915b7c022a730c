import { PPM } from '../base/money.ts'
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from '../base/time.ts'
import { theInstrument } from '../state/account.ts'
import type { CommandOf, Settings } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import { settleHold } from './hold.ts'
import { liveOrders } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Instrument, State } from '../state/state.ts'

/** Longest time that earnings stay withheld, in microseconds: a year. */
const WITHHOLD_MAX = 365 * 24 * MICROS_PER_HOUR

/** The shortest hour of a sample market, in microseconds: twelve seconds, so that a partition is one. */
const HOUR_MIN = 12 * MICROS_PER_SECOND

const isShare = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value < PPM

/** The first setting that is out of its bounds, or nothing. */
function settingsFault(settings: Settings): string | undefined {
  for (const name of [
    'makerFee',
    'takerFee',
    'auctionFee',
    'deliveryFee',
    'bond',
    'band',
    'protection',
  ] as const)
    if (!isShare(settings[name])) return name
  const { withhold, hour } = settings
  if (!(Number.isSafeInteger(hour) && hour >= HOUR_MIN && MICROS_PER_HOUR % hour === 0)) return 'hour'
  const bounded = Number.isSafeInteger(withhold) && withhold >= 0 && withhold <= WITHHOLD_MAX
  return bounded ? undefined : 'withhold'
}

/**
 * Replaces the venue's settings. Orders at rest keep at most what they hold: a raised fee is not owed by
 * them.
 */
export function configureVenue(state: State, { settings }: CommandOf<'venue.configure'>): Event[] | Refusal {
  const setting = settingsFault(settings)
  if (setting !== undefined) return refuse('settings_invalid', { setting })

  // Nothing below this line can fail.
  state.settings = settings
  const pool = state.orders
  for (const slot of liveOrders(pool))
    settleHold(state, theInstrument(state, pool.instrument[slot] as Instrument['id']), slot)
  return [{ kind: 'venue.configured', settings }]
}
