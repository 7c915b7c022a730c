import type {
  IssuanceOut,
  MaintenanceRequest,
  OfferOut,
  OfferRequest,
  QualificationOut,
} from '../wire/supply.ts'
import type { Transport } from './transport.ts'
import { once } from './transport.ts'

type QualificationRequest = { offer: string; instrument: string; plan?: 'full' | 'brief' }

const maintenanceOf = (offer: string) => `/v1/offers/${encodeURIComponent(offer)}/maintenance`

const POLL_MS = 250

/** Offers, their qualification, and the units issued on them. */
export const supplyOn = ({ json }: Transport) => {
  const qualification = (id: string) =>
    json<QualificationOut>('GET', `/v1/qualifications/${encodeURIComponent(id)}`)
  return {
    offers: {
      register: (offer: OfferRequest) => json<OfferOut>('POST', '/v1/offers', once(offer)),
      list: async () => (await json<{ data: OfferOut[] }>('GET', '/v1/offers')).data,
      get: (offer: string) => json<OfferOut>('GET', `/v1/offers/${encodeURIComponent(offer)}`),
      /** Points an offer at another address, key or model. */
      update: (offer: string, change: { endpoint: OfferRequest['endpoint'] }) =>
        json<OfferOut>('PATCH', `/v1/offers/${encodeURIComponent(offer)}`, {
          body: change,
          repeatable: true,
        }),
      /** Announces when an offer takes no new calls: from now on, or between two times. */
      announce: (offer: string, notice: MaintenanceRequest = {}) =>
        json<OfferOut>('PUT', maintenanceOf(offer), { body: notice, repeatable: true }),
      /** Takes the announcement back. */
      resume: (offer: string) => json<OfferOut>('DELETE', maintenanceOf(offer), { repeatable: true }),
    },
    qualifications: {
      start: (request: QualificationRequest) =>
        json<QualificationOut>('POST', '/v1/qualifications', once(request)),
      get: qualification,
      list: async () => (await json<{ data: QualificationOut[] }>('GET', '/v1/qualifications')).data,
      /** Asks until the measurement has ended; `onProgress` hears of each answer. */
      async finished(id: string, onProgress?: (at: QualificationOut) => void): Promise<QualificationOut> {
        for (;;) {
          const now = await qualification(id)
          onProgress?.(now)
          if (now.status !== 'running') return now
          await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        }
      },
    },
    /** Takes on the obligation to deliver units, against a bond. */
    issue: (request: { offer: string; instrument: string; quantity: string }) =>
      json<IssuanceOut>('POST', '/v1/issuances', once(request)),
    /** Hands unsold units back and frees their bond. */
    redeem: (request: { instrument: string; quantity: string }) =>
      json<IssuanceOut>('POST', '/v1/redemptions', once(request)),
  }
}
