import { parseKeyId } from '../api/auth.ts'
import type { Caller } from '../api/operation.ts'
import { notFound, Problem, problem } from '../api/problem.ts'
import type { KeyOut } from '../wire/key.ts'
import { callerAt, openDesk } from './desk.ts'
import type { Device } from './device.ts'
import { CODE_SECONDS, INTERVAL_SECONDS } from './device.ts'
import type { Grant } from './grant.ts'
import { ACCESS_SECONDS, grantable, GRID_SCOPES, hashOf, isScope } from './grant.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, NO_CONTENT } from './route.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const CLIENT = /^[A-Za-z0-9._-]{1,40}$/

/** A refusal in the words of OAuth, which has an envelope of its own. */
const refusal = (error: string, description: string, status = 400): GridAnswer => ({
  status,
  body: { error, error_description: description },
})

const clientOf = ({ body }: GridCall): string | undefined =>
  typeof body.client_id === 'string' && CLIENT.test(body.client_id) ? body.client_id : undefined

/** Begins: the device gets its codes, and the address at which a person answers. */
function begin(call: GridCall): GridAnswer {
  const client = clientOf(call)
  if (client === undefined) return refusal('invalid_client', 'client_id is a short name.')
  const { scope = GRID_SCOPES.join(' ') } = call.body
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((one) => one !== '') : []
  if (scopes.length === 0 || !scopes.every(isScope))
    return refusal('invalid_scope', `scope is made of: ${GRID_SCOPES.join(' ')}`)
  const begun = call.devices.begin(client, [...new Set(scopes)], call.origin.ip)
  if (begun === undefined) return refusal('slow_down', 'Too many devices wait already.', 429)
  const { userCode } = begun.device
  const shown = `${userCode.slice(0, 4)}-${userCode.slice(4)}`
  const page = `${call.origin.scheme}://${call.origin.host}/#/device`
  return {
    status: 200,
    body: {
      device_code: begun.deviceCode,
      user_code: shown,
      verification_uri: page,
      verification_uri_complete: `${page}/${shown}`,
      expires_in: CODE_SECONDS,
      interval: INTERVAL_SECONDS,
    },
  }
}

const POLLED: Record<string, string> = {
  authorization_pending: 'Nobody has answered yet.',
  slow_down: 'Ask less often: five more seconds between questions.',
  access_denied: 'The request was refused.',
  expired_token: 'The code is too old. Begin again.',
  invalid_grant: 'There is no such code.',
}

async function token(call: GridCall): Promise<GridAnswer> {
  const client = clientOf(call)
  if (client === undefined) return refusal('invalid_client', 'client_id is a short name.')
  const { grant_type: kind, device_code: code, refresh_token: refresh } = call.body
  if (kind === DEVICE_GRANT) {
    if (typeof code !== 'string') return refusal('invalid_request', 'device_code is needed.')
    const polled = call.devices.poll(code, client)
    if (typeof polled === 'string') return refusal(polled, POLLED[polled] ?? polled)
    const { approver } = polled
    if (approver === null || approver === undefined) return refusal('access_denied', 'Nobody approved this.')
    return give(call, { client, approver, ...grantable(polled.scopes, approver) })
  }
  if (kind === 'refresh_token') {
    if (typeof refresh !== 'string') return refusal('invalid_request', 'refresh_token is needed.')
    const grant = call.grants.redeem(refresh, client)
    if (grant === undefined) return refusal('invalid_grant', 'There is no such refresh token.')
    await endAccess(call, grant)
    return give(call, grant)
  }
  return refusal('unsupported_grant_type', `grant_type is ${DEVICE_GRANT} or refresh_token.`)
}

/** A desk that asks in the approver's name, if their own key still works. */
function approversDesk({ venue, origin, requestId }: GridCall, caller: Caller) {
  if (venue.keys.get(parseKeyId(caller.keyId) ?? 0) === undefined) return undefined
  return openDesk(venue, { caller, headers: {}, host: origin.host, ip: origin.ip, requestId })
}

