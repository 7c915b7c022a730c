import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dispatch, refuse } from '../../src/api/dispatch.ts'
import { Problem } from '../../src/api/problem.ts'
import type { Measurement, Qualify } from '../../src/api/qualification-desk.ts'
import { certifyThrough, createQualifications } from '../../src/api/qualification-desk.ts'
import type { RateSettings } from '../../src/api/rate.ts'
import { RateLimiter } from '../../src/api/rate.ts'
import { findRoute } from '../../src/operations/route.ts'
import type { Venue, VenueSettings } from '../../src/api/venue.ts'
import type { AccountId, MemberId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { micros } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { fromMs, later, MICROS_PER_HOUR } from '../../src/base/time.ts'
import { createTickets } from '../../src/api/ticket.ts'
import { createSigner } from '../../src/delivery/receipt.ts'
import { TOKENIZER } from '../../src/meter/meter.ts'
import type { Command, Role } from '../../src/state/command.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { newMemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts'
import { createMarket } from '../../src/market/market.ts'
import type { Applied } from '../../src/sequencer/sequencer.ts'
import { openSequencer } from '../../src/sequencer/sequencer.ts'
import { openControl } from '../../src/store/control.ts'
import { createEndpoints } from '../../src/store/endpoint.ts'
import { openHistory } from '../../src/store/history.ts'
import { createIdempotency } from '../../src/store/idempotency.ts'
import { createKeys } from '../../src/store/key.ts'
import { createSheets } from '../../src/store/sheet.ts'
import { createWebhooks } from '../../src/store/webhook.ts'
import { openNonces } from '../../src/store/nonce.ts'
import { createVault } from '../../src/store/secret.ts'
import type { Scope } from '../../src/wire/key.ts'
import { SCOPES } from '../../src/wire/key.ts'

/** An answer as a client sees it. `json` is `any` on purpose: tests look into it freely. */
export type Answer = { status: number; headers: Record<string, string>; text: string; json: any }

export type Sent = {
  key?: string | undefined
  body?: unknown
  /** Instead of `body`: exactly these bytes. */
  bytes?: Uint8Array
  headers?: Record<string, string>
  ip?: string
  host?: string
}

export type Trader = { id: AccountId; name: string; account: string; key: string }

export type TestVenue = {
  venue: Venue
  /** What was logged as an error. A test that does not expect any checks that it is empty. */
  errors: { facts: Record<string, unknown>; message: string }[]
  /** Sends one request through the table, without a socket. */
  send(method: string, path: string, sent?: Sent): Promise<Answer>
  /** A new member with one account, its money and a key with every scope, or those given. */
  join(
    name: string,
    options?: { roles?: readonly Role[]; cash?: number; scopes?: readonly Scope[] },
  ): Promise<Trader>
  /** A new key of an account with every scope, or those given. */
  keyFor(account: AccountId, scopes?: readonly Scope[]): Promise<string>
  /** Submits a command behind the API's back and waits for it. */
  ask(command: Command): ReturnType<Venue['sequencer']['ask']>
  /** A supplier with a certified offer that has issued units of an instrument. */
  supply(name: string, instrument: string, units: string): Promise<Trader & { offer: string }>
  /** Moves the clock on. */
  pass(micros: number): void
  /** What the next qualifications find. */
  measure: Qualify
  operator: Trader
  close(): Promise<void>
}

export type TestVenueOptions = {
  rates?: RateSettings
  settings?: Partial<VenueSettings>
  /** Hears every durable batch, from the first. */
  onCommit?: (batch: readonly Applied[]) => void
}

const EVIDENCE = {
  requests: 10,
  ttftMsP95: 300,
  tokensPerSecondP5: 120,
  items: 5,
  passed: 5,
  sha256: '0'.repeat(64),
}

/** A measurement that passes. */
export const PASSED: Measurement = {
  passed: true,
  reason: null,
  measures: [{ name: 'first_token', measured: '300 ms', required: '4600 ms', passed: true }],
  evidence: EVIDENCE,
}

const UNLIMITED: RateSettings = { read: null, order: null, cancel: null, subscribe: null }

/**
 * A whole venue in this process: memory journal, real store in a temporary folder, the nine launch grades.
 */
export async function openTestVenue(options: TestVenueOptions = {}): Promise<TestVenue> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-api-'))
  let offset = 0
  const clock = () => later(fromMs(Date.now()), offset)
  const fail = (error: unknown) => assert.fail(error as Error)
  const vault = createVault(Buffer.alloc(32, 7))
  const control = await openControl(join(folder, 'control.db'))
  const nonces = await openNonces(join(folder, 'nonces.db'))
  const history = await openHistory(join(folder, 'history.db'), fail)
  const sequencer = await openSequencer({ journal: openMemoryJournal(newMemoryDisk()), onFatal: fail, clock })
  const market = createMarket()
  const signer = createSigner(generateKeyPairSync('ed25519').privateKey)
  sequencer.onCommit((batch) => {
    market.apply(batch)
    history.apply(batch)
    options.onCommit?.(batch)
  })
  const errors: TestVenue['errors'] = []
  const test = { measure: async () => PASSED } as unknown as TestVenue
  const venue: Venue = {
    sequencer,
    market,
    sheets: await createSheets(control),
    keys: await createKeys(control, vault),
    nonces,
    tickets: createTickets(clock),
    idempotency: createIdempotency(control),
    endpoints: await createEndpoints(control, vault),
    history,
    webhooks: await createWebhooks(control),
    courier: { begin: () => undefined },
    qualifications: createQualifications({
      qualify: (...order) => test.measure(...order),
      certify: certifyThrough(sequencer, clock),
      clock,
      onFailure: (id, error) => errors.push({ facts: { id, error }, message: 'a qualification failed' }),
    }),
    rates: new RateLimiter(options.rates ?? UNLIMITED),
    signer,
    settings: {
      version: '0.1.0',
      receiptPublicKey: signer.publicKey,
      briefQualification: true,
      allowPrivateSuppliers: true,
      ...options.settings,
    },
    clock,
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (facts, message) => errors.push({ facts, message }),
    },
  }
  Object.assign(test, { venue, errors, ask: (command: Command) => sequencer.ask(command) })
  test.pass = (by) => {
    offset += by
  }
  test.keyFor = (account, scopes) => keyFor(venue, account, scopes)
  test.send = (method, path, sent = {}) => send(venue, method, path, sent)
  test.join = (name, who = {}) => admit(test, name, who)
  test.supply = (name, instrument, units) => supply(test, name, instrument, units)
  test.close = async () => {
    await venue.qualifications.idle()
    await sequencer.close()
    await history.close()
    await nonces.close()
    await control.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
  for (const spec of launchSpecs(TOKENIZER.sha256)) await sequencer.ask({ kind: 'instrument.list', spec })
  test.operator = await test.join('Operator', { roles: ['operator'] })
  return test
}

