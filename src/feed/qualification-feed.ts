import type { AccountId } from '../base/ids.ts'
import type { Venue } from '../api/venue.ts'
import type { Qualification } from '../api/qualification-desk.ts'
import { printQualification } from '../operations/qualifications.ts'
import type { Reader } from './group.ts'

/**
 * The channel `qualifications`: how far measurements of a supplier's offers have come. It is told as it is,
 * and not journaled: what a measurement led to stands in the account's events.
 */
export type QualificationFeed = {
  /** Sends those under way and those that ended since the start; then each as it changes. Returns the end. */
  follow(account: AccountId, reader: Reader): () => void
  /** To be called every 100 ms: however many steps were taken, each measurement is told once. */
  pulse(): void
}

type Follower = { reader: Reader; changed: Set<Qualification> }
type Parts = Pick<Venue, 'qualifications' | 'sequencer'>

export function createQualificationFeed({ qualifications, sequencer }: Parts): QualificationFeed {
  const followers = new Map<AccountId, Set<Follower>>()
  qualifications.onStep((one) => {
    for (const { changed } of followers.get(one.account) ?? []) changed.add(one)
  })
  const frame = (type: 'snapshot' | 'qualification', rows: Iterable<Qualification>): Buffer => {
    const data = [...rows].map((one) => printQualification(sequencer.state, one))
    return Buffer.from(JSON.stringify({ type, channel: 'qualifications', data }))
  }
  return {
    follow(account, reader) {
      const follower: Follower = { reader, changed: new Set() }
      const ofAccount = followers.get(account) ?? new Set()
      followers.set(account, ofAccount.add(follower))
      reader.send(frame('snapshot', qualifications.list(account)))
      return () => {
        ofAccount.delete(follower)
        if (ofAccount.size === 0) followers.delete(account)
      }
    },
    pulse() {
      for (const ofAccount of followers.values())
        for (const { reader, changed } of ofAccount) {
          if (changed.size === 0 || reader.isSlow()) continue
          reader.send(frame('qualification', changed))
          changed.clear()
        }
    },
  }
}
