import type { Reporter } from '../delivery/report.ts'
import type { Log } from '../delivery/venue-log.ts'
import { logRequest } from './request-log.ts'

/** Who is told how each request went. */
export type Reporting = {
  report: Reporter
  /** Tells another one from now on. */
  add(reporter: Reporter): void
  close(): Promise<void>
}

/** Where reports go: to the log, if it takes such lines, and to an OTLP endpoint, if there is one. */
export type ReportingOptions = { log: Log; isLogged: boolean; otlp: string | null; version: string }

/** The libraries of OpenTelemetry are loaded only where an endpoint is configured. */
export async function openReporting({ log, isLogged, otlp, version }: ReportingOptions): Promise<Reporting> {
  const reporters: Reporter[] = []
  if (isLogged) reporters.push((report) => logRequest(log, report))
  const telemetry = otlp === null ? undefined : (await import('./telemetry.ts')).openTelemetry(otlp, version)
  if (telemetry !== undefined) reporters.push(telemetry.report)
  return {
    report(report) {
      for (const tell of reporters) tell(report)
    },
    add: (reporter) => void reporters.push(reporter),
    close: () => telemetry?.close() ?? Promise.resolve(),
  }
}
