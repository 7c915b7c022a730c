import type { Signer } from '../delivery/receipt.ts'
import type { AccountEventOut } from '../wire/account.ts'

/** What is posted to a webhook: events in order, and the cursor behind them. */
export type Message = { webhook: string; events: AccountEventOut[]; cursor: number }

/** What a receiver checks: the time and the body, joined by a full stop. */
export const signedText = (timestamp: string, body: string): string => `${timestamp}.${body}`

/** A message as it is sent, signed so that nobody else can tell a receiver what happened here. */
export async function signMessage(message: Message, signer: Signer, timestamp: string) {
  const body = JSON.stringify(message)
  const signature = await signer.sign(Buffer.from(signedText(timestamp, body)))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'busbar-webhook',
      'busbar-timestamp': timestamp,
      'busbar-key': signer.publicKey,
      'busbar-signature': signature.toString('base64'),
    },
  }
}
