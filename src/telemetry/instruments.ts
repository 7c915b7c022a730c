import type { Meter } from '@opentelemetry/api'
import type { Report, Reporter } from '../delivery/report.ts'
import { printId } from '../wire/id.ts'

/** Bounds that the conventions give: of tokens, of whole requests, of first tokens, and of each one after. */
const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304]
const REQUEST_SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
const FIRST_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const EACH_SECONDS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]

/** The metrics of deliveries in the names that OpenTelemetry gives to generative AI. */
export function createInstruments(meter: Meter): Reporter {
  const histogram = (name: string, unit: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } })
  const usage = histogram('gen_ai.client.token.usage', '{token}', 'Canonical tokens of a request.', TOKENS)
  const call = histogram('gen_ai.client.operation.duration', 's', 'One call of a supplier.', REQUEST_SECONDS)
  const whole = histogram('gen_ai.server.request.duration', 's', 'A request to its end.', REQUEST_SECONDS)
  const first = histogram('gen_ai.server.time_to_first_token', 's', 'Until the first token.', FIRST_SECONDS)
  const each = histogram('gen_ai.server.time_per_output_token', 's', 'Each token after it.', EACH_SECONDS)

  return (report) => {
    const base = {
      'gen_ai.operation.name': report.operation,
      'gen_ai.provider.name': 'busbar',
      'gen_ai.request.model': report.instrument,
    }
    const failed = report.error === null ? {} : { 'error.type': report.error.code }
    whole.record(report.took / 1e6, { ...base, ...failed })
    for (const { offer, took, failure } of report.calls) {
      const attributes = { ...base, 'busbar.offer': printId('offer', offer) }
      call.record(took / 1e6, failure === null ? attributes : { ...attributes, 'error.type': failure })
    }
    const reading = readingOf(report)
    if (reading === undefined) return
    usage.record(reading.inputTokens, { ...base, 'gen_ai.token.type': 'input' })
    usage.record(reading.outputTokens, { ...base, 'gen_ai.token.type': 'output' })
    if (reading.ttft > 0) first.record(reading.ttft / 1e6, base)
    const later = reading.outputTokens - 1
    if (later > 0 && reading.generation > 0) each.record(reading.generation / 1e6 / later, base)
  }
}

const readingOf = ({ settled }: Report) => settled?.reading
