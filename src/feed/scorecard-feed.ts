import type { InstrumentId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_SECOND, rfc3339 } from '../base/time.ts'
import { marketName } from '../api/instrument-name.ts'
import type { Venue } from '../api/venue.ts'
import { printScorecard } from '../conduct/scorecards.ts'
import type { Applied } from '../market/market.ts'
import { isScored } from '../market/scorecard.ts'
import type { Instrument } from '../state/state.ts'
import type { Following, Group, Reader } from './group.ts'
import { catchUp, isLeft, joinGroup, newGroup, replayFrom, tellAll } from './group.ts'
import type { Budget } from './ring.ts'

/** The channel `scorecard` of every instrument. */
export type ScorecardFeed = {
  follow(instrument: Instrument, fromSeq: number | undefined, reader: Reader): Following
  /** Hears a durable batch, right after the market's folds have taken it. */
  notice(batch: readonly Applied[]): void
  /** Tells the cards that have changed, and catches up those who fell behind. */
  pulse(): void
}

/** The readers of one instrument's cards; `rows` are the cards that they hold, as text. */
type CardGroup = Group & { instrument: Instrument; rows: string; isDirty: boolean; toldAt: Instant }

type Parts = Pick<Venue, 'market' | 'sequencer' | 'clock'>

/** A busy supplier's card changes with every call. */
const EVERY = MICROS_PER_SECOND

export function createScorecardFeed(venue: Parts, budget: Budget): ScorecardFeed {
  const { market, clock } = venue
  const groups = new Map<InstrumentId, CardGroup>()
  return {
    follow(instrument, fromSeq, reader) {
      let group = groups.get(instrument.id)
      if (group === undefined) {
        const told = { rows: rowsOf(venue, instrument), isDirty: false, toldAt: clock() }
        group = { ...newGroup(budget, market.seq), instrument, ...told }
        groups.set(instrument.id, group)
      }
      const cards = group
      const whole = (since?: number) => wholeOf(venue, cards, since)
      return joinGroup(cards, whole, clock, reader, replayFrom(cards, fromSeq))
    },
    notice(batch) {
      if (groups.size === 0) return
      for (const { events } of batch)
        for (const event of events) {
          const group = isScored(event) ? groups.get(event.instrument) : undefined
          if (group !== undefined) group.isDirty = true
        }
    },
    pulse() {
      const at = clock()
      for (const group of groups.values()) {
        if (group.isDirty && at >= later(group.toldAt, EVERY)) tellCards(venue, group, at)
        catchUp(group, (since) => wholeOf(venue, group, since))
        if (!isLeft(group, at)) continue
        group.ring.clear()
        groups.delete(group.instrument.id)
      }
    },
  }
}

const rowsOf = ({ market, sequencer, clock }: Parts, { id }: Instrument): string =>
  JSON.stringify(market.scorecards(id, clock()).map((card) => printScorecard(sequencer.state, card)))

/** Each frame holds all cards of the instrument: they are few, and a card may also go. */
const frameOf = ({ instrument }: CardGroup, place: object, rows: string): Buffer => {
  const head = JSON.stringify({
    type: 'scorecard',
    channel: 'scorecard',
    instrument: marketName(instrument),
    ...place,
  })
  return Buffer.from(`${head.slice(0, -1)},"data":${rows}}`)
}

function wholeOf({ market }: Parts, group: CardGroup, since?: number): Buffer {
  const { seq, rows } = group
  const missed = since === undefined ? {} : { conflated: true, prev_seq: since }
  return frameOf(group, { ...missed, seq, at: rfc3339(market.at) }, rows)
}

function tellCards(venue: Parts, group: CardGroup, at: Instant): void {
  const { seq, at: changedAt } = venue.market
  const rows = rowsOf(venue, group.instrument)
  group.isDirty = false
  group.toldAt = at
  if (rows === group.rows) return
  group.rows = rows
  const bytes = frameOf(group, { prev_seq: group.seq, seq, at: rfc3339(changedAt) }, rows)
  tellAll(group, { prevSeq: group.seq, seq, at, bytes })
}
