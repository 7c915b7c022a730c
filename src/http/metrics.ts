import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What the venue counts about itself, in the words of Prometheus. */
export type Metrics = {
  registry: Registry
  /** One answered request. `operation` is an operation's id, never a path with ids in it. */
  answered(operation: string, status: number, seconds: number): void
  /** A stream of completions or of market data that opened (+1) or closed (-1). */
  streaming(kind: 'completion' | 'market_data', by: 1 | -1): void
}

/** Values read when someone asks for the metrics. */
export type Readings = {
  seq: () => number
  openOrders: () => number
  openDraws: () => number
  historyBehind: () => number
  historyReachable: () => number
}

export function createMetrics(read: Readings): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Counter({
    name: 'busbar_requests_total',
    help: 'Answered requests by operation and status.',
    labelNames: ['operation', 'status'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'busbar_request_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['operation'] as const,
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers,
  })
  const streams = new Gauge({
    name: 'busbar_streams',
    help: 'Open streams.',
    labelNames: ['kind'] as const,
    registers,
  })
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  gauge('busbar_seq', 'Commands applied since the exchange began.', read.seq)
  gauge('busbar_open_orders', 'Orders resting in all books.', read.openOrders)
  gauge('busbar_open_draws', 'Requests whose units are held.', read.openDraws)
  gauge('busbar_history_behind', 'Commands applied and not yet written to history.', read.historyBehind)
  gauge(
    'busbar_history_reachable',
    '1 while history can be written and asked, else 0.',
    read.historyReachable,
  )
  return {
    registry,
    answered(operation, status, took) {
      requests.inc({ operation, status })
      seconds.observe({ operation }, took)
    },
    streaming: (kind, by) => streams.inc({ kind }, by),
  }
}
