import type { Dict, Str } from 'ccxt'
import type { BaseError } from 'ccxt'
import { UnsubscribeError } from 'ccxt'
import { Busbar } from './busbar.ts'

/** ccxt's own connection. */
export type Line = ReturnType<Busbar['client']>

/** One subscription as ccxt keeps it, under its hash. */
export type Subscription = { id: number; channel: Dict }

const REQUEST = 'request:'

/** What connects the stream's channels to ccxt: subscribing, authenticating, and telling who waits. */
export class BusbarLine extends Busbar {
  private lastId = 0
  /** Up to where trades and private channels were told, so that a new connection misses nothing. */
  protected readonly cursors = new Map<string, number>()

  protected readonly unseen = new Map<string, unknown>()

  protected nextId(): number {
    return ++this.lastId
  }

  protected streamAddress(): string {
    return `${this.address().replace(/^http/, 'ws')}/v1/ws`
  }

  /**
   * Waits for the next message of a channel, subscribing to it once per connection. Where it is subscribed to
   * already nothing is awaited before the waiting begins, so that no message falls between.
   */
  protected async follow(messageHash: string, subscribeHash: string, channel: Dict): Promise<unknown> {
    const url = this.streamAddress()
    // ccxt asks for an agent of its own where there is no TLS.
    if (url.startsWith('ws://') && this.httpAgent === undefined) await this.loadHttpProxyAgent()
    const id = this.nextId()
    const message = { op: 'subscribe', id, channels: [channel] }
    return this.watch(url, messageHash, message, subscribeHash, { id, channel } satisfies Subscription)
  }

  /** The same of a private channel, which goes on where the last connection ended. */
  protected async followPrivate(messageHash: string, channel: string): Promise<unknown> {
    const client = this.clients[this.streamAddress()]
    if (client?.subscriptions[channel] === undefined) await this.authenticate()
    return this.follow(messageHash, channel, { channel, ...this.resumption(channel) })
  }

  /** Tells a state to who waits for it, or keeps it for who comes next: a slow reader gets the latest. */
  protected tellState(client: Line, hash: string, state: unknown): void {
    if (hash in client.futures) client.resolve(state, hash)
    else this.unseen.set(hash, state)
  }

  /** The latest state that was told to nobody, or the next. */
  protected async stateOf<State>(hash: string, next: () => Promise<unknown>): Promise<State> {
    const kept = this.unseen.get(hash)
    this.unseen.delete(hash)
    return (kept ?? (await next())) as State
  }

  /** Where a channel goes on, if it was followed before. */
  protected resumption(subscribeHash: string): Dict {
    const from = this.cursors.get(subscribeHash)
    return from === undefined ? {} : { from_seq: from }
  }

  private async authenticate(): Promise<unknown> {
    this.checkRequiredCredentials()
    const url = this.streamAddress()
    if (url.startsWith('ws://')) await this.loadHttpProxyAgent()
    const id = this.nextId()
    const message = { op: 'auth', id, ...this.streamCredentials(url) }
    return this.watch(url, 'authenticated', message, 'authenticated', { id, channel: {} })
  }

  /** Asks for one operation on the connection and waits for its answer. */
  protected async perform(op: string, params: Dict): Promise<Dict> {
    await this.authenticate()
    const id = this.nextId()
    const hash = `${REQUEST}${id}`
    const waiting = this.watch(this.streamAddress(), hash, { op, id, params }, hash, { id, channel: {} })
    return (await waiting) as Dict
  }

  protected handleResult(client: Line, { id, result }: Dict): void {
    const hash = `${REQUEST}${id}`
    delete client.subscriptions[hash]
    client.resolve(result, hash)
  }

