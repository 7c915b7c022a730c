// A receipt states a settlement; one changed byte, another key or another fact is found without a network.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { Seq } from '../../src/base/ids.ts'
import {
  createSigner,
  receiptFault,
  receiptOf,
  signReceipt,
  verifyReceipt,
} from '../../src/delivery/receipt.ts'
import { pause } from './bad-supplier.ts'
import { buildRig, QUICK } from './rig.ts'

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)

async function settledReceipt() {
  const rig = await buildRig({ modes: ['ok'] })
  await rig.ask({}).then((response) => response.text())
  await pause(10)
  const settled = rig.last('draw.settled')
  await rig.close()
  const body = receiptOf(settled, { seq: 7 as Seq, at: rig.sequencer.state.at }, QUICK, {
    supplier: 'supplier-0',
    model: null,
  })
  return { settled, receipt: await signReceipt(body, signer) }
}

test('it names the facts of the settlement', async () => {
  const { settled, receipt } = await settledReceipt()
  assert.equal(receipt.id, `del_${settled.draw}`)
  assert.equal(receipt.output_tokens, settled.reading.outputTokens)
  assert.equal(receipt.first_token_us, settled.reading.ttft)
  assert.equal(receipt.verdict, 'conforming')
  assert.deepEqual(receipt.tokenizer, QUICK.tokenizer)
  assert.match(receipt.units, /^0\.\d{6}$/)
})

test('it verifies after a trip through JSON, and no change of any field does', async () => {
  const { receipt } = await settledReceipt()
  const copy = JSON.parse(JSON.stringify(receipt)) as Record<string, unknown>
  assert.equal(receiptFault(copy, signer.publicKey), undefined)
  for (const [field, value] of Object.entries(copy)) {
    const other =
      typeof value === 'number' ? value + 1 : typeof value === 'string' ? `${value}0` : { name: 'x' }
    assert.ok(!verifyReceipt({ ...copy, [field]: other }, signer.publicKey), field)
  }
  assert.ok(!verifyReceipt({ ...copy, extra: 1 }, signer.publicKey), 'an added field')
})

test('another key does not do, nor does anything that is no receipt', async () => {
  const { receipt } = await settledReceipt()
  const stranger = createSigner(generateKeyPairSync('ed25519').privateKey)
  assert.equal(receiptFault(receipt, stranger.publicKey), 'signed with another key')
  const { public_key: _, signature: __, ...body } = receipt
  const forged = { ...(await signReceipt(body, stranger)), public_key: signer.publicKey }
  assert.equal(receiptFault(forged, signer.publicKey), 'the signature does not match')
  for (const nonsense of [null, 'x', {}, [], 7]) assert.ok(!verifyReceipt(nonsense, signer.publicKey))
  assert.ok(!verifyReceipt(receipt, 'short'))
})
