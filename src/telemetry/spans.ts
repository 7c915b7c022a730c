import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { CallReport, Report } from '../delivery/report.ts'
import { printId } from '../wire/id.ts'

/**
 * A request as spans, in the names that OpenTelemetry gives to generative AI: one of the request, and below
 * it one of each call of a supplier. Made when all is over, so that a request waits for none of it.
 */
export function traceRequest(tracer: Tracer, report: Report): void {
  const startTime = report.at / 1_000
  const name = `${report.operation} ${report.instrument}`
  const options = { kind: SpanKind.SERVER, startTime, attributes: attributesOf(report) }
  const span = tracer.startSpan(name, options, ROOT_CONTEXT)
  const { error } = report
  if (error !== null) fail(span, error.code)
  for (const call of report.calls) traceCall(tracer, span, report, call)
  span.end(startTime + report.took / 1_000)
}

function traceCall(tracer: Tracer, parent: Span, report: Report, call: CallReport): void {
  const startTime = (report.at + call.beganAfter) / 1_000
  const attributes = {
    'gen_ai.operation.name': report.operation,
    'gen_ai.provider.name': 'busbar',
    'gen_ai.request.model': report.instrument,
    'busbar.offer': printId('offer', call.offer),
  }
  const options = { kind: SpanKind.CLIENT, startTime, attributes }
  const context = trace.setSpan(ROOT_CONTEXT, parent)
  const span = tracer.startSpan(`chat ${report.instrument}`, options, context)
  if (call.firstToken > 0) span.addEvent('gen_ai.first_token', {}, startTime + call.firstToken / 1_000)
  if (call.failure !== null) fail(span, call.failure)
  span.end(startTime + call.took / 1_000)
}

function fail(span: Span, code: string): void {
  span.setAttribute('error.type', code)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function attributesOf({
  request,
  instrument,
  stream,
  operation,
  outputMax,
  outcome,
  calls,
  settled,
}: Report): Attributes {
  const asked: Attributes = {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': 'busbar',
    'gen_ai.request.model': instrument,
    'gen_ai.request.stream': stream,
    'gen_ai.request.max_tokens': outputMax,
    'busbar.request': request,
    'busbar.outcome': outcome,
    'busbar.calls': calls.length,
  }
  if (settled === null) return asked
  const { reading } = settled
  return {
    ...asked,
    'gen_ai.response.id': printId('delivery', settled.draw),
    'gen_ai.response.model': instrument,
    'gen_ai.response.finish_reasons': [reading.finish],
    'gen_ai.usage.input_tokens': reading.inputTokens,
    'gen_ai.usage.output_tokens': reading.outputTokens,
    'busbar.verdict': settled.verdict,
    'busbar.units': settled.used / 1e6,
  }
}