let requests = 0

async function send(venue: Venue, method: string, url: string, sent: Sent): Promise<Answer> {
  const [path = '', query = ''] = url.split(/\?(.*)/s)
  const requestId = `req_${++requests}`
  const route = findRoute(method, path)
  const headers: Record<string, string> = { ...sent.headers }
  if (sent.key !== undefined) headers.authorization = `Bearer ${sent.key}`
  const body = sent.bytes ?? (sent.body === undefined ? undefined : Buffer.from(JSON.stringify(sent.body)))
  const answer =
    route instanceof Problem
      ? refuse(route, requestId)
      : await dispatch(venue, route.operation, {
          method,
          host: sent.host ?? '127.0.0.1:8700',
          pathAndQuery: url,
          params: route.params,
          query,
          headers,
          body,
          ip: sent.ip ?? '127.0.0.1',
          requestId,
        })
  return {
    status: answer.status,
    headers: answer.headers,
    text: answer.body,
    json: answer.headers['content-type']?.startsWith('text/')
      ? answer.body
      : (JSON.parse(answer.body) as unknown),
  }
}

async function admit(
  test: TestVenue,
  name: string,
  who: { roles?: readonly Role[]; cash?: number; scopes?: readonly Scope[] },
): Promise<Trader> {
  const { sequencer } = test.venue
  await sequencer.ask({ kind: 'member.admit', name })
  const member = sequencer.state.members.length as MemberId
  const roles = who.roles ?? ['trader', 'consumer', 'supplier']
  await sequencer.ask({ kind: 'account.open', member, name, roles })
  const id = sequencer.state.accounts.length as AccountId
  const amount = micros((who.cash ?? 10_000) * 1_000_000)
  if (amount > 0) await sequencer.ask({ kind: 'cash.deposit', account: id, amount, reference: 'opening' })
  const key = await keyFor(test.venue, id, who.scopes)
  return { id, name, account: `acc_${id}`, key }
}

async function keyFor(
  { keys, clock }: Venue,
  account: AccountId,
  scopes: readonly Scope[] = SCOPES,
): Promise<string> {
  const made = await keys.create(
    {
      account,
      mandate: NO_MANDATE,
      label: 'test',
      kind: 'bearer',
      scopes,
      addresses: [],
      expiresAt: null,
      createdBy: null,
      publicKey: null,
    },
    clock(),
  )
  assert.ok(made !== 'too_many_keys' && made.secret !== null)
  return made.secret
}

async function supply(
  test: TestVenue,
  name: string,
  instrument: string,
  units: string,
): Promise<Trader & { offer: string }> {
  const supplier = await test.join(name, { roles: ['supplier', 'trader'] })
  const { key } = supplier
  const offer = await test.send('POST', '/v1/offers', {
    key,
    body: {
      name: `${name} rack`,
      endpoint: { base_url: 'http://127.0.0.1:9/v1', model: 'sample' },
      rate: '1000',
      concurrency: 8,
      capabilities: ['tools', 'json_schema'],
      context_tokens: 131_072,
    },
  })
  assert.equal(offer.status, 201, offer.text)
  const started = await test.send('POST', '/v1/qualifications', {
    key,
    body: { offer: offer.json.id, instrument, plan: 'brief' },
  })
  assert.equal(started.status, 202, started.text)
  await test.venue.qualifications.idle()
  const issued = await test.send('POST', '/v1/issuances', {
    key,
    body: { offer: offer.json.id, instrument, quantity: units },
  })
  assert.equal(issued.status, 201, issued.text)
  return { ...supplier, offer: offer.json.id as string }
}

/** An instant that is one window later. */
export const aWindowAfter = (at: Instant): Instant => later(at, 4 * MICROS_PER_HOUR)

/** The body of an order to buy `text-prime`. */
export const bid = (price: string, quantity: string, more: object = {}) => ({
  instrument: 'text-prime',
  side: 'buy',
  price,
  quantity,
  ...more,
})