  private streamCredentials(url: string): Dict {
    const sent = this.credentialsFor('GET', url, '/v1/ws', '')
    if (sent['authorization'] !== undefined) return { key: this.apiKey }
    return {
      key_id: sent['x-api-key'],
      timestamp: sent['x-timestamp'],
      nonce: sent['x-nonce'],
      recv_window: sent['x-recv-window'],
      signature: sent['x-signature'],
    }
  }

  /** Asks for a channel anew: what its book held cannot be trusted any more. */
  protected subscribeAgain(client: Line, subscribeHash: string): void {
    const subscription = client.subscriptions[subscribeHash] as Subscription | undefined
    this.unseen.delete(subscribeHash)
    if (subscription === undefined) return
    const { channel } = subscription
    const id = this.nextId()
    client.subscriptions[subscribeHash] = { id, channel }
    const ask = (op: string) => client.send({ op, id, channels: [channel] })
    void Promise.all([ask('unsubscribe'), ask('subscribe')]).catch((error: Error) => client.onError(error))
  }

  /** Leaves a channel; who waits for it is told so with ccxt's `UnsubscribeError`. */
  protected async leave(subscribeHash: string): Promise<unknown> {
    const url = this.streamAddress()
    const client = this.client(url)
    const subscription = client.subscriptions[subscribeHash] as Subscription | undefined
    if (subscription === undefined) return true
    const hash = `unsubscribe:${subscribeHash}`
    const id = this.nextId()
    const message = { op: 'unsubscribe', id, channels: [subscription.channel] }
    return this.watch(url, hash, message, hash, { id, channel: subscription.channel })
  }

  protected handleUnsubscribed(client: Line, message: Dict): void {
    const found = this.subscriptionOf(client, this.safeInteger(message, 'id'))
    // Without one it was a channel that is being subscribed to again.
    if (!found?.startsWith('unsubscribe:')) return
    const subscribeHash = found.slice('unsubscribe:'.length)
    delete client.subscriptions[subscribeHash]
    delete client.subscriptions[found]
    this.unseen.delete(subscribeHash)
    this.rejectAll(client, subscribeHash, new UnsubscribeError(`${this.id} ${subscribeHash}`))
    client.resolve(true, found)
  }

  protected handleAuthenticated(client: Line): void {
    const scope = this.safeString(this.options, 'cancelOnDisconnect')
    if (scope !== undefined) {
      const armed = client.send({ op: 'cancel_on_disconnect', enabled: true, scope })
      armed.catch((error: Error) => client.onError(error))
    }
    // Kept, so that everyone who asks later finds it resolved.
    client.future('authenticated').resolve(true)
  }

  /** A refusal of what was asked with an id ends what waits for it; one without an id, everything. */
  protected handleProblem(client: Line, message: Dict): void {
    const hash = this.subscriptionOf(client, this.safeInteger(message, 'id'))
    const place = hash?.startsWith(REQUEST) ? '/v1/orders' : '/v1/ws'
    const error = this.errorOf(message['problem'], place)
    if (hash === undefined) {
      client.reject(error)
      return
    }
    delete client.subscriptions[hash]
    // What was refused may be the place to go on from.
    this.cursors.delete(hash)
    this.rejectAll(client, hash, error)
  }

  private errorOf(problem: Dict, place: string): BaseError {
    const status = this.safeInteger(problem, 'status') ?? 400
    const type = this.errorClassOf(this.refusalOf(problem, status, place))
    return new type(`${this.id} ${JSON.stringify(problem)}`)
  }

  private subscriptionOf(client: Line, id: number | undefined): Str {
    const found = Object.entries(client.subscriptions as Record<string, Subscription>)
    return found.find(([, one]) => id !== undefined && one.id === id)?.[0]
  }

  /** Ends the waiting for a subscription: for all of it, and for one symbol of it. */
  protected rejectAll(client: Line, subscribeHash: string, error: BaseError): void {
    for (const hash of Object.keys(client.futures))
      if (hash === subscribeHash || hash.startsWith(`${subscribeHash}:`)) client.reject(error, hash)
  }
}
