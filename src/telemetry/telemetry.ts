import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Reporter } from '../delivery/report.ts'
import { createInstruments } from './instruments.ts'
import { traceRequest } from './spans.ts'

/** Sends traces and metrics of deliveries to a collector. */
export type Telemetry = { report: Reporter; close(): Promise<void> }

const SCOPE = 'busbar'
/** A collector that does not answer holds nothing up for longer. */
const CLOSE_MS = 2_000

/**
 * Telemetry to an OTLP endpoint over HTTP, such as `http://127.0.0.1:4318`. Spans leave in batches, metrics
 * every `everyMs`. A collector that is not there costs lost telemetry and nothing else.
 */
export function openTelemetry(endpoint: string, version: string, everyMs = 10_000): Telemetry {
  const base = endpoint.replace(/\/+$/, '')
  const resource = resourceFromAttributes({ 'service.name': SCOPE, 'service.version': version })
  const spans = new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }) })
  const tracers = new TracerProvider({ resource, spanProcessors: [spans] })
  const exporter = new OTLPMetricExporter({ url: `${base}/v1/metrics` })
  const exportTimeoutMillis = Math.min(everyMs, CLOSE_MS)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: everyMs,
    exportTimeoutMillis,
  })
  const meters = new MeterProvider({ resource, readers: [reader] })
  const tracer = tracers.getTracer(SCOPE, version)
  const count = createInstruments(meters.getMeter(SCOPE, version))
  return {
    report(report) {
      traceRequest(tracer, report)
      count(report)
    },
    async close() {
      const ended = Promise.allSettled([tracers.shutdown(), meters.shutdown()])
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())])
    },
  }
}
