import type { Command } from 'commander'
import type { OfferOut } from '../wire/supply.ts'
import type { Runner } from './runner.ts'
import type { Session } from './session.ts'

/** `offer suspend` and `offer lift`: what the operator may do with anybody's offer. */
export function addSuspensionCommands(
  offer: Command,
  run: Runner,
  print: (session: Session, offer: OfferOut) => void,
): void {
  const add = (
    name: string,
    says: string,
    act: (session: Session, id: string, reason: string) => Promise<OfferOut>,
  ) =>
    offer
      .command(name)
      .description(says)
      .argument('<offer>', 'such as off_1')
      .requiredOption('--reason <words>', 'why, on record')
      .action(
        run('operator', async (session, [id = ''], options) =>
          print(session, await act(session, id, String(options.reason))),
        ),
      )
  add('suspend', 'as the operator: let an offer take no calls and back no issues', ({ client }, id, reason) =>
    client.admin.suspendOffer(id, reason),
  )
  add('lift', 'as the operator: end a suspension; the offer has to qualify again', ({ client }, id, reason) =>
    client.admin.liftOffer(id, reason),
  )
}
