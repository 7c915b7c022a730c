import type { Instant } from '../base/time.ts'
import { offerOf } from '../state/account.ts'
import type { CommandOf, Notice } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Offer, State } from '../state/state.ts'

/** Whether a notice stops new calls at an instant. Calls under way go on. */
export const inMaintenance = ({ notice }: Pick<Offer, 'notice'>, at: Instant): boolean =>
  notice !== null && notice.from <= at && (notice.until === null || at < notice.until)

const isOver = ({ until }: Notice, at: Instant): boolean => until !== null && until <= at

/**
 * A supplier announces when its offer takes no new calls, or takes the announcement back. It goes on owing
 * what it owes: other suppliers, who take over what they deliver, serve meanwhile.
 */
export function announceMaintenance(state: State, command: CommandOf<'offer.notice'>): Event[] | Refusal {
  const { account, notice } = command
  const offer = offerOf(state, command.offer)
  if (notice !== null && notice.until !== null && notice.until <= notice.from)
    return refuse('notice_ends_early')
  if (offer === undefined || offer.terms.account !== account) return refuse('offer_not_found')
  if (notice !== null && isOver(notice, state.at)) return refuse('notice_is_over')

  // Nothing below this line can fail.
  offer.notice = notice
  return [{ kind: 'offer.noticed', offer: offer.id, account, notice }]
}
