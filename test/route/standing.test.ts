// What the router remembers of a supplier: breaks, back-off, learned concurrency, committed rate.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wt } from '../../src/base/money.ts'
import { MICROS_PER_SECOND } from '../../src/base/time.ts'
import { failure } from '../../src/delivery/failure.ts'
import { Standing } from '../../src/route/standing.ts'

const broken = failure('server_error', 'status 500')
const limited = failure('rate_limited', 'status 429')
const PACE = { firstTokenMs: 100, ceilingMs: 1_000 }
const RATE = wt(60_000)
const second = (n: number) => n * MICROS_PER_SECOND

const fail = (standing: Standing, now: number, reason = broken) => {
  standing.begin()
  standing.endBad(reason, now)
}

test('three failures in a row break it for five seconds, then one call tries it out', () => {
  const standing = new Standing(8, RATE)
  fail(standing, 0)
  fail(standing, 0)
  assert.equal(standing.waits(0), 0)
  fail(standing, 0)
  assert.ok(standing.waits(second(4.9)) > 0)
  assert.equal(standing.waits(second(5)), 0)
  standing.begin()
  assert.ok(standing.waits(second(5)) > 0, 'one at a time')
  standing.endGood(8, PACE)
  assert.equal(standing.waits(second(5)), 0)
})

test('one that fails its try waits longer, but never more than ten seconds', () => {
  const standing = new Standing(8, RATE)
  for (let i = 0; i < 3; i++) fail(standing, 0)
  let now = second(5)
  for (let i = 0; i < 5; i++) {
    assert.equal(standing.waits(now), 0)
    fail(standing, now)
    assert.ok(standing.waits(now + second(9)) > 0)
    now += second(10)
  }
})

test('a refusal of the buyer’s request is no mark against the supplier', () => {
  const standing = new Standing(8, RATE)
  for (let i = 0; i < 5; i++) fail(standing, 0, failure('bad_request', 'status 400'))
  assert.equal(standing.conformity, 1)
  assert.equal(standing.waits(0), 0)
})

test('refused credentials break it at once', () => {
  const standing = new Standing(8, RATE)
  fail(standing, 0, failure('unauthorized', 'status 401'))
  assert.ok(standing.waits(second(1)) > 0)
})

test('concurrency is learned from 429s and grows back with success', () => {
  const standing = new Standing(8, RATE)
  for (let i = 0; i < 4; i++) standing.begin()
  assert.ok(!standing.full)
  standing.endBad(limited, 0)
  assert.ok(standing.full, 'three of three')
  for (let i = 0; i < 3; i++) standing.endGood(8, PACE)
  for (let i = 0; i < 40; i++) {
    standing.begin()
    standing.endGood(8, PACE)
  }
  for (let i = 0; i < 7; i++) standing.begin()
  assert.ok(!standing.full)
  standing.begin()
  assert.ok(standing.full, 'never above the offer’s own')
})

test('an excused refusal leaves it less room and no worse name', () => {
  const standing = new Standing(8, RATE)
  for (let i = 0; i < 4; i++) standing.begin()
  for (let i = 0; i < 3; i++) standing.endBad({ ...limited, retryAfter: 0, excused: true }, 0)
  assert.equal(standing.conformity, 1)
  assert.ok(!standing.broken)
  assert.equal(standing.waits(0), 0)
  assert.ok(standing.full, 'one of one')
  standing.endBad({ ...limited, retryAfter: 7, excused: true }, 0)
  assert.equal(standing.waits(0), second(7), 'it is left alone for as long as it asked')
})

test('above the committed rate per minute, and back below it', () => {
  const standing = new Standing(8, RATE)
  assert.ok(!standing.aboveRate(RATE, 0))
  standing.deliver(70_000, RATE, 0)
  assert.ok(standing.aboveRate(RATE, 0))
  assert.ok(!standing.aboveRate(RATE, second(11)))
})

test('conformity falls with failures and forgets them', () => {
  const standing = new Standing(8, RATE)
  for (let i = 0; i < 10; i++) fail(standing, 0)
  const low = standing.conformity
  assert.ok(low < 0.5)
  for (let i = 0; i < 60; i++) {
    standing.begin()
    standing.endGood(8, PACE)
  }
  assert.ok(standing.conformity > 0.95)
})

test('concurrency shrinks when first tokens come late through load, and grows back when they do not', () => {
  const standing = new Standing(16, RATE)
  const call = (running: number, firstTokenMs: number) => {
    for (let i = 0; i < running; i++) standing.begin()
    for (let i = 0; i < running; i++) standing.endGood(16, { firstTokenMs, ceilingMs: 1_000 })
  }
  const room = () => {
    let calls = 0
    for (; !standing.full; calls++) standing.begin()
    for (let i = 0; i < calls; i++) standing.endNeutral()
    return calls
  }
  for (let i = 0; i < 10; i++) call(2, 100)
  assert.equal(room(), 16)
  for (let i = 0; i < 10; i++) call(room(), 900)
  const learned = room()
  assert.ok(learned < 10, `${learned} at once`)
  for (let i = 0; i < 60; i++) call(room(), 100)
  assert.equal(room(), 16)
})
