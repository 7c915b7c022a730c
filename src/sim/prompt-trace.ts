import { assert } from '../base/assert.ts'
import type { Chance } from '../base/chance.ts'
import { chance } from '../base/chance.ts'
import type { AccountId, InstrumentId, OfferId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { lots, micros, ticks, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { apply } from '../engine/engine.ts'
import { createRouter } from '../route/router.ts'
import type { Command } from '../state/command.ts'
import type { Event, EventOf } from '../state/event.ts'
import { launchSpecs } from '../state/grade.ts'
import type { State } from '../state/state.ts'
import { emptyState } from '../state/state.ts'

/** One prompt of a trace: when it comes, how long its answer is, and its blocks of 512 tokens. */
export type TracedPrompt = { atMs: number; outputTokens: number; blocks: readonly number[] }

/** What came of routing a trace: share of blocks that the supplier chosen had read before, and its spread. */
export type Routed = { hitRate: number; requestSpread: number; blockSpread: number }

const BLOCK_TOKENS = 512
const MARKET = 0 as InstrumentId
/** Of the suppliers in the simulation: prompt tokens read, and answer tokens written, per millisecond. */
const READ_RATE = 20
const WRITE_RATE = 0.1

/** Share of blocks that one cache for everybody would have had, if it never forgot. */
export function oneCacheRate(prompts: readonly TracedPrompt[]): number {
  const cache = new Cache()
  for (const { blocks } of prompts) cache.read(blocks)
  return cache.hits / cache.blocks
}

/** Sends a trace through the router to as many equal suppliers, in virtual time. */
export function routeTrace(prompts: readonly TracedPrompt[], suppliers: number): Routed {
  const state = marketOf(suppliers)
  let now = 0
  const router = createRouter(chance(11), () => now * 1_000)
  const caches = new Map<OfferId, Cache>(state.offers.map(({ id }) => [id, new Cache()]))
  const running: { endsMs: number; end(): void }[] = []
  for (const { atMs, outputTokens, blocks } of prompts) {
    now = atMs
    for (let at = running.length - 1; at >= 0; at--)
      if ((running[at]?.endsMs ?? 0) <= now) running.splice(at, 1)[0]?.end()
    const tokens = blocks.length * BLOCK_TOKENS
    const choice = router.choose(state, state.at, {
      instrument: MARKET,
      wt: tokens / 4 + outputTokens,
      context: 1,
      needs: [],
      preferences: null,
      course: () => ({
        trail: blocks.map((block, i) => ({ key: String(block), weight: i + 1 })),
        session: null,
      }),
      tried: new Set(),
    })
    assert('offer' in choice, 'a simulated supplier has room')
    const { offer } = choice
    const cache = caches.get(offer.id)
    assert(cache !== undefined, 'every supplier has a cache')
    const unread = cache.read(blocks)
    router.standing(offer).begin()
    const firstTokenMs = 50 + (unread * BLOCK_TOKENS) / READ_RATE
    const pace = { firstTokenMs, ceilingMs: 4_600 + tokens }
    const endsMs = now + firstTokenMs + outputTokens / WRITE_RATE
    running.push({ endsMs, end: () => router.ended(offer, pace) })
  }
  return summary([...caches.values()])
}

function summary(caches: readonly Cache[]): Routed {
  const sum = (of: (cache: Cache) => number) => caches.reduce((total, cache) => total + of(cache), 0)
  const spread = (of: (cache: Cache) => number) => (Math.max(...caches.map(of)) * caches.length) / sum(of)
  return {
    hitRate: sum(({ hits }) => hits) / sum(({ blocks }) => blocks),
    requestSpread: spread(({ requests }) => requests),
    blockSpread: spread(({ blocks }) => blocks),
  }
}

/** A supplier's memory of prompts: it has a block as soon as it has read it once, and never forgets. */
class Cache {
  hits = 0
  blocks = 0
  requests = 0
  private readonly held = new Set<number>()

  /** Reads a prompt and returns how many of its blocks were new. */
  read(blocks: readonly number[]): number {
    const fresh = blocks.findIndex((block) => !this.held.has(block))
    const known = fresh < 0 ? blocks.length : fresh
    this.hits += known
    this.blocks += blocks.length
    this.requests++
    for (const block of blocks) this.held.add(block)
    return blocks.length - known
  }
}

/** Conversations that share a system prompt, each turn reading all of the turns before it. */
export function conversations(seed: number, count: number): TracedPrompt[] {
  const random = chance(seed)
  const prompts: TracedPrompt[] = []
  let block = 1
  for (let i = 0; i < count; i++) {
    let atMs = random.fraction() * 3_600_000
    const blocks = [0]
    for (let turns = 1 + random.below(8); turns > 0; turns--) {
      for (let more = 1 + random.below(20); more > 0; more--) blocks.push(block++)
      prompts.push({ atMs, outputTokens: 50 + random.below(600), blocks: [...blocks] })
      atMs += waitMs(random)
    }
  }
  return prompts.sort((a, b) => a.atMs - b.atMs)
}

const waitMs = (random: Chance): number => -60_000 * Math.log(1 - random.fraction())

/** A market with so many suppliers that are certified, and owe the same. */
function marketOf(suppliers: number): State {
  const state = emptyState()
  const at = 1_000_000 as Instant
  let seq = 0
  const act = <Kind extends Event['kind']>(command: Command, kind: Kind): EventOf<Kind> => {
    const event = apply(state, ++seq as never, at, command).find((one) => one.kind === kind)
    assert(event !== undefined, `${command.kind} leads to ${kind}`)
    return event as EventOf<Kind>
  }
  act({ kind: 'instrument.list', spec: launchSpecs('')[1] as never }, 'instrument.listed')
  const open = (name: string): AccountId => {
    const { member } = act({ kind: 'member.admit', name }, 'member.admitted')
    const roles = ['supplier', 'trader'] as const
    const { account } = act({ kind: 'account.open', member, name, roles }, 'account.opened')
    act({ kind: 'cash.deposit', account, amount: micros(1e12), reference: 'sim' }, 'cash.deposited')
    return account
  }
  const trade = (account: AccountId, side: 'buy' | 'sell') => {
    const rules = { timeInForce: 'gtc', postOnly: 'none', selfTrade: 'cancel_newest' } as const
    const what = { type: 'limit', price: ticks(8_000), lots: lots(100_000), clientOrderId: null } as const
    const who = { account, instrument: MARKET, side, mandate: NO_MANDATE }
    act({ kind: 'order.place', ...who, ...rules, ...what }, 'order.accepted')
  }
  const evidence = { requests: 0, ttftMsP95: 0, tokensPerSecondP5: 0, items: 0, passed: 0, sha256: '' }
  const expiresAt = (at + 1e12) as Instant
  const buyer = open('buyer')
  for (let i = 0; i < suppliers; i++) {
    const account = open(`supplier-${i}`)
    const terms = { rate: wt(1e12), concurrency: 1_000, contextTokens: 131_072, capabilities: [] }
    const register = { kind: 'offer.register', account, name: 'model', disclosed: true, ...terms } as const
    const { offer } = act(register, 'offer.registered')
    act({ kind: 'offer.certify', offer, instrument: MARKET, expiresAt, evidence }, 'offer.certified')
    const issue = { kind: 'units.issue', account, offer, instrument: MARKET, lots: lots(100_000) } as const
    act(issue, 'units.issued')
    trade(account, 'sell')
    trade(buyer, 'buy')
  }
  return state
}
