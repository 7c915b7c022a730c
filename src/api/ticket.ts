import { createHash, randomBytes } from 'node:crypto'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_SECOND } from '../base/time.ts'
import type { Caller } from './caller.ts'

/** How long a ticket opens a stream, in seconds. */
export const TICKET_SECONDS = 60

const MOST = 10_000

/** Passes to the stream for those who cannot send a key there, such as pages. Each works once. */
export type Tickets = {
  open(caller: Caller): string
  /** Who the ticket was given to; nothing if it is unknown, used or too old. */
  redeem(ticket: string): Caller | undefined
}

const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64')

export function createTickets(clock: () => Instant): Tickets {
  const tickets = new Map<string, { caller: Caller; until: Instant }>()
  return {
    open(caller) {
      const now = clock()
      for (const [hash, { until }] of tickets) {
        if (until > now && tickets.size < MOST) break
        tickets.delete(hash)
      }
      const ticket = `wst_${randomBytes(24).toString('base64url')}`
      tickets.set(hashOf(ticket), { caller, until: later(now, TICKET_SECONDS * MICROS_PER_SECOND) })
      return ticket
    },
    redeem(ticket) {
      const hash = hashOf(ticket)
      const found = tickets.get(hash)
      tickets.delete(hash)
      return found === undefined || found.until <= clock() ? undefined : found.caller
    },
  }
}
