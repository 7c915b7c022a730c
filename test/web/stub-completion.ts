// A supplier that writes a fixed text at a steady pace, and the receipt of it.
import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { createSigner, signReceipt } from '../../src/delivery/receipt.ts'
import type { DeliveryOut } from '../../src/wire/account.ts'
import type { Receipt } from '../../src/wire/receipt.ts'
import type { StubAccount } from './stub-account.ts'
import { now } from './stub-market.ts'

const SUPPLIER = 'Halden Compute'

const TEXT = `A power plant can stop, be sold, or run on another fuel. A megawatt-hour delivered between two and three in the afternoon is the same to whoever uses it, wherever it was made. So the grid trades the delivery and lets plants compete to make it.

That choice has three consequences. Anyone who can deliver may sell, so supply grows without asking the buyer to choose. A price forms for the hour, not for the plant, and everybody can plan against it. And failing to deliver is measured at the meter and paid for by whoever failed.

Inference is going the same way. What you need is an answer of a given quality within a given time. Which machine wrote it matters about as much as which turbine turned.`

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export async function streamAnswer(
  account: StubAccount,
  request: { model: string; max_tokens?: number },
  response: ServerResponse,
): Promise<void> {
  if (request.max_tokens !== undefined && request.max_tokens > 1_000_000) {
    const error = {
      message: 'the account can afford an answer of at most 420000 tokens',
      type: 'insufficient_funds',
      code: 'insufficient_funds',
      param: 'max_tokens',
      affordable_max_tokens: 420_000,
    }
    response.writeHead(402, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
    return
  }
  const id = `del_${account.deliveries.length + 1}`
  const instrument = `${request.model.toUpperCase().replaceAll('-', '_')}-USD`
  await wait(180)
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'x-request-id': 'req_stub',
    'x-busbar-receipt': id,
    'x-busbar-instrument': instrument,
    'x-busbar-supplier': SUPPLIER,
  })
  const pieces = TEXT.split(/(?<=\s)/).slice(0, request.max_tokens ?? 1_000)
  const chunk = (part: object) =>
    response.write(`data: ${JSON.stringify({ model: request.model, ...part })}\n\n`)
  for (const content of pieces) {
    chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
    await wait(8)
  }
  const usage = { prompt_tokens: 24, completion_tokens: pieces.length, total_tokens: 24 + pieces.length }
  const delivery = deliveryOf(account, instrument, pieces.length)
  account.deliveries.push(delivery)
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  const note = {
    receipt: id,
    supplier: SUPPLIER,
    price: '810000',
    verdict: 'conforming',
    truncated: null,
    units: delivery.units,
    cost: delivery.cost,
  }
  chunk({ choices: [], usage, busbar: note })
  response.end('data: [DONE]\n\n')
}

/** The next delivery of an account: an answer of so many tokens to a prompt of 24. */
export function deliveryOf(account: StubAccount, instrument: string, outputTokens: number): DeliveryOut {
  const wt = 6 + outputTokens
  return {
    id: `del_${account.deliveries.length + 1}`,
    request_id: 'req_stub',
    instrument,
    supplier: SUPPLIER,
    status: 'settled',
    verdict: 'conforming',
    input_tokens: 24,
    output_tokens: outputTokens,
    units: (wt / 1e6).toFixed(6),
    cost: (wt * 0.81e-6).toFixed(6),
    proceeds: null,
    delivery_fee: null,
    seq: 48_200,
    at: now(),
  }
}

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)

/** Signed as the exchange signs, so that the page's own check of the signature is a real one. */
export const stubReceipt = {
  publicKey: signer.publicKey,
  of: (delivery: DeliveryOut): Promise<Receipt> =>
    signReceipt(
      {
        version: 'busbar-receipt-1',
        id: delivery.id,
        request_id: delivery.request_id,
        seq: delivery.seq,
        settled_at: delivery.at,
        instrument: delivery.instrument,
        account: 'acc_3',
        mandate: null,
        model: null,
        claimed_input_tokens: null,
        claimed_output_tokens: null,
        claim_fits: null,
        supplier: delivery.supplier,
        verdict: 'conforming',
        finish_reason: 'stop',
        attempts: 1,
        tokenizer: { name: 'o200k_base', sha256: '0'.repeat(64) },
        input_tokens: delivery.input_tokens ?? 0,
        cached_input_tokens: 0,
        output_tokens: delivery.output_tokens ?? 0,
        first_token_us: 180_000,
        generation_us: 1_100_000,
        units: delivery.units,
        price: '0.810000',
        cost: delivery.cost ?? '0.000000',
        refund: '0.000000',
        prompt_sha256: '1'.repeat(64),
        output_sha256: '2'.repeat(64),
      },
      signer,
    ),
}
