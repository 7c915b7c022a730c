import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkReceipt } from '../../src/web/playground/receipt-check.ts'
import type { StubAccount } from './stub-account.ts'
import { deliveryOf, stubReceipt } from './stub-completion.ts'

const account: StubAccount = { orders: [], deliveries: [] }
const signed = () => stubReceipt.of(deliveryOf(account, 'TEXT_PRIME-USD', 40))

test('a receipt as the exchange signed it holds', async () => {
  assert.equal(await checkReceipt(await signed(), stubReceipt.publicKey), 'holds')
})

test('a receipt with one digit changed is broken', async () => {
  const receipt = await signed()
  assert.equal(await checkReceipt({ ...receipt, cost: '9.000000' }, stubReceipt.publicKey), 'broken')
})

test('a receipt signed by anyone else is not of this exchange, whatever its signature says', async () => {
  const other = Buffer.alloc(32, 7).toString('base64')
  assert.equal(await checkReceipt(await signed(), other), 'other_key')
})
