import { operation } from '../api/operation.ts'
import { TICKET_SECONDS } from '../api/ticket.ts'
import { streamTicket } from '../wire/stream-frame.ts'

const createTicket = operation({
  id: 'ticket.create',
  method: 'POST',
  path: '/v1/ws-tickets',
  tag: 'Account',
  summary: 'A ticket that authenticates one connection of the stream, once, within a minute.',
  scope: 'account:read',
  rate: 'read',
  answer: streamTicket,
  status: 201,
  async run(venue, { caller }) {
    return { ticket: venue.tickets.open(caller), expires_in: TICKET_SECONDS }
  },
})

export const ticketOperations = [createTicket]
