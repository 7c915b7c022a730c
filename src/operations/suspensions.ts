import type { OfferId } from '../base/ids.ts'
import { offerOf } from '../state/account.ts'
import { offer, offerPath, offers } from '../wire/supply.ts'
import { haltRequest } from '../wire/venue.ts'
import { forOperator } from '../api/authority.ts'
import type { Call, Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { refusalIn } from '../api/outcome.ts'
import { notFound } from '../api/problem.ts'
import { printOffer } from './supply.ts'

const list = operation({
  id: 'admin.list_offers',
  method: 'GET',
  path: '/v1/admin/offers',
  tag: 'Operator',
  summary: "Every supplier's offers, suspended ones among them.",
  scope: 'risk:admin',
  answer: offers,
  run: forOperator((venue) =>
    venue.sequencer.read((state) => ({
      data: state.offers.map((one) => printOffer(venue, state, one)),
      seq: state.seq,
    })),
  ),
})

const turn = (kind: 'offer.suspend' | 'offer.lift') =>
  forOperator(async (venue, { path, body }: Call<{ id: OfferId }, undefined, { reason: string }, Caller>) => {
    const applied = await venue.sequencer.ask({ kind, offer: path.id, reason: body.reason })
    const refused = refusalIn(applied)
    if (refused !== undefined) return refused
    return venue.sequencer.read((state) => {
      const found = offerOf(state, path.id)
      return found === undefined ? notFound('offer', '/path/id') : printOffer(venue, state, found)
    })
  })

const suspend = operation({
  id: 'admin.suspend_offer',
  method: 'POST',
  path: '/v1/admin/offers/{id}/suspend',
  tag: 'Operator',
  summary: 'Let an offer take no calls and back no issues. A supplier with no other offer is in default.',
  scope: 'risk:admin',
  params: offerPath,
  body: haltRequest,
  answer: offer,
  example: { reason: 'Endpoint under review' },
  run: turn('offer.suspend'),
})

const lift = operation({
  id: 'admin.lift_suspension',
  method: 'POST',
  path: '/v1/admin/offers/{id}/lift',
  tag: 'Operator',
  summary: 'End a suspension. The offer has no certificates until it is qualified again.',
  scope: 'risk:admin',
  params: offerPath,
  body: haltRequest,
  answer: offer,
  example: { reason: 'Model restored, measured by hand' },
  run: turn('offer.lift'),
})

export const suspensionOperations = [list, suspend, lift]
