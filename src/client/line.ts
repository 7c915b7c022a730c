/** What of a WebSocket is used: the browser's own, or a package's in Node 20. */
export type Socket = {
  readonly readyState: number
  send(text: string): void
  close(code?: number): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
}

export type SocketClass = new (url: string) => Socket

export type LineEnds = {
  /** A connection is open: say again what is wanted. */
  open(): void
  text(text: string): void
  status(status: 'connecting' | 'open' | 'lost' | 'closed'): void
}

/** Where the stream of an exchange is; an empty base is the page's own origin. */
export function socketAddress(baseUrl: string): string {
  const origin = baseUrl === '' ? globalThis.location.origin : baseUrl.replace(/\/+$/, '')
  return `${origin.replace(/^http/, 'ws')}/v1/ws`
}

const OPEN = 1
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000
/** The exchange sends a heartbeat every few seconds; a line silent for this long is dead. */
const SILENCE_MS = 30_000

/** A connection that opens itself again, with growing pauses, until it is closed. */
export class Line {
  private socket: Socket | undefined
  private closed = false
  private failures = 0
  private reconnect: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined
  private readonly address: string
  private readonly socketClass: SocketClass
  private readonly ends: LineEnds

  constructor(address: string, socketClass: SocketClass, ends: LineEnds) {
    this.address = address
    this.socketClass = socketClass
    this.ends = ends
    this.connect()
  }

  /** Sends when a connection is open; what is lost while there is none is said again by `open`. */
  send(text: string): void {
    if (this.socket?.readyState === OPEN) this.socket.send(text)
  }

  close(): void {
    this.closed = true
    clearTimeout(this.reconnect)
    clearTimeout(this.silence)
    this.socket?.close(1000)
    this.ends.status('closed')
  }

  private connect(): void {
    this.ends.status('connecting')
    const socket = new this.socketClass(this.address)
    this.socket = socket
    socket.addEventListener('open', () => {
      this.failures = 0
      this.listen(socket)
      this.ends.status('open')
      this.ends.open()
    })
    socket.addEventListener('message', (event) => {
      this.listen(socket)
      if (!this.closed) this.ends.text(String(event.data))
    })
    // An error is always followed by a close, which is where the line goes on.
    socket.addEventListener('error', () => {})
    socket.addEventListener('close', () => this.lost(socket))
  }

  private listen(socket: Socket): void {
    clearTimeout(this.silence)
    if (!this.closed) this.silence = setTimeout(() => socket.close(), SILENCE_MS)
  }

  private lost(socket: Socket): void {
    clearTimeout(this.silence)
    if (this.socket !== socket || this.closed) return
    this.socket = undefined
    this.ends.status('lost')
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++)
    this.reconnect = setTimeout(() => this.connect(), wait * (0.5 + Math.random() / 2))
  }
}
