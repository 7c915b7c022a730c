import { readMoney } from '../api/amount.ts'
import type { Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { faultAt, notFound, Problem, problem } from '../api/problem.ts'
import { rules } from '../api/authority.ts'
import type { Venue } from '../api/venue.ts'
import { rfc3339 } from '../base/time.ts'
import { endpointFault, endpointPolicy } from '../delivery/endpoint.ts'
import type { Webhook } from '../store/webhook.ts'
import { money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { WebhookOut } from '../wire/webhook.ts'
import { webhook, webhookPath, webhookReplay, webhookRequest, webhooks } from '../wire/webhook.ts'
import { isResting } from './courier.ts'

/** Webhooks one account may have. */
const WEBHOOKS_MOST = 20

const printWebhook = (venue: Venue, one: Webhook): WebhookOut => ({
  id: printId('webhook', one.id),
  url: one.url,
  types: [...one.types],
  low_balance: one.lowBalance === null ? null : money(one.lowBalance),
  cursor: one.cursor,
  status: one.failingSince === null ? 'active' : isResting(one, venue.clock()) ? 'resting' : 'retrying',
  failing_since: one.failingSince === null ? null : rfc3339(one.failingSince),
  failure: one.failure,
  created_at: rfc3339(one.createdAt),
})

/** A webhook of the caller's account that its mandate rules. */
function ruled(venue: Venue, caller: Caller, id: number): Webhook | Problem {
  const one = venue.webhooks.find(id)
  return one !== undefined &&
    one.account === caller.account &&
    rules(venue.sequencer.state, caller, one.mandate)
    ? one
    : notFound('webhook', '/path/id')
}

const create = operation({
  id: 'webhook.create',
  method: 'POST',
  path: '/v1/webhooks',
  tag: 'Account',
  summary: 'Be told what happens to the account, in order and at least once, by signed posts to an address.',
  scope: 'account:read',
  rate: 'order',
  body: webhookRequest,
  answer: webhook,
  status: 201,
  idempotent: true,
  example: { url: 'https://agent.example.com/busbar', types: ['trade', 'balance.low'], low_balance: '5.00' },
  async run(venue, { body, caller }) {
    const fault = endpointFault(body.url, endpointPolicy(venue.settings))
    if (fault !== undefined) return faultAt('endpoint_not_allowed', '/url', fault)
    const lowBalance = body.low_balance === undefined ? null : readMoney(body.low_balance, '/low_balance')
    if (lowBalance instanceof Problem) return lowBalance
    const { account, mandate } = caller
    if (venue.webhooks.of(account).length >= WEBHOOKS_MOST)
      return problem('webhook_limit', `An account has at most ${WEBHOOKS_MOST} webhooks.`)
    const seq = await venue.sequencer.read((state) => state.seq)
    const made = await venue.webhooks.add({
      account,
      mandate,
      url: body.url,
      types: body.types,
      lowBalance,
      cursor: Math.min(body.after ?? seq, seq),
      createdAt: venue.clock(),
    })
    venue.courier.begin(made.id)
    return printWebhook(venue, made)
  },
})

const list = operation({
  id: 'webhook.list',
  method: 'GET',
  path: '/v1/webhooks',
  tag: 'Account',
  summary: 'Webhooks, how far each has been told, and the key that signs what they are told.',
  scope: 'account:read',
  answer: webhooks,
  async run(venue, { caller }) {
    const { state } = venue.sequencer
    return {
      data: venue.webhooks
        .of(caller.account)
        .filter(({ mandate }) => rules(state, caller, mandate))
        .map((one) => printWebhook(venue, one)),
      public_key: venue.settings.receiptPublicKey,
    }
  },
})

const replay = operation({
  id: 'webhook.replay',
  method: 'POST',
  path: '/v1/webhooks/{id}/replay',
  tag: 'Account',
  summary: 'Be told again everything after a sequence number, or go on after a rest.',
  scope: 'account:read',
  rate: 'order',
  params: webhookPath,
  body: webhookReplay,
  answer: webhook,
  example: { after: 0 },
  async run(venue, { path, body, caller }) {
    const one = ruled(venue, caller, path.id)
    if (one instanceof Problem) return one
    const seq = await venue.sequencer.read((state) => state.seq)
    const change = { cursor: Math.min(body.after, seq), failingSince: null, failure: null }
    await venue.webhooks.change(one.id, change)
    venue.courier.begin(one.id)
    return printWebhook(venue, { ...one, ...change })
  },
})

const remove = operation({
  id: 'webhook.remove',
  method: 'DELETE',
  path: '/v1/webhooks/{id}',
  tag: 'Account',
  summary: 'Be told no more.',
  scope: 'account:read',
  rate: 'cancel',
  params: webhookPath,
  answer: webhook,
  async run(venue, { path, caller }) {
    const one = ruled(venue, caller, path.id)
    if (one instanceof Problem) return one
    await venue.webhooks.remove(one.id)
    return printWebhook(venue, one)
  },
})

export const webhookOperations = [create, list, replay, remove]
