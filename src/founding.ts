import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AccountId } from './base/ids.ts'
import { NO_MANDATE } from './base/ids.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND } from './base/time.ts'
import { TOKENIZER } from './meter/meter.ts'
import { launchSpecs } from './state/grade.ts'
import type { Phase } from './state/status.ts'
import { systemClock } from './sequencer/alarm.ts'
import type { Sequencer } from './sequencer/sequencer.ts'
import type { Keys } from './store/key.ts'
import { SCOPES } from './wire/key.ts'

/** A new exchange lists the nine launch grades. */
export async function listLaunchGrades(sequencer: Sequencer): Promise<void> {
  if (sequencer.state.instruments.length > 0) return
  for (const spec of launchSpecs(TOKENIZER.sha256)) await sequencer.ask({ kind: 'instrument.list', spec })
}

/** Sets how many hours of fixings and indices pass in one, where that is not so already. */
export async function setPace(sequencer: Sequencer, pace: number): Promise<void> {
  const hour = MICROS_PER_HOUR / pace
  const { settings } = sequencer.state
  if (settings.hour !== hour)
    await sequencer.ask({ kind: 'venue.configure', settings: { ...settings, hour } })
}

/** Seconds of each phase that a market goes through after a restart, in this order; 0 leaves it out. */
export type Reopening = { cancelOnly: number; postOnly: number; auction: number }

const RESTART = 'restart'

/**
 * Lets the markets that were open when the venue stopped open step by step: members cancel what they do not
 * mean any more before anything trades. A market that somebody had halted stays as it was.
 */
export async function reopenMarkets(sequencer: Sequencer, seconds: Reopening): Promise<void> {
  let end = systemClock() > sequencer.state.at ? systemClock() : sequencer.state.at
  const phases: Phase[] = []
  for (const [status, length] of [
    ['cancel_only', seconds.cancelOnly],
    ['post_only', seconds.postOnly],
    ['auction', seconds.auction],
  ] as const) {
    if (length === 0) continue
    end = later(end, length * MICROS_PER_SECOND)
    phases.push({ status, until: end })
  }
  const [first, ...next] = phases
  if (first === undefined) return
  for (const { id, status, statusReason } of sequencer.state.instruments)
    if (status === 'open' || statusReason === RESTART) {
      const { status: to, until } = first
      const command = { instrument: id, to, reason: RESTART, until, next }
      await sequencer.ask({ kind: 'instrument.transition', ...command })
    }
}

/** The first operator: an account, and a key whose secret is in a file that only the operator can read. */
export async function ensureOperator(sequencer: Sequencer, keys: Keys, folder: string): Promise<string> {
  const path = join(folder, 'operator-key')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  let account = sequencer.state.accounts.find(({ roles }) => roles.includes('operator'))?.id
  if (account === undefined) {
    await sequencer.ask({ kind: 'member.admit', name: 'Operator' })
    const member = sequencer.state.members[sequencer.state.members.length - 1]?.id
    if (member === undefined) throw new Error('the operator could not be admitted')
    await sequencer.ask({ kind: 'account.open', member, name: 'operator', roles: ['operator'] })
    account = sequencer.state.accounts.length as AccountId
  }
  const made = await keys.create(
    {
      account,
      mandate: NO_MANDATE,
      label: 'first operator key',
      kind: 'bearer',
      scopes: SCOPES,
      addresses: [],
      expiresAt: null,
      createdBy: null,
      publicKey: null,
    },
    systemClock(),
  )
  if (made === 'too_many_keys' || made.secret === null) throw new Error('the operator has no room for a key')
  writeFileSync(path, `${made.secret}\n`, { mode: 0o600 })
  return made.secret
}

const PROBES = 'probes'

/** The exchange's own account that probes suppliers: a buyer like any other, paid for by fee income. */
export async function ensureProber(sequencer: Sequencer): Promise<AccountId> {
  const { state } = sequencer
  const operator = state.accounts.find(({ roles }) => roles.includes('operator'))
  if (operator === undefined) throw new Error('the operator has no account yet')
  const known = state.accounts.find(({ member, name }) => member === operator.member && name === PROBES)
  if (known !== undefined) return known.id
  const { member } = operator
  await sequencer.ask({ kind: 'account.open', member, name: PROBES, roles: ['operator', 'consumer'] })
  return state.accounts.length as AccountId
}
