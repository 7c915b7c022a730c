import type { InstrumentOut } from '../../wire/instrument.ts'
import { useAccount } from '../data/queries.ts'
import { Waiting } from '../part/panel.tsx'
import { SignIn } from '../shell/sign-in.tsx'
import { Approvals } from './approvals.tsx'
import { KillSwitch } from './kill-switch.tsx'
import { Mandates } from './mandates.tsx'
import { Procurements } from './procurements.tsx'

/** What an account lends to programs, what of theirs waits for a person, and how all of it is stopped. */
export function Agents(props: { instruments: readonly InstrumentOut[] }) {
  const account = useAccount()
  if (account.isPending) return <Waiting rows={8} />
  return (
    <div className="flex flex-col gap-3 p-3">
      <header className="flex flex-wrap items-baseline gap-x-4">
        <h1 className="text-lg font-semibold">Agents</h1>
        <p className="text-xs text-faint">
          A mandate lends a part of the account to a key: spent and reserved never pass its budget, nor those
          above it.
        </p>
      </header>
      {account.data == null ? (
        <div className="max-w-80">
          <SignIn what="see its mandates" />
        </div>
      ) : (
        <>
          <Approvals />
          <div className="grid items-start gap-3 xl:grid-cols-[3fr_2fr]">
            <Mandates />
            <div className="flex min-w-0 flex-col gap-3">
              <Procurements instruments={props.instruments} />
              <KillSwitch />
            </div>
          </div>
        </>
      )}
    </div>
  )
}
