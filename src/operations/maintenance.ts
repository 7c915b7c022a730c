import type { AccountId, OfferId } from '../base/ids.ts'
import type { Notice } from '../state/command.ts'
import { maintenanceRequest, offer, offerPath } from '../wire/supply.ts'
import type { OfferOut } from '../wire/supply.ts'
import { operation } from '../api/operation.ts'
import { refusalIn } from '../api/outcome.ts'
import { faultAt, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { ownOffer, printOffer } from './supply.ts'

/** Announces maintenance of an offer, or takes the announcement back. */
async function announce(
  venue: Venue,
  account: AccountId,
  id: OfferId,
  notice: Notice | null,
): Promise<OfferOut | Problem> {
  const found = ownOffer(venue.sequencer.state, account, id, '/path/id')
  if (found instanceof Problem) return found
  const applied = await venue.sequencer.ask({ kind: 'offer.notice', account, offer: id, notice })
  return refusalIn(applied) ?? venue.sequencer.read((state) => printOffer(venue, state, found))
}

const begin = operation({
  id: 'offer.announce',
  method: 'PUT',
  path: '/v1/offers/{id}/maintenance',
  tag: 'Supply',
  summary:
    'Announce when an offer takes no new calls: from now to drain it, or from a later time. It still owes what it owes.',
  scope: 'supply:manage',
  params: offerPath,
  body: maintenanceRequest,
  answer: offer,
  example: { starts_at: '2026-11-25T22:00:00Z', ends_at: '2026-11-26T02:00:00Z' },
  run(venue, { path, body, caller }) {
    const from = body.starts_at ?? venue.clock()
    const until = body.ends_at ?? null
    if (until !== null && until <= from)
      return Promise.resolve(faultAt('invalid_request', '/ends_at', 'must be after starts_at'))
    return announce(venue, caller.account, path.id, { from, until })
  },
})

const end = operation({
  id: 'offer.resume',
  method: 'DELETE',
  path: '/v1/offers/{id}/maintenance',
  tag: 'Supply',
  summary: 'Take the announcement of maintenance back: the offer takes calls again.',
  scope: 'supply:manage',
  params: offerPath,
  answer: offer,
  run: (venue, { path, caller }) => announce(venue, caller.account, path.id, null),
})

export const maintenanceOperations = [begin, end]
