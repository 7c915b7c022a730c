import { createHash } from 'node:crypto'
import { chance } from '../../src/base/chance.ts'
import type { DrawId, InstrumentId, OfferId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { micros, wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import type { Job } from '../../src/agent/earner.ts'
import { Earner } from '../../src/agent/earner.ts'
import { createClient } from '../../src/client/client.ts'
import { accountOf, freeCash } from '../../src/state/account.ts'
import { money, units } from '../../src/wire/decimal.ts'
import type { TestVenue, Trader } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'
import { reading } from '../engine/stage.ts'
import { fetchOn } from './door.ts'

// A month in the life of an agent that lives on its work, in virtual time on a real venue: only the model servers and the
// customers are played. Prices double from day 10 to 12, the cheaper supplier fails on day 15, and what jobs pay halves
// on day 20.

const GRADE = 'text-prime'
const DAYS = 30
const JOBS_PER_HOUR = 4
const OVERHEAD_PER_DAY = 0.5
const INPUT = 2_000
const OUTPUT = 2_000

/** One day of the agent's books, in dollars. */
export type Day = {
  day: number
  price: number
  taken: number
  refused: number
  undelivered: number
  earned: number
  spent: number
  overhead: number
  cash: number
}

type Supplier = Trader & { offer: string; dearer: number }
type World = {
  venue: TestVenue
  agent: Trader
  suppliers: Supplier[]
  hour: number
  lines: string[]
}

export type Month = { days: Day[]; lines: string[]; opening: number; close(): Promise<void> }

/** The price around which suppliers quote, in dollars per unit: it doubles over two days. */
const priceAt = (hour: number): number => 0.8 * 2 ** Math.min(1, Math.max(0, (hour - 240) / 48))
const payAt = (hour: number): number => (hour < 20 * 24 ? 1 : 0.5)
const hasFailed = (supplier: Supplier, world: World): boolean =>
  supplier === world.suppliers[0] && world.hour >= 15 * 24

export async function liveMonth(seed: number): Promise<Month> {
  const venue = await openTestVenue()
  // Midnight, so that hours and sweeps are those of the calendar.
  const { at } = venue.venue.sequencer.state
  venue.pass(24 * MICROS_PER_HOUR - (at % (24 * MICROS_PER_HOUR)))
  const suppliers: Supplier[] = [
    { ...(await venue.supply('low cost', GRADE, '0.01')), dearer: 1 },
    { ...(await venue.supply('steady', GRADE, '0.01')), dearer: 1.03 },
  ]
  const agent = await venue.join('earner', { cash: 12 })
  const world: World = { venue, agent, suppliers, hour: 0, lines: [] }
  const client = createClient({ baseUrl: 'http://venue', key: agent.key, fetch: door(world) })
  const earner = new Earner({
    client,
    instrument: GRADE,
    reserve: 5,
    margin: 0.2,
    hoursAhead: 3,
    unitsPerJob: 0.003,
    say: (line) => world.lines.push(`day ${1 + Math.floor(world.hour / 24)}: ${line}`),
  })
  const random = chance(seed)
  const days: Day[] = []
  for (let day = 1; day <= DAYS; day++) days.push(await liveDay(world, earner, day, random))
  return { days, lines: world.lines, opening: 12, close: () => venue.close() }
}

async function liveDay(
  world: World,
  earner: Earner,
  day: number,
  random: ReturnType<typeof chance>,
): Promise<Day> {
  const books = { taken: 0, refused: 0, undelivered: 0, earned: 0 }
  const before = cashOf(world)
  for (let hour = 0; hour < 24; hour++) {
    if (hour % 4 === 0) await quote(world)
    await earner.beginHour()
    for (let n = 0; n < JOBS_PER_HOUR; n++) {
      const pays = payAt(world.hour) * (0.003 + 0.012 * (random.below(1_000) / 1_000))
      await doJob(
        world,
        earner,
        { id: `job-${world.hour}-${n}`, pays, prompt: 'Sum up.', maxTokens: OUTPUT },
        books,
      )
    }
    world.hour++
    world.venue.pass(MICROS_PER_HOUR)
  }
  const spent = before + books.earned - cashOf(world)
  const overhead = Math.min(OVERHEAD_PER_DAY, cashOf(world))
  await move(world, 'cash.withdraw', overhead, `rent of day ${day}`)
  return { day, price: priceAt(world.hour), ...books, spent, overhead, cash: cashOf(world) }
}

async function doJob(
  world: World,
  earner: Earner,
  job: Job,
  books: { taken: number; refused: number; undelivered: number; earned: number },
): Promise<void> {
  const { take, why } = earner.consider(job)
  if (!take) {
    books.refused++
    world.lines.push(`day ${1 + Math.floor(world.hour / 24)}: refused ${job.id}: ${why}`)
    return
  }
  const result = await earner.work(job)
  if (result === null) {
    books.undelivered++
    return
  }
  books.taken++
  const pays = Math.round(job.pays * 1e6) / 1e6
  await move(world, 'cash.deposit', pays, job.id)
  books.earned += pays
}

async function move(
  world: World,
  kind: 'cash.deposit' | 'cash.withdraw',
  dollars: number,
  reference: string,
) {
  const amount = micros(Math.round(dollars * 1e6))
  if (amount > 0) await world.venue.ask({ kind, account: world.agent.id, amount, reference })
}

function cashOf({ venue, agent }: World): number {
  const { state } = venue.venue.sequencer
  const account = accountOf(state, agent.id)
  return account === undefined ? 0 : freeCash(state, account) / 1e6
}

/** Suppliers issue what was sold and quote around the price of the hour; one that has failed quotes no more. */
async function quote(world: World): Promise<void> {
  const { venue, suppliers } = world
  for (const supplier of suppliers) {
    const { key, offer } = supplier
    await venue.send('POST', '/v1/orders/cancel', { key, body: {} })
    if (hasFailed(supplier, world)) continue
    const balances = await venue.send('GET', '/v1/balances', { key })
    const row = balances.json.data.find(({ asset }: { asset: string }) => asset === 'TEXT_PRIME')
    const short = 1 - Number(row?.available ?? 0)
    if (short >= 0.01)
      await venue.send('POST', '/v1/issuances', {
        key,
        body: { offer, instrument: GRADE, quantity: short.toFixed(2) },
      })
    const price = (priceAt(world.hour) * supplier.dearer).toFixed(4)
    const body = { instrument: GRADE, side: 'sell', price, quantity: '0.50' }
    await venue.send('POST', '/v1/orders', { key, body })
  }
}

/** The venue's door as the SDK knows it; completions are delivered by played model servers. */
function door(world: World): typeof fetch {
  const throughVenue = fetchOn(world.venue, world.agent.key)
  return async (address, init) => {
    const { pathname } = new URL(address instanceof Request ? address.url : address)
    return pathname === '/v1/chat/completions' ? deliver(world) : throughVenue(address, init)
  }
}

let requests = 0

/** Draws, calls suppliers in the order of their price, and settles as the gateway does. */
async function deliver(world: World): Promise<Response> {
  const { venue, agent, suppliers } = world
  const { sequencer } = venue.venue
  const offerOf = (supplier: Supplier) => Number(supplier.offer.slice(4)) as OfferId
  for (const supplier of suppliers) {
    const opened = await venue.ask({
      kind: 'draw.open',
      account: agent.id,
      mandate: NO_MANDATE,
      instrument: 1 as InstrumentId,
      offer: offerOf(supplier),
      request: `month-${++requests}`,
      wt: wt(INPUT / 4 + OUTPUT),
      buyLimit: null,
      deadline: later(sequencer.state.at, 60 * MICROS_PER_SECOND),
    })
    const draw = opened.events.findLast((event) => event.kind === 'draw.opened')?.draw
    if (draw === undefined) continue
    if (!hasFailed(supplier, world)) return answer(await settle(world, draw))
    const relayed = { inputTokens: 0, outputTokens: 0 }
    await venue.ask({ kind: 'draw.fail', draw, failure: 'connect_failed', fault: 'supplier', relayed })
  }
  const error = { message: 'nobody could deliver', code: 'no_supplier', type: 'unavailable' }
  return new Response(JSON.stringify({ error }), { status: 503 })
}

async function settle({ venue }: World, draw: DrawId) {
  const hash = createHash('sha256').update(`${draw}`).digest('hex')
  const delivered = reading({
    inputTokens: INPUT,
    outputTokens: OUTPUT,
    ttft: 400_000,
    generation: 20 * MICROS_PER_SECOND,
    promptHash: hash,
    outputHash: hash,
  })
  const { events } = await venue.ask({ kind: 'draw.settle', draw, reading: delivered })
  return events.findLast((event) => event.kind === 'draw.settled')
}

function answer(settled: Awaited<ReturnType<typeof settle>>): Response {
  if (settled === undefined) throw new Error('what was delivered settles')
  const { used, cost } = settled
  return new Response(
    JSON.stringify({
      id: 'chatcmpl-month',
      model: GRADE,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' }],
      busbar: { units: units(used), cost: money(cost), price: '0', verdict: 'conforming', truncated: null },
    }),
    { headers: { 'content-type': 'application/json' } },
  )
}
