import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Draft } from '../../src/web/market/ticket-draft.ts'
import { emptyDraft, faultsOf, requestOf, stepped } from '../../src/web/market/ticket-draft.ts'
import { listing } from './stub-market.ts'

const [, prime] = listing()
assert.ok(prime)
const draft = (part: Partial<Draft>): Draft => ({ ...emptyDraft, ...part })

test('an unfinished draft is no order, and no fault either', () => {
  assert.equal(requestOf(emptyDraft, prime), undefined)
  assert.deepEqual(faultsOf(emptyDraft, prime), {})
  assert.equal(requestOf(draft({ quantity: '1' }), prime), undefined, 'a limit order needs its price')
})

test('numbers off the steps of the market are refused before they are sent', () => {
  const off = draft({ price: '0.80001', quantity: '1.005' })
  assert.match(faultsOf(off, prime).price ?? '', /steps of 0\.0001/)
  assert.match(faultsOf(off, prime).quantity ?? '', /steps of 0\.01/)
  assert.equal(requestOf(off, prime), undefined)
  for (const quantity of ['0', '-1', 'two', '1e3', '.5'])
    assert.ok(faultsOf(draft({ quantity }), prime).quantity, quantity)
})

test('a finished draft is the order as it is typed', () => {
  assert.deepEqual(
    requestOf(draft({ side: 'sell', price: '0.8', quantity: '1.50', postOnly: true }), prime),
    {
      instrument: 'TEXT_PRIME-USD',
      side: 'sell',
      type: 'limit',
      price: '0.8',
      quantity: '1.50',
      time_in_force: 'gtc',
      post_only: 'reject',
    },
  )
})

test('post-only goes only with an order that may rest, and a market order needs no price', () => {
  const ioc = requestOf(draft({ price: '0.8', quantity: '1', timeInForce: 'ioc', postOnly: true }), prime)
  assert.equal(ioc?.post_only, undefined)
  assert.deepEqual(requestOf(draft({ type: 'market', quantity: '1' }), prime), {
    instrument: 'TEXT_PRIME-USD',
    side: 'buy',
    type: 'market',
    quantity: '1',
  })
})

test('arrow keys move a number by whole steps, never to zero', () => {
  assert.equal(stepped('0.8000', '0.0001', 1), '0.8001')
  assert.equal(stepped('', '0.01', 100), '1.00')
  assert.equal(stepped('0.01', '0.01', -1), '0.01')
})
