import type { NewKey, Role } from '../client/authority.ts'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/client.ts'
import type { KeyRequest } from '../wire/key.ts'
import type { MandateRequest } from '../wire/mandate.ts'
import type { DemoAccount, DemoState } from './demo-file.ts'
import { writeDemoState } from './demo-file.ts'

type Scopes = KeyRequest['scopes']

/** Someone who takes part in the sample market. */
export type Participant = {
  /** The participant's name in the demo's own state. */
  id: string
  name: string
  roles: Role[]
  scopes: Scopes
  /** Dollars deposited when the account is opened. */
  cash: string
  /** What a key for consumption may spend; absent: all the account has. */
  mandate?: MandateRequest
}

const TRADING: Scopes = ['account:read', 'trade:place', 'trade:cancel', 'transfer']

/** The account behind the printed curl command: $1,000, and completions buy what they lack. */
export const BUYER: Participant = {
  id: 'buyer',
  name: 'Demo Buyer',
  roles: ['consumer', 'trader'],
  scopes: ['account:read', 'inference:consume', 'trade:place', 'trade:cancel', 'transfer'],
  cash: '1000',
  mandate: {
    name: 'everyday completions',
    budget: { lifetime: '1000' },
    sides: ['buy', 'sell'],
    auto_buy: true,
  },
}

/** The account that the page opens with on loopback: $1,000,000 and no mandate. */
export const TRADER: Participant = {
  id: 'trader',
  name: 'Demo Trader',
  roles: ['consumer', 'trader'],
  scopes: [...TRADING, 'keys:manage', 'inference:consume', 'drop_copy'],
  cash: '1000000',
}

export const supplierParticipant = (name: string): Participant => ({
  id: `supplier ${name}`,
  name,
  roles: ['supplier', 'trader'],
  scopes: [...TRADING, 'supply:manage'],
  cash: '250000',
})

export const makerParticipant = (name: string): Participant => ({
  id: `maker ${name}`,
  name,
  roles: ['trader'],
  scopes: TRADING,
  cash: '2000000',
})

export const takerParticipant = (name: string): Participant => ({
  id: `taker ${name}`,
  name,
  roles: ['trader', 'consumer'],
  scopes: TRADING,
  cash: '500000',
})

export const consumerParticipant = (name: string): Participant => ({
  id: `consumer ${name}`,
  name,
  roles: ['consumer'],
  scopes: ['account:read', 'inference:consume'],
  cash: '5000',
  mandate: { name: 'application', budget: { day: '500' }, auto_buy: true },
})

/** Opens the accounts of the sample market through the operator's own operations, each once. */
export class Membership {
  private readonly operator: Client
  private readonly baseUrl: string
  private readonly folder: string
  private readonly state: DemoState

  constructor(operator: Client, folder: string, state: DemoState) {
    this.operator = operator
    this.baseUrl = operator.baseUrl
    this.folder = folder
    this.state = state
  }

  /** The participant's account: as remembered, or opened now with its money and its key. */
  async join(who: Participant): Promise<{ client: Client; account: string; key: string }> {
    this.state.accounts[who.id] ??= await this.open(who)
    writeDemoState(this.folder, this.state)
    const { account, key } = this.state.accounts[who.id] as DemoAccount
    return { client: createClient({ baseUrl: this.baseUrl, key }), account, key }
  }

  private async open(who: Participant): Promise<DemoAccount> {
    const { admin } = this.operator
    const member = await admin.admitMember({ name: who.name })
    const { id: account } = await admin.openAccount({ member: member.id, name: who.name, roles: who.roles })
    await admin.deposit({ account, amount: who.cash, reference: `demo opening ${account}` })
    const key = await this.keyFor(who, account)
    if (key.secret === null) throw new Error(`the key of ${who.name} came without its secret`)
    return { account, key: key.secret }
  }

  /** A mandate is granted by the account itself, so a short-lived key of its own comes first. */
  private async keyFor(who: Participant, account: string): Promise<NewKey> {
    const { admin } = this.operator
    if (!who.mandate) return admin.createKey({ account, name: who.name, scopes: who.scopes })
    const first = await admin.createKey({
      account,
      name: `${who.name}: set-up`,
      scopes: ['account:read', 'keys:manage'],
      expires_in: 60,
    })
    const own = createClient({ baseUrl: this.baseUrl, key: first.secret ?? '' })
    const mandate = await own.mandates.grant(who.mandate)
    return admin.createKey({ account, name: who.name, scopes: who.scopes, mandate: mandate.id })
  }
}
