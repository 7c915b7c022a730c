import type { InstrumentId } from '../base/ids.ts'
import { ticks } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { nextOnGrid } from '../base/time.ts'
import { newBook } from '../state/book.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import { specFault } from '../state/instrument.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { newWaiting } from '../state/waiting.ts'
import type { State } from '../state/state.ts'
import { NEVER } from '../state/state.ts'
import { DEFAULT_RULES } from '../state/status.ts'
import { newMoves } from './corridor.ts'

/** Lists a market for a spec; trading is open at once. */
export function listInstrument(state: State, { spec }: CommandOf<'instrument.list'>): Event[] | Refusal {
  const fault = specFault(spec)
  if (fault !== undefined) return refuse('spec_invalid', { fault })
  if (state.instruments.some((listed) => listed.spec.symbol === spec.symbol))
    return refuse('symbol_taken', { symbol: spec.symbol })

  // Nothing below this line can fail.
  const id = state.instruments.length as InstrumentId
  const nextSweep = nextOnGrid(state.at, spec.window)
  state.instruments.push({
    id,
    spec,
    status: 'open',
    statusReason: 'listed',
    until: NEVER,
    phases: [],
    rules: { ...DEFAULT_RULES },
    killed: null,
    book: newBook(spec.listingPrice),
    waiting: newWaiting(),
    suppliers: [],
    listedAt: state.at,
    lastPrice: ticks(0),
    auctionPrice: ticks(0),
    moves: newMoves(),
    hourOfTrade: 0,
    hourLots: Array.from({ length: 24 }, () => 0),
    hourValue: Array.from({ length: 24 }, () => 0),
    nextSweep,
    fixing: ticks(0),
    fixedHour: state.at,
    fixedDay: state.at,
    outSince: 0 as Instant,
  })
  if (nextSweep < state.nextDue) state.nextDue = nextSweep
  return [{ kind: 'instrument.listed', instrument: id, spec }]
}
