// Published numbers on the stream: rows are those of REST, told once, in sequence, and again to who comes back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createFixingDesk } from '../../src/api/fixing-desk.ts'
import type { DrawId, InstrumentId, OfferId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import type { IndexPrint } from '../../src/bulletin/index-frame.ts'
import { indexFrames } from '../../src/bulletin/index-frame.ts'
import type { Following, Reader } from '../../src/feed/group.ts'
import type { IndexFeed } from '../../src/feed/index-feed.ts'
import { createIndexFeed } from '../../src/feed/index-feed.ts'
import type { ScorecardFeed } from '../../src/feed/scorecard-feed.ts'
import { createScorecardFeed } from '../../src/feed/scorecard-feed.ts'
import { OPERATIONS } from '../../src/operations/operations.ts'
import { HistoryAway } from '../../src/store/history-writer.ts'
import { theInstrument } from '../../src/state/account.ts'
import { channelFrames } from '../../src/wire/stream-frame.ts'
import type { TestVenue, Trader } from '../api/test-venue.ts'
import { openTestVenue } from '../api/test-venue.ts'
import { reading } from '../engine/stage.ts'

const PRIME = 1 as InstrumentId

let hall: TestVenue
let sol: Trader & { offer: string }
let index: IndexFeed
let cards: ScorecardFeed

before(async () => {
  hall = await openTestVenue()
  // Just after a sweep, so that the next hours have none.
  const window = 4 * MICROS_PER_HOUR
  hall.pass(window - (hall.venue.clock() % window) + 10 * MICROS_PER_SECOND)
  sol = await hall.supply('Sol', 'text-prime', '20')
  index = createIndexFeed(hall.venue, { bytes: 0 })
  cards = createScorecardFeed(hall.venue, { bytes: 0 })
  hall.venue.sequencer.onCommit((batch) => {
    index.notice(batch)
    cards.notice(batch)
  })
})
after(() => hall.close())

type Frame = { type: string; prev_seq?: number; seq: number; conflated?: true; data: IndexPrint[] }

/** A connection that keeps what it is told. */
function newReader() {
  const frames: Frame[] = []
  let isSlow = false
  const reader: Reader = {
    send: (bytes) => frames.push(JSON.parse(Buffer.from(bytes).toString()) as Frame),
    isSlow: () => isSlow,
  }
  const slow = (value: boolean) => {
    isSlow = value
  }
  return { frames, reader, slow, last: () => frames.at(-1) as Frame }
}

const seriesOf = ({ data }: Frame): string[] => data.map(({ series }) => series)
const rowOf = ({ data }: Frame, series: string): unknown => data.find((one) => one.series === series)?.row
const get = async (path: string): Promise<unknown> => (await hall.send('GET', path)).json as unknown

/** Moves the clock to so many seconds after the next hour, and has its fixings published. */
async function closeHour(): Promise<void> {
  const now = hall.venue.clock()
  hall.pass(MICROS_PER_HOUR - (now % MICROS_PER_HOUR) + MICROS_PER_SECOND)
  const { sequencer, market, clock } = hall.venue
  const desk = createFixingDesk({ sequencer, market, clock, onFailure: (e) => assert.fail(e as Error) })
  assert.ok((await desk.publish()) >= 9, 'a fixing of each grade')
  await desk.stop()
  await index.settled()
}

const inOrder = (frames: readonly Frame[]): void => {
  for (const [at, frame] of frames.entries()) {
    assert.ok(
      indexFrames.some((schema) => schema.safeParse(frame).success),
      JSON.stringify(frame),
    )
    if (at > 0) assert.equal(frame.prev_seq, frames[at - 1]?.seq, 'no gap')
  }
}

test('a reader is told the last of each series, then each number as it is published, in the rows of REST', async () => {
  const reader = newReader()
  const following = index.follow(undefined, reader.reader)
  assert.equal(following.mode, 'snapshot')
  following.start()
  await index.settled()
  assert.deepEqual(seriesOf(reader.last()), ['indices', 'machine_gdp', 'intelligence', 'efficiency'])
  await closeHour()
  inOrder(reader.frames)
  const told = reader.frames.slice(1).flatMap(({ data }) => data)
  const fixings = told.flatMap((print) => (print.series === 'fixing' ? [print.row] : []))
  const { data } = (await get('/v1/fixings?period=hour')) as { data: { seq: number }[] }
  assert.deepEqual(
    fixings,
    [...data].sort((a, b) => a.seq - b.seq),
  )
  assert.deepEqual(rowOf({ ...reader.last(), data: told }, 'indices'), await get('/v1/indices'))
  assert.deepEqual(rowOf({ ...reader.last(), data: told }, 'machine_gdp'), await get('/v1/machine-gdp'))
  const spreads = told.filter(({ series }) => series === 'efficiency')
  assert.deepEqual(
    spreads.map(({ row }) => row),
    [await get('/v1/efficiency')],
    'once, behind the last fixing of the hour',
  )
  following.end()
})

test('who comes back is told what was missed, and who names a number never told begins anew', async () => {
  const first = newReader()
  const gone = index.follow(undefined, first.reader)
  gone.start()
  await index.settled()
  const held = gone.seq()
  gone.end()
  await closeHour()
  const again = newReader()
  const back = index.follow(held, again.reader)
  assert.equal(back.mode, 'replay')
  back.start()
  assert.equal(again.frames[0]?.prev_seq, held)
  inOrder(again.frames)
  assert.ok(again.frames.some((frame) => seriesOf(frame).includes('indices')))
  back.end()
  assert.equal(index.follow(1, again.reader).mode, 'snapshot')
})

test('a slow reader is told what there is once it reads again, marked, and a correction is a row beside', async () => {
  const reader = newReader()
  const following = index.follow(undefined, reader.reader)
  following.start()
  reader.slow(true)
  const { data } = (await get('/v1/fixings?period=hour&limit=1')) as { data: { id: string }[] }
  const fixing = data[0]?.id ?? ''
  const corrected = await hall.send('POST', `/v1/admin/fixings/${fixing}/corrections`, {
    key: hall.operator.key,
    body: { price: '0.5120', reason: 'Two trades were busted' },
  })
  assert.equal(corrected.status, 201, corrected.text)
  await index.settled()
  index.pulse()
  assert.equal(reader.frames.length, 1, 'nothing is told while it does not read')
  reader.slow(false)
  index.pulse()
  const whole = reader.last()
  assert.equal(whole.conflated, true)
  assert.equal(whole.seq, following.seq())
  assert.ok(!JSON.stringify(whole).includes('busted'), 'the print stands; a correction does not replace it')
  const after = newReader()
  const held = reader.frames[0]?.seq ?? 0
  const replayed = index.follow(held, after.reader)
  replayed.start()
  assert.ok(JSON.stringify(after.frames).includes('busted'), 'and it was told, beside')
  replayed.end()
  following.end()
})

test('while history cannot be asked nothing is told, and afterwards everyone is told what there is', async () => {
  const { history } = hall.venue
  let isAway = true
  const unlessAway = <Answer>(answer: () => Promise<Answer>): Promise<Answer> =>
    isAway ? Promise.reject(new HistoryAway('the server is away')) : answer()
  const listFixings: typeof history.listFixings = (query) => unlessAway(() => history.listFixings(query))
  const flows: typeof history.hours.flows = (span) => unlessAway(() => history.hours.flows(span))
  const hours = { ...history.hours, flows }
  const feed = createIndexFeed({ ...hall.venue, history: { ...history, listFixings, hours } }, { bytes: 0 })
  const reader = newReader()
  const pulse = async () => {
    feed.pulse()
    await feed.settled()
    feed.pulse()
  }
  feed.follow(undefined, reader.reader).start()
  await feed.settled()
  isAway = false
  await pulse()
  assert.deepEqual(reader.frames, [], 'it is not asked again at once')
  hall.pass(5 * MICROS_PER_SECOND)
  await pulse()
  assert.deepEqual(
    reader.frames.map(({ type }) => type),
    ['snapshot'],
  )

  isAway = true
  const at = later(hall.venue.clock(), MICROS_PER_HOUR)
  feed.notice([{ seq: hall.venue.market.seq + 1, at, events: [] }])
  await feed.settled()
  isAway = false
  hall.pass(5 * MICROS_PER_SECOND)
  assert.equal(reader.frames.length, 1, 'the numbers of the hour could not be told')
  await pulse()
  assert.equal(reader.frames.length, 2)
  assert.equal(reader.last().conflated, true)
  assert.equal(hall.errors.splice(0).length, 2, 'and each time it was said')
})

test('costs on record and a measured offer are told as they come', async () => {
  const reader = newReader()
  const following = index.follow(undefined, reader.reader)
  following.start()
  const costs = await hall.send('PUT', '/v1/cost-inputs/TEXT_PRIME-USD', {
    key: sol.key,
    body: OPERATIONS.find(({ id }) => id === 'supply.costs')?.example,
  })
  assert.equal(costs.status, 200, costs.text)
  await index.settled()
  assert.deepEqual(seriesOf(reader.last()), ['efficiency'])
  assert.deepEqual(rowOf(reader.last(), 'efficiency'), await get('/v1/efficiency'))
  await hall.supply('Luna', 'text-prime', '1')
  await index.settled()
  assert.deepEqual(seriesOf(reader.last()), ['intelligence'])
  following.end()
})

/** A request that Sol answers. */
async function call(buyer: Trader): Promise<void> {
  const draw = hall.venue.sequencer.state.nextDraw as DrawId
  const offer = Number(sol.offer.slice(4)) as OfferId
  const deadline = later(hall.venue.clock(), MICROS_PER_HOUR)
  const parties = { account: buyer.id, mandate: NO_MANDATE, instrument: PRIME, offer }
  await hall.ask({
    kind: 'draw.open',
    ...parties,
    request: `call-${draw}`,
    wt: wt(1_000),
    buyLimit: null,
    deadline,
  })
  await hall.ask({ kind: 'draw.settle', draw, reading: reading() })
}

test('scorecards are told whole when what they rest on changes, once a second, with the rows of REST', async () => {
  const buyer = await hall.join('Ada')
  const order = { instrument: 'text-prime', quantity: '5.00', price: '0.80', type: 'limit' }
  for (const [key, side] of [
    [sol.key, 'sell'],
    [buyer.key, 'buy'],
  ] as const)
    await hall.send('POST', '/v1/orders', { key, body: { ...order, side } })
  const reader = newReader()
  const instrument = theInstrument(hall.venue.sequencer.state, PRIME)
  const follow = (from?: number): Following => cards.follow(instrument, from, reader.reader)
  const following = follow()
  following.start()
  const begun = reader.last().seq
  await call(buyer)
  cards.pulse()
  assert.equal(reader.frames.length, 1, 'not yet a second')
  hall.pass(MICROS_PER_SECOND)
  cards.pulse()
  assert.equal(reader.frames.length, 2)
  assert.equal(reader.last().prev_seq, begun)
  const listed = (await get('/v1/instruments/text-prime/scorecards')) as { data: unknown[] }
  assert.deepEqual(reader.last().data, listed.data)
  hall.pass(MICROS_PER_SECOND)
  cards.pulse()
  assert.equal(reader.frames.length, 2, 'what has not changed is not told again')
  following.end()
  await call(buyer)
  hall.pass(MICROS_PER_SECOND)
  cards.pulse()
  const back = follow(following.seq())
  assert.equal(back.mode, 'replay')
  back.start()
  assert.equal(reader.frames.length, 3)
  for (const frame of reader.frames)
    assert.ok(channelFrames.scorecard.some((schema) => schema.safeParse(frame).success))
  back.end()
})
