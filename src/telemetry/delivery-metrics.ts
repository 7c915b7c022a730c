import { Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Reporter } from '../delivery/report.ts'
import { printId } from '../wire/id.ts'
import { Tally } from './tally.ts'

const SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
/** Shares of our count that a supplier claims. */
const RATIOS = [0.5, 0.85, 0.97, 1, 1.03, 1.15, 1.35, 2, 10]

/** What deliveries come to, in the words of Prometheus. Labels are instruments and offers, never accounts. */
export function createDeliveryMetrics(registry: Registry): Reporter {
  const parts = [requestMetrics(registry), callMetrics(registry), settlementMetrics(registry)]
  return (report) => {
    for (const part of parts) part(report)
  }
}

function requestMetrics(registry: Registry): Reporter {
  const registers = [registry]
  const requests = new Tally(
    registry,
    'busbar_deliveries_total',
    'Requests for a delivery by instrument, how they ended, and the code that the buyer was told.',
    ['instrument', 'outcome', 'code'],
  )
  const took = new Histogram({
    name: 'busbar_delivery_seconds',
    help: 'Time from a request to its end.',
    labelNames: ['instrument', 'outcome'] as const,
    buckets: SECONDS,
    registers,
  })
  return ({ instrument, outcome, error, took: micros }) => {
    requests.add(1, instrument, outcome, error?.code)
    took.observe({ instrument, outcome }, micros / 1e6)
  }
}

function callMetrics(registry: Registry): Reporter {
  const registers = [registry]
  const calls = new Tally(
    registry,
    'busbar_supplier_calls_total',
    'Calls of suppliers by offer and failure.',
    ['offer', 'failure'],
  )
  const firstTokens = new Histogram({
    name: 'busbar_first_token_seconds',
    help: 'Time from the last byte of a call to its first content token.',
    labelNames: ['offer'] as const,
    buckets: SECONDS,
    registers,
  })
  return (report) => {
    for (const { offer: id, failure, firstToken } of report.calls) {
      const offer = printId('offer', id)
      calls.add(1, offer, failure ?? '')
      if (firstToken > 0) firstTokens.observe({ offer }, firstToken / 1e6)
    }
  }
}

function settlementMetrics(registry: Registry): Reporter {
  const registers = [registry]
  const tokens = new Tally(
    registry,
    'busbar_delivered_tokens_total',
    'Canonical tokens of settled deliveries.',
    ['instrument', 'type'],
  )
  const used = new Tally(
    registry,
    'busbar_delivered_units_total',
    'Units used by settled deliveries, by verdict.',
    ['instrument', 'verdict'],
  )
  const ratios = new Histogram({
    name: 'busbar_claimed_output_ratio',
    help: "A supplier's claim of output tokens over our count.",
    labelNames: ['offer'] as const,
    buckets: RATIOS,
    registers,
  })
  const claims = new Tally(
    registry,
    'busbar_claims_total',
    'Claims of usage by whether they fit what is usual of their supplier.',
    ['offer', 'fits'],
  )
  return ({ settled, instrument }) => {
    if (settled === null) return
    const { reading, verdict } = settled
    tokens.add(reading.inputTokens, instrument, 'input')
    tokens.add(reading.outputTokens, instrument, 'output')
    used.add(settled.used / 1e6, instrument, verdict)
    const offer = printId('offer', settled.offer)
    if (reading.claimFits !== undefined) claims.add(1, offer, String(reading.claimFits))
    if (reading.claimedOutput !== null && reading.outputTokens > 0)
      ratios.observe({ offer }, reading.claimedOutput / reading.outputTokens)
  }
}
