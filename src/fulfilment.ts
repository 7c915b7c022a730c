import { randomInt } from 'node:crypto'
import { createGrader } from './assay/grader.ts'
import { createProber } from './assay/prober.ts'
import { createQualifier } from './assay/qualifier.ts'
import { createShapes } from './assay/traffic-shape.ts'
import { chance } from './base/chance.ts'
import type { AccountId, OfferId } from './base/ids.ts'
import { toMs } from './base/time.ts'
import type { Config } from './config.ts'
import { endpointPolicy } from './delivery/endpoint.ts'
import { createGateway } from './delivery/gateway.ts'
import { createJudge } from './delivery/judge.ts'
import { systemTimer } from './delivery/timer.ts'
import { createUpstream } from './delivery/upstream.ts'
import type { Log } from './delivery/venue-log.ts'
import { createMeter } from './meter/meter.ts'
import { systemClock } from './sequencer/alarm.ts'
import type { Sequencer } from './sequencer/sequencer.ts'
import type { Endpoints } from './store/endpoint.ts'
import type { Showings } from './store/showing.ts'
import type { Reporting } from './telemetry/reporting.ts'

/** Delivers and measures: the gateway, and what asks suppliers on the venue's behalf. */
export type Fulfilment = ReturnType<typeof createFulfilment>

export function createFulfilment(
  config: Config,
  sequencer: Sequencer,
  { endpoints, showings }: { endpoints: Pick<Endpoints, 'open'>; showings: Showings },
  log: Log,
  reporting: Reporting,
  probeAccount: AccountId,
) {
  const policy = endpointPolicy(config)
  const meter = createMeter(config.meterThreads)
  const judge = createJudge()
  const grader = createGrader()
  const upstream = createUpstream(policy, systemTimer)
  const shared = {
    exchange: sequencer,
    endpointOf: (offer: OfferId) => endpoints.open(offer),
    meter,
    judge,
    grader,
    showings,
    upstream,
    timer: systemTimer,
    chance: chance(toMs(systemClock())),
    clock: systemClock,
    log,
  }
  const gateway = createGateway({ ...shared, report: (report) => reporting.report(report) })
  const shapes = createShapes()
  const secret = chance(randomInt(2 ** 32))
  const qualifier = createQualifier({ ...shared, chance: secret })
  const prober = createProber({
    ...shared,
    gateway,
    shapes,
    chance: secret,
    account: probeAccount,
    perDay: config.probesPerDay,
    onFailure: (error) => log.error({ error }, 'a probe could not be carried out'),
  })
  return {
    gateway,
    /** Delivers a request of a buyer, and remembers what it looked like. */
    complete(...[request, response]: Parameters<typeof gateway.complete>) {
      shapes.note(request.instrument, request.body)
      return gateway.complete(request, response)
    },
    prober,
    reporting,
    qualify: (...given: Parameters<typeof qualifier.measure>) => qualifier.measure(...given),
    async close() {
      await qualifier.close()
      await reporting.close()
      await upstream.close()
      await Promise.all([meter.close(), judge.close(), grader.close()])
    },
  }
}
