import { Agent, request } from 'undici'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_DAY, MICROS_PER_MS, rfc3339 } from '../base/time.ts'
import type { Venue } from '../api/venue.ts'
import { printEvents } from '../api/print-event.ts'
import type { EndpointPolicy } from '../delivery/endpoint.ts'
import { guardedLookup } from '../delivery/endpoint.ts'
import type { Signer } from '../delivery/receipt.ts'
import type { Timer } from '../delivery/timer.ts'
import { freeCash, theAccount } from '../state/account.ts'
import type { AccountEvents } from '../store/account-event.ts'
import type { Webhook, Webhooks } from '../store/webhook.ts'
import type { AccountEventOut } from '../wire/account.ts'
import { money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { signMessage } from './message.ts'

export type CourierParts = {
  venue: Pick<Venue, 'sequencer' | 'history' | 'clock' | 'log'>
  webhooks: Webhooks
  signer: Signer
  policy: EndpointPolicy
  timer: Timer
}

/** Tells webhooks what happened: in order, at least once, again until each has answered. */
export type Courier = {
  /** Accounts were told something that happened, durably, and that history has taken. */
  notice(told: readonly AccountEvents[]): void
  /** A webhook was made, or is to begin again from another cursor. */
  begin(webhook: number): void
  close(): Promise<void>
}

/** Commands whose events one message may hold. */
const COMMANDS_MOST = 100
const ANSWER_MS = 10_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 3_600_000
/** Failing for so long, a webhook rests until its owner sets its cursor. */
export const REST_AFTER = 3 * MICROS_PER_DAY

/** Whether a webhook has failed for so long that it is left alone. */
export const isResting = ({ failingSince }: Webhook, now: Instant): boolean =>
  failingSince !== null && now >= later(failingSince, REST_AFTER)

/** One loop per webhook that has something to hear; none while it is up to date. */
export function createCourier(parts: CourierParts): Courier {
  const { webhooks, venue, policy } = parts
  const agent = new Agent({ connect: { lookup: guardedLookup(policy), timeout: ANSWER_MS } })
  const running = new Map<number, Promise<void>>()
  const again = new Set<number>()
  let closing = false
  let wake: (() => void)[] = []

  const begin = (id: number): void => {
    if (closing) return
    again.add(id)
    if (running.has(id)) return
    const run = tellAll(id)
      .catch((error: unknown) => venue.log.error({ error, webhook: id }, 'a webhook could not be served'))
      .finally(() => {
        running.delete(id)
        if (again.has(id)) begin(id)
      })
    running.set(id, run)
  }

  async function tellAll(id: number): Promise<void> {
    for (let attempt = 0; !closing; ) {
      again.delete(id)
      const webhook = webhooks.find(id)
      if (webhook === undefined || isResting(webhook, venue.clock())) return
      const told = await tellNext(parts, agent, webhook)
      if (told === 'nothing') return
      attempt = told === 'told' ? 0 : attempt + 1
      if (attempt > 0) await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)))
    }
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = parts.timer.after(ms, resolve)
      wake.push(() => {
        cancel()
        resolve()
      })
    })

  for (const { id } of webhooks.all()) begin(id)
  return {
    notice(told) {
      const accounts = new Set(told.map(({ account }) => account))
      for (const account of accounts) for (const { id } of webhooks.of(account)) begin(id)
    },
    begin,
    async close() {
      closing = true
      for (const each of wake) each()
      wake = []
      await agent.destroy()
      await Promise.all(running.values())
    },
  }
}

/** Posts what comes next after the webhook's cursor, if anything does. */
async function tellNext(
  parts: CourierParts,
  agent: Agent,
  webhook: Webhook,
): Promise<'told' | 'nothing' | 'failed'> {
  const { venue, webhooks, signer } = parts
  const next = await eventsAfter(parts, webhook)
  if (next === undefined) return 'nothing'
  const { events, cursor, isLow } = next
  const failure =
    events.length === 0
      ? undefined
      : await post(
          agent,
          webhook.url,
          await signMessage(
            { webhook: printId('webhook', webhook.id), events, cursor },
            signer,
            String(Math.floor(venue.clock() / MICROS_PER_MS)),
          ),
        )
  if (failure !== undefined) {
    const failingSince = webhook.failingSince ?? venue.clock()
    await webhooks.change(webhook.id, { failingSince, failure })
    return 'failed'
  }
  // Its owner may have set it back while it was being told.
  const isMoved = webhooks.find(webhook.id)?.cursor !== webhook.cursor
  await webhooks.change(webhook.id, {
    ...(isMoved ? {} : { cursor }),
    isLow,
    failingSince: null,
    failure: null,
  })
  return 'told'
}

type Next = { events: AccountEventOut[]; cursor: number; isLow: boolean }

/** What the webhook has not been told yet, up to a bound; nothing where it is up to date. */
async function eventsAfter({ venue }: CourierParts, webhook: Webhook): Promise<Next | undefined> {
  const { account, types, cursor, lowBalance } = webhook
  const { state } = venue.sequencer
  const rows = await venue.history.listEvents(account, cursor, COMMANDS_MOST)
  const events = rows.flatMap((row) => printEvents(state, row)).filter(({ type }) => types.includes(type))
  const last = rows.at(-1)
  const isLow = lowBalance !== null && freeCash(state, theAccount(state, account)) < lowBalance
  const isNews = isLow !== webhook.isLow && rows.length < COMMANDS_MOST
  if (last === undefined && !isNews) return undefined
  if (isNews && isLow && types.includes('balance.low')) events.push(lowEvent(venue, webhook))
  return { events, cursor: last?.seq ?? cursor, isLow: isNews ? isLow : webhook.isLow }
}

function lowEvent({ sequencer: { state } }: CourierParts['venue'], { account, lowBalance }: Webhook) {
  const available = freeCash(state, theAccount(state, account))
  const payload = { available: money(available), threshold: money(lowBalance ?? 0) }
  return { seq: state.seq, at: rfc3339(state.at), type: 'balance.low', payload }
}

/** Posts a message. Returns why it did not arrive, or nothing. */
async function post(
  agent: Agent,
  url: string,
  { body, headers }: Awaited<ReturnType<typeof signMessage>>,
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS)
    const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal })
    await answer.body.dump({ limit: 4_096 })
    return answer.statusCode >= 200 && answer.statusCode < 300 ? undefined : `answered ${answer.statusCode}`
  } catch (error) {
    // The receiver's own faults: no connection, no answer in time, an address that is not allowed.
    return error instanceof Error ? ('code' in error && String(error.code)) || error.name : 'unreachable'
  }
}
