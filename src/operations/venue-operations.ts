import { rfc3339, toMs } from '../base/time.ts'
import { ADMITS } from '../state/status.ts'
import { errorCatalogue } from '../wire/problem.ts'
import { status, time } from '../wire/venue.ts'
import { publicOperation } from '../api/operation.ts'
import { errorCatalogueRows } from '../api/refusal.ts'

const getStatus = publicOperation({
  id: 'venue.status',
  method: 'GET',
  path: '/v1/status',
  tag: 'Venue',
  summary: 'Whether the venue trades, and how far it has come.',
  answer: status,
  run: (venue) =>
    venue.sequencer.read((state) => {
      const isHalted =
        state.killed !== null ||
        (state.instruments.length > 0 && state.instruments.every((one) => !ADMITS[one.status].trades))
      return {
        status: isHalted ? ('halted' as const) : ('open' as const),
        seq: state.seq,
        at: rfc3339(state.at),
        instruments: state.instruments.length,
        version: venue.settings.version,
        receipt_public_key: venue.settings.receiptPublicKey,
      }
    }),
})

const getTime = publicOperation({
  id: 'venue.time',
  method: 'GET',
  path: '/v1/time',
  tag: 'Venue',
  summary: "The venue's clock, to sign requests by.",
  answer: time,
  async run(venue) {
    const now = venue.clock()
    const seq = await venue.sequencer.read((state) => state.seq)
    return { now: rfc3339(now), milliseconds: toMs(now), seq }
  },
})

const listErrors = publicOperation({
  id: 'venue.errors',
  method: 'GET',
  path: '/v1/errors',
  tag: 'Venue',
  summary: 'Every code that a request can be refused with.',
  answer: errorCatalogue,
  async run() {
    return { data: errorCatalogueRows() }
  },
})

export const venueOperations = [getStatus, getTime, listErrors]
