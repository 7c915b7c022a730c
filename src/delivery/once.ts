import type { AccountId, DrawId } from '../base/ids.ts'
import { printId } from '../wire/id.ts'
import type { BuyerError } from '../surface/surface.ts'

const KEYS_MAX = 100_000

/**
 * What was asked under an idempotency key, for as long as this process remembers: it is not delivered twice,
 * neither beside itself nor after it. What has failed, or whose buyer hung up, may be asked again.
 */
export class Once {
  private readonly known = new Map<string, DrawId | 'running'>()

  /** Claims a key for a request, or says why the request is not served. */
  begin(account: AccountId, key: string): BuyerError | undefined {
    const name = `${account}\n${key}`
    const before = this.known.get(name)
    if (before === 'running')
      return { status: 409, code: 'request_in_progress', message: 'This request is being delivered.' }
    if (before !== undefined)
      return {
        status: 422,
        code: 'already_delivered',
        message: `This request was delivered before. Its receipt is ${printId('delivery', before)}.`,
      }
    this.known.set(name, 'running')
    const [oldest] = this.known.keys()
    if (this.known.size > KEYS_MAX && oldest !== undefined) this.known.delete(oldest)
    return undefined
  }

  /** The request has ended: delivered, with its receipt, or not. */
  end(account: AccountId, key: string, delivered: DrawId | null): void {
    const name = `${account}\n${key}`
    if (delivered === null) this.known.delete(name)
    else this.known.set(name, delivered)
  }
}
