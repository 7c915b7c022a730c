import { MICROS_PER_HOUR, MICROS_PER_SECOND, rfc3339 } from '../base/time.ts'
import { signFacts } from '../delivery/receipt.ts'
import type { State } from '../state/state.ts'
import type { FixingRecord } from '../store/projection.ts'
import { money } from '../wire/decimal.ts'
import type { FixingOut, FixingProofOut } from '../bulletin/fixing.ts'
import { printId } from '../wire/id.ts'
import { marketNameOf } from './instrument-name.ts'
import type { Venue } from './venue.ts'

export function printFixing(state: State, { seq, publishedAt, print }: FixingRecord): FixingOut {
  const spec = state.instruments[print.instrument]?.spec
  return {
    id: printId('fixing', seq),
    instrument: marketNameOf(spec?.symbol ?? ''),
    period: print.period,
    at: rfc3339(print.at),
    hour_seconds: print.hour / MICROS_PER_SECOND,
    pace: MICROS_PER_HOUR / print.hour,
    price: print.price === null ? null : money(print.price),
    tier: print.tier,
    methodology_sha256: print.methodology,
    inputs_root: print.inputsRoot,
    corrects: print.corrects,
    published_at: rfc3339(publishedAt),
    seq,
  }
}

/** The fixing, what it was computed from, and the exchange's signature under it. */
export async function proveFixing(venue: Venue, record: FixingRecord): Promise<FixingProofOut> {
  const printed = printFixing(venue.sequencer.state, record)
  const receipt = await signFacts({ version: 'busbar-fixing-receipt-1' as const, ...printed }, venue.signer)
  return { ...printed, inputs: record.print.inputs, receipt }
}
