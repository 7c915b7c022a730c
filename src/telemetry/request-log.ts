import { toMs } from '../base/time.ts'
import type { Report } from '../delivery/report.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { Log } from '../delivery/venue-log.ts'

const ms = (micros: number): number => Math.round(micros / 100) / 10

/** What a line of the log says of a request: who, how long, how much, its end; nothing of its content. */
export function lineOf(report: Report): Record<string, unknown> {
  const { calls, settled, error } = report
  const reading = settled?.reading
  return {
    request: report.request,
    account: printId('account', report.account),
    instrument: report.instrument,
    stream: report.stream,
    outcome: report.outcome,
    status: error?.status ?? 200,
    code: error?.code ?? null,
    began: new Date(toMs(report.at)).toISOString(),
    ms: ms(report.took),
    offers: calls.map(({ offer }) => printId('offer', offer)),
    failures: calls.flatMap(({ failure }) => failure ?? []),
    receipt: settled === null ? null : printId('delivery', settled.draw),
    verdict: settled?.verdict ?? null,
    first_token_ms: reading === undefined ? null : ms(reading.ttft),
    generation_ms: reading === undefined ? null : ms(reading.generation),
    input_tokens: reading?.inputTokens ?? null,
    output_tokens: reading?.outputTokens ?? null,
    finish: reading?.finish ?? null,
    units: settled === null ? null : units(settled.used),
    cost: settled === null ? null : money(settled.cost - settled.refund),
    claim_fits: reading?.claimFits ?? null,
  }
}

/** One structured line per request. */
export const logRequest = (log: Log, report: Report): void => log.info(lineOf(report), 'a request')
