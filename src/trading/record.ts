import { ticks } from '../base/money.ts'
import { accountOf, instrumentOf } from '../state/account.ts'
import type { DeclarationCommand } from '../state/declaration.ts'
import type { Event } from '../state/event.ts'
import type { FixingCommand } from '../state/fixing.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'

const HOURS_OF_DAY = 24

/**
 * Publishes a fixing: once for each period, in order. Only an hour's own print becomes what bonds look at,
 * in ticks rounded up; a correction is told and changes nothing.
 */
export function publishFixing(state: State, command: FixingCommand): Event[] | Refusal {
  const { instrument: id, period, at, hour, price, corrects } = command
  const length = period === 'hour' ? hour : hour * HOURS_OF_DAY
  if (price !== null && !(Number.isSafeInteger(price) && price > 0)) return refuse('price_not_positive')
  const instrument = instrumentOf(state, id)
  if (instrument === undefined) return refuse('instrument_not_found')
  if (hour !== state.settings.hour || at > state.at || at % length !== 0) return refuse('fixing_off_grid')
  const last = period === 'hour' ? instrument.fixedHour : instrument.fixedDay
  if (corrects === null && at <= last) return refuse('fixing_published', { at })
  if (corrects !== null && at > last) return refuse('fixing_not_published', { at })

  // Nothing below this line can fail.
  const { kind: _, ...print } = command
  if (corrects === null) {
    if (period === 'hour') {
      instrument.fixedHour = at
      if (price !== null) instrument.fixing = ticks(Math.ceil(price / instrument.spec.tick))
    } else instrument.fixedDay = at
  }
  return [{ kind: 'fixing.published', ...print }]
}

/** Puts a statement on the record. Costs are stated by who delivers, or by an operator. */
export function makeDeclaration(state: State, command: DeclarationCommand): Event[] | Refusal {
  const { account, topic, subject, body, source } = command
  if (source.trim() === '') return refuse('name_empty')
  const stated = accountOf(state, account)
  if (stated === undefined) return refuse('account_not_found')
  const isDeliverer = stated.roles.includes('supplier') || stated.roles.includes('operator')
  if (topic === 'cost' && !isDeliverer) return refuse('role_missing', { role: 'supplier' })

  // Nothing below this line can fail.
  return [{ kind: 'declaration.made', account, topic, subject, body, source }]
}