/** Makes the access token: a key of the approver's account that never outlives or exceeds the approver's. */
async function give(
  call: GridCall,
  grant: Pick<Grant, 'client' | 'approver' | 'theirs' | 'ours'>,
): Promise<GridAnswer> {
  const { client, approver, theirs, ours } = grant
  const desk = approversDesk(call, approver)
  if (desk === undefined) return refusal('invalid_grant', 'The key that approved this has ended.')
  const body = { name: `device ${client}`, scopes: ours, expires_in: ACCESS_SECONDS }
  const key = await desk.ask<KeyOut & { secret: string }>('key.create', { body })
  if (key instanceof Problem) return refusal('access_denied', key.detail)
  const accessKey = parseKeyId(key.id) ?? 0
  const kept = { client, approver, theirs, ours, accessKey, accessHash: hashOf(key.secret) }
  return {
    status: 200,
    body: {
      access_token: key.secret,
      refresh_token: call.grants.keep(kept),
      token_type: 'Bearer',
      expires_in: ACCESS_SECONDS,
      scope: theirs.join(' '),
    },
  }
}

/** Ends the access token of a grant. One that has ended already is as it should be. */
async function endAccess(call: GridCall, { approver, accessKey }: Grant): Promise<void> {
  await call.venue.keys.revoke(approver.account, accessKey, call.venue.clock())
}

/**
 * Ends a token, and with either of the two the other. An unknown one is answered alike, as RFC 7009 has it.
 */
async function revoke(call: GridCall): Promise<GridAnswer> {
  const { token: given } = call.body
  if (typeof given !== 'string') return refusal('invalid_request', 'token is needed.')
  const grant = call.grants.end(given)
  if (grant !== undefined) await endAccess(call, grant)
  return { status: 200, body: {} }
}

const scopes = (): GridAnswer => data(GRID_SCOPES)

/** The device a person asks about or answers. */
function deviceOf(call: GridCall, code: unknown): Device | Problem {
  const caller = callerAt(call.desk)
  if (caller instanceof Problem) return caller
  // A guess costs what any other reading costs.
  const { pass } = call.venue.rates.take(caller.account, 'read', call.venue.clock())
  if (!pass) return problem('rate_limited', 'Wait a little.')
  return call.devices.find(typeof code === 'string' ? code : '') ?? notFound('code')
}

const answered = ({ approver }: Device): 'waiting' | 'approved' | 'refused' =>
  approver === undefined ? 'waiting' : approver === null ? 'refused' : 'approved'

/** What a person sees before they answer: who asks, for what, and how much of it they can give. */
function look(call: GridCall): GridAnswer | Problem {
  const device = deviceOf(call, call.params.code)
  if (device instanceof Problem) return device
  const caller = callerAt(call.desk)
  if (caller instanceof Problem) return caller
  return data({
    client: device.client,
    address: device.ip,
    asked: device.scopes,
    given: grantable(device.scopes, caller).theirs,
    may_approve: caller.scopes.has('keys:manage'),
    status: answered(device),
    expires_at: new Date(device.expiresAt).toISOString(),
  })
}

/** A person's answer. It is given once. */
function decide(call: GridCall): GridAnswer | Problem {
  const device = deviceOf(call, call.params.code)
  if (device instanceof Problem) return device
  const caller = callerAt(call.desk)
  if (caller instanceof Problem) return caller
  const { approve } = call.body
  if (typeof approve !== 'boolean') return problem('invalid_request', 'approve is true or false.')
  if (device.approver !== undefined)
    return new Problem(
      'already_answered',
      { status: 409, title: 'This request was answered before' },
      `The request was ${answered(device)} before.`,
    )
  if (!approve) {
    device.approver = null
    return NO_CONTENT
  }
  if (!caller.scopes.has('keys:manage'))
    return problem('scope_missing', 'Approving makes a key: that needs the scope keys:manage.')
  if (grantable(device.scopes, caller).ours.length === 0)
    return problem('scope_missing', 'You have nothing of what is asked for.')
  device.approver = caller
  return NO_CONTENT
}

export const oauthRoutes: readonly GridRoute[] = [
  { method: 'POST', path: '/oauth/device/code', open: true, form: true, run: begin },
  { method: 'POST', path: '/oauth/device_authorization', open: true, form: true, run: begin },
  { method: 'POST', path: '/oauth/token', open: true, form: true, run: token },
  { method: 'POST', path: '/oauth/revoke', open: true, form: true, run: revoke },
  { method: 'GET', path: '/oauth/scopes', open: true, run: scopes },
  { method: 'GET', path: '/oauth/devices/:code', session: true, run: look },
  { method: 'POST', path: '/oauth/devices/:code', session: true, run: decide },
]
