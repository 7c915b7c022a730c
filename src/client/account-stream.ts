import type { AccountEventOut, BalanceOut, DeliveryOut, LotOut } from '../wire/account.ts'
import type { FillOut, OrderAmendment, OrderOut, OrderRequest } from '../wire/order.ts'
import type { QualificationOut } from '../wire/supply.ts'
import type { ProblemOut } from '../wire/problem.ts'
import type { SocketClass } from './line.ts'
import { Line, socketAddress } from './line.ts'
import { BusbarError } from './problem.ts'

/** The rows of each private channel, in the shape that REST gives them. */
export type AccountRows = {
  orders: OrderOut
  fills: FillOut
  balances: BalanceOut
  lots: LotOut
  deliveries: DeliveryOut
  drop_copy: AccountEventOut
  /** Needs the scope `supply:manage`. It has no cursor: after a lost connection all rows are told anew. */
  qualifications: QualificationOut
}
export type AccountChannel = keyof AccountRows

/** The secret of a bearer key; or where a ticket comes from, which each connection needs anew. */
export type Authority = { key: string } | { ticket: () => Promise<string> }

export type AccountStreamOptions = Authority & {
  /** `http://127.0.0.1:8700`; empty in a browser: the page's own origin. */
  baseUrl: string
  /** What is listened to; each is told its rows, whether they are what there is now, and their cursor. */
  on: { [Name in AccountChannel]?: (rows: AccountRows[Name][], isWhole: boolean, seq: number) => void }
  /** Where to go on: what happened after it is told first. */
  fromSeq?: number | undefined
  /** What the exchange cancels by itself when this connection is lost. */
  cancelOnDisconnect?: 'session' | 'account' | undefined
  /** Needed only where the platform has no WebSocket of its own. */
  webSocket?: SocketClass | undefined
  onStatus?: ((status: 'connecting' | 'open' | 'lost' | 'closed') => void) | undefined
  /** Told of what was refused, such as the key. */
  onFault?: ((problem: ProblemOut) => void) | undefined
}

type Frame = {
  type: string
  id?: number | null
  channel?: AccountChannel
  seq?: number
  data: never[]
  result: unknown
  problem: ProblemOut
}
type Waiting = {
  frame: object
  repeats: boolean
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

const TICKET_AGAIN_MS = 3_000

const refusal = (problem: ProblemOut): BusbarError =>
  new BusbarError({ ...problem, requestId: problem.request_id })

/** The connection went before the answer came: whether it was done shows in the orders. */
const unanswered = (): BusbarError =>
  new BusbarError({
    code: 'connection_lost',
    detail: 'the connection was lost before the answer came',
    status: 0,
    outcome: 'unknown',
    retryable: false,
  })

/** One account over one connection: what happens to it, and its orders. Goes on where it broke off. */
export class AccountStream {
  private readonly line: Line
  private readonly options: AccountStreamOptions
  private readonly waiting = new Map<number, Waiting>()
  private cursor: number | undefined
  private nextId = 1
  private connections = 0
  private isKnown = false

  constructor(options: AccountStreamOptions) {
    this.options = options
    this.cursor = options.fromSeq
    const platform = globalThis.WebSocket as unknown as SocketClass
    this.line = new Line(socketAddress(options.baseUrl), options.webSocket ?? platform, {
      open: () => void this.authenticate(++this.connections),
      text: (text) => this.take(JSON.parse(text) as Frame),
      status: (status) => {
        if (status === 'lost') this.lose()
        options.onStatus?.(status)
      },
    })
  }

  /** The last sequence number told: give it as `fromSeq` to another stream, or to `GET /v1/events`. */
  get seq(): number | undefined {
    return this.cursor
  }

  /** Places an order. With a `client_order_id` it is sent again by itself after a lost connection. */
  place = (order: OrderRequest): Promise<OrderOut> =>
    this.ask('order.place', order, order.client_order_id !== undefined) as Promise<OrderOut>

  amend = (id: string, change: OrderAmendment): Promise<OrderOut> =>
    this.ask('order.amend', { id, ...change }, false) as Promise<OrderOut>

  cancel = (id: string): Promise<OrderOut> => this.ask('order.cancel', { id }, false) as Promise<OrderOut>

  cancelAll = (which: { instrument?: string; side?: 'buy' | 'sell' } = {}): Promise<{ canceled: string[] }> =>
    this.ask('order.cancel_all', which, true) as Promise<{ canceled: string[] }>

  /** Logs out, which cancels nothing, and closes. */
  close(): void {
    this.line.send(JSON.stringify({ op: 'logout' }))
    this.line.close()
    this.connections++
    this.lose(true)
  }

  /** Says who we are; where no ticket can be had now, again after a while, while the connection lasts. */
  private async authenticate(connection: number): Promise<void> {
    const { options } = this
    let authority: object
    try {
      authority = 'key' in options ? { key: options.key } : { ticket: await options.ticket() }
    } catch {
      // Why is known to whoever gives tickets out.
      setTimeout(() => this.isCurrent(connection) && void this.authenticate(connection), TICKET_AGAIN_MS)
      return
    }
    if (this.isCurrent(connection)) this.line.send(JSON.stringify({ op: 'auth', ...authority }))
  }

  private isCurrent = (connection: number): boolean => connection === this.connections

  private ask(op: string, params: object, repeats: boolean): Promise<unknown> {
    const id = this.nextId++
    const frame = { op, id, params }
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { frame, repeats, resolve, reject })
      if (this.isKnown) this.line.send(JSON.stringify(frame))
    })
  }

  private take(frame: Frame): void {
    if (frame.type === 'authenticated') this.begin()
    else if (frame.type === 'result' || frame.type === 'problem') this.answer(frame)
    else if (frame.channel !== undefined && Array.isArray(frame.data)) {
      if (frame.seq !== undefined) this.cursor = Math.max(this.cursor ?? 0, frame.seq)
      this.options.on[frame.channel]?.(frame.data, frame.type === 'snapshot', this.cursor ?? 0)
    }
  }

  private begin(): void {
    this.isKnown = true
    const { on, cancelOnDisconnect: scope } = this.options
    const from = this.cursor === undefined ? {} : { from_seq: this.cursor }
    const channels = Object.keys(on).map((channel) =>
      channel === 'qualifications' ? { channel } : { channel, ...from },
    )
    if (channels.length > 0) this.line.send(JSON.stringify({ op: 'subscribe', channels }))
    if (scope) this.line.send(JSON.stringify({ op: 'cancel_on_disconnect', enabled: true, scope }))
    for (const { frame } of this.waiting.values()) this.line.send(JSON.stringify(frame))
  }

  private answer({ type, id, result, problem }: Frame): void {
    const waiting = this.waiting.get(id ?? 0)
    if (waiting === undefined) {
      if (type === 'problem') this.options.onFault?.(problem)
      return
    }
    this.waiting.delete(id ?? 0)
    if (type === 'result') waiting.resolve(result)
    else waiting.reject(refusal(problem))
  }

  /** What cannot safely be asked twice ends here; the rest is asked again on the next connection. */
  private lose(isOver = false): void {
    const wasKnown = this.isKnown
    this.isKnown = false
    for (const [id, { repeats, reject }] of this.waiting) {
      if (!isOver && (repeats || !wasKnown)) continue
      this.waiting.delete(id)
      reject(unanswered())
    }
  }
}

/** Opens the private stream of the account of a key. */
export const openAccountStream = (options: AccountStreamOptions): AccountStream => new AccountStream(options)
