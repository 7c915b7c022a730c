import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { InstrumentId, OfferId } from '../base/ids.ts'
import type { Answer } from '../dialect/answer.ts'
import type { CompletionRequest } from '../delivery/completion.ts'
import type { Gateway } from '../delivery/gateway.ts'
import { NO_WISHES } from '../delivery/wishes.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Note, Surface } from '../surface/surface.ts'

/** One question to one offer, asked as a buyer asks. */
export type ProbeCall = {
  caller: CompletionRequest['caller']
  instrument: InstrumentId
  offer: OfferId
  body: ChatRequest
  request: string
}

/** What came back, and the receipt of its delivery. */
export type Told = { content: string; vectors: readonly Float32Array[]; receipt: string }

const NOBODY = { only: null, ignore: [], region: null, zeroRetention: false, latencyMsMax: null }

/**
 * Sends a question through the gateway, draw and settlement and all, and keeps the answer instead of printing
 * it. Undefined where nothing was delivered that counts: its own rules judge that.
 */
export async function askThrough(
  gateway: Pick<Gateway, 'complete'>,
  { caller, instrument, offer, body, request }: ProbeCall,
): Promise<Told | undefined> {
  let told: Told | undefined
  const surface: Surface = {
    script: () => ({ beat: '', pass: () => '', reset() {}, end: () => '', fail: () => '' }),
    whole(_head, answer: Answer, _usage, { receipt, verdict }: Note) {
      if (verdict === 'conforming' || verdict === 'soft_miss')
        told = { content: answer.content, vectors: answer.vectors, receipt }
      return {}
    },
    error: () => ({}),
    headers: () => ({}),
  }
  // Nobody reads it: what is written waits in the response and goes with it.
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  await gateway.complete(
    {
      caller,
      instrument,
      body,
      surface,
      rawBody: Buffer.from(JSON.stringify(body)),
      requestId: request,
      wishes: { ...NO_WISHES, preferences: { ...NOBODY, offer } },
    },
    response,
  )
  return told
}
