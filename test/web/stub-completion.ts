// A supplier that writes a fixed text at a steady pace, and the receipt of it.
import type { ServerResponse } from 'node:http'
import type { StubAccount } from './stub-account.ts'
import { now } from './stub-market.ts'

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
    'x-busbar-supplier': 'Halden Compute',
  })
  const pieces = TEXT.split(/(?<=\s)/).slice(0, request.max_tokens ?? 1_000)
  const chunk = (part: object) =>
    response.write(`data: ${JSON.stringify({ model: request.model, ...part })}\n\n`)
  for (const content of pieces) {
    chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
    await wait(8)
  }
  const usage = { prompt_tokens: 24, completion_tokens: pieces.length, total_tokens: 24 + pieces.length }
  const wt = 6 + pieces.length
  account.deliveries.push({
    id,
    request_id: 'req_stub',
    instrument,
    supplier: 'Halden Compute',
    status: 'settled',
    verdict: 'conforming',
    input_tokens: 24,
    output_tokens: pieces.length,
    units: (wt / 1e6).toFixed(6),
    proceeds: '0.000000',
    delivery_fee: '0.000000',
    cost: (wt * 0.81e-6).toFixed(6),
    seq: 48_200,
    at: now(),
  })
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  chunk({ choices: [], usage, busbar: { receipt: id } })
  response.end('data: [DONE]\n\n')
}

export const stubReceipt = {
  publicKey: '',
  of: (delivery: object | undefined): unknown => delivery,
}
