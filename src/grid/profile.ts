import { rfc3339 } from '../base/time.ts'
import { Problem, problem } from '../api/problem.ts'
import type { AccountOut } from '../wire/account.ts'
import { callerAt } from './desk.ts'
import { take } from './filter.ts'
import { named, namesOf } from './name.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, NO_CONTENT } from './route.ts'

const SERVICE = 'busbar'
/** Stands for no limit in fields that have to hold a number. */
const UNBOUNDED = 1_000_000

const health = (): GridAnswer => ({
  status: 200,
  body: { status: 'ok', service: SERVICE, data: { status: 'ok', service: SERVICE } },
})

/** Whether the caller's key reaches us and what it may do, as a list of checks. */
function diagnose({ venue, desk }: GridCall): GridAnswer | Problem {
  const caller = callerAt(desk)
  if (caller instanceof Problem) return caller
  const check = (name: string, isGood: boolean, detail: string, next: string | null) => ({
    name,
    status: isGood ? 'ok' : 'warn',
    code: isGood ? 'ok' : `${name}_missing`,
    detail,
    next_action: isGood ? null : next,
  })
  const mayTrade = caller.scopes.has('trade:place')
  const mayConsume = caller.scopes.has('inference:consume')
  const checks = [
    check('authentication', true, 'the credential is known', null),
    check(
      'trading',
      mayTrade,
      `trade:place is ${mayTrade ? 'given' : 'not given'}`,
      'Use a key that may trade.',
    ),
    check(
      'consumption',
      mayConsume,
      `inference:consume is ${mayConsume ? 'given' : 'not given'}`,
      'Use a key that may consume.',
    ),
  ]
  const failing = checks.filter(({ status }) => status !== 'ok').length
  return data({
    status: failing === 0 ? 'ok' : 'warn',
    service: SERVICE,
    server_time: rfc3339(venue.clock()),
    checks,
    summary: failing === 0 ? 'All checks passed.' : `${failing} of ${checks.length} checks want attention.`,
  })
}

/**
 * There are no e-mail addresses here, and these clients want one: it names the account and reaches nobody.
 */
async function me({ venue, desk }: GridCall): Promise<GridAnswer | Problem> {
  const account = await desk.ask<AccountOut>('account.get')
  if (account instanceof Problem) return account
  const now = rfc3339(venue.clock())
  return data({
    user_id: account.id,
    id: account.id,
    email: `${account.id}@accounts.invalid`,
    name: account.name,
    account_mode: 'advanced',
    capabilities: account.scopes,
    email_verified: true,
    accepted_terms: true,
    created_at: now,
    updated_at: now,
  })
}

/** The order rate of the account, which is one for all markets. */
function limits({ venue, desk, filters }: GridCall): GridAnswer | Problem {
  const caller = callerAt(desk)
  if (caller instanceof Problem) return caller
  const wanted = take(filters, 'market_id')?.values[0]
  const market = wanted === undefined ? null : named(venue.sequencer.state, wanted, 'market')
  if (market instanceof Problem) return market
  // Asking is no order: what it took is given back.
  const { headers } = venue.rates.take(caller.account, 'order', venue.clock())
  venue.rates.refund(caller.account)
  const [, burst, window] = /q=(\d+);w=(\d+)/.exec(headers['ratelimit-policy'] ?? '') ?? []
  const perSecond = burst === undefined ? UNBOUNDED : Math.floor(Number(burst) / Number(window))
  return data({
    market_id: market === null ? null : namesOf(market.spec.symbol).market,
    order_rate_limits: {
      scope: 'user_market',
      max_orders_per_second: perSecond,
      max_orders_per_minute: perSecond * 60,
      burst_capacity: Number(burst ?? UNBOUNDED),
      window_seconds: Number(window ?? 1),
    },
    response_headers: {
      limit: 'x-ratelimit-limit',
      remaining: 'x-ratelimit-remaining',
      retry_after: 'retry-after',
    },
  })
}

/** Their switches, as they stand here: nothing trades by itself for an account. */
const SETTINGS = {
  account_mode: 'advanced',
  auto_transfer_enabled: false,
  auto_top_up_enabled: false,
  auto_top_up_quantity: null,
  auto_top_up_trigger_threshold: null,
  auto_buy_enabled: false,
  auto_buy_quantity: null,
  auto_buy_trigger_threshold: null,
  auto_reload_enabled: false,
  auto_reload_threshold_usd: null,
  auto_reload_amount_usd: null,
  auto_reload_monthly_limit_usd: null,
  mode_managed_fields: [] as string[],
}

const settings = ({ desk }: GridCall): GridAnswer | Problem => {
  const caller = callerAt(desk)
  return caller instanceof Problem ? caller : data(SETTINGS)
}

const managed = ({ desk }: GridCall): Problem => {
  const caller = callerAt(desk)
  if (caller instanceof Problem) return caller
  return new Problem(
    'mode_managed_setting',
    { status: 403, title: 'This setting does not exist here' },
    'Cards are not charged and nothing is bought by itself here. A mandate with auto_buy lets a key buy what a request lacks.',
  )
}

function switchMode(call: GridCall): GridAnswer | Problem {
  const caller = callerAt(call.desk)
  if (caller instanceof Problem) return caller
  if (call.body.mode === 'advanced') return NO_CONTENT
  return call.body.mode === 'easy' ? managed(call) : problem('invalid_request', 'mode is easy or advanced.')
}

/** Asked on the trading side and by consumers. */
export const profileRoutes: readonly GridRoute[] = [
  { method: 'GET', path: '/health', open: true, run: health },
  { method: 'GET', path: '/diagnostics', run: diagnose },
  { method: 'GET', path: '/me', run: me },
  { method: 'GET', path: '/account/limits', run: limits },
]

/** Asked on the platform side. */
export const settingRoutes: readonly GridRoute[] = [
  { method: 'GET', path: '/self/system-settings', run: settings },
  { method: 'PATCH', path: '/self/system-settings/auto_reload', run: managed },
  { method: 'PATCH', path: '/self/system-settings/auto-buy', run: managed },
  { method: 'PATCH', path: '/self/system-settings/auto-transfer', run: managed },
  { method: 'POST', path: '/self/system-settings/auto-top-up/toggle', run: managed },
  { method: 'POST', path: '/self/system-settings/account-mode', run: switchMode },
]
