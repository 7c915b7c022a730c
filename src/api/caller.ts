import type { AccountId, MandateId } from '../base/ids.ts'
import type { Scope } from '../wire/key.ts'

/** Who calls, as their credential says. Account, mandate and scopes never come from the request itself. */
export type Caller = {
  keyId: string
  account: AccountId
  mandate: MandateId
  scopes: ReadonlySet<Scope>
  ip: string
}
