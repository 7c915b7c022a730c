import { hash } from 'node:crypto'
import type { OfferId } from '../base/ids.ts'

/**
 * One beginning of a prompt: a key that only the same beginning has, and how much of the prompt it is, in the
 * same measure for all marks of a trail.
 */
export type Mark = { key: string; weight: number }

/** The beginnings of one prompt, shortest first. The last one is the whole prompt. */
export type Trail = readonly Mark[]

/** A request's place among others: its prompt's beginnings, and the session that it says it belongs to. */
export type Course = { trail: Trail; session: string | null }

/** Beginnings remembered. A conversation of an hour leaves a few dozen. */
const MARKS_MAX = 100_000
/** Suppliers remembered for one beginning, latest first. */
const HOLDERS_MAX = 4
/** Of a long prompt, so many beginnings are looked for: whole conversations change at their end. */
const TRAIL_MARKS_MAX = 64
/** What a session is worth that was served elsewhere before, as a share of a whole prompt. */
const SESSION_SHARE = 0.9

/** The beginnings of a prompt that consists of these texts, such as one per message. */
export function trailOf(texts: readonly string[]): Trail {
  const marks: Mark[] = []
  let key = ''
  let weight = 0
  for (const text of texts) {
    key = hash('sha1', `${key}\n${text}`, 'base64')
    weight += text.length
    marks.push({ key, weight })
  }
  return marks.length <= TRAIL_MARKS_MAX ? marks : marks.slice(-TRAIL_MARKS_MAX)
}

/**
 * Who has served which beginning of a prompt. Suppliers keep what they have read for a while: whoever has
 * read the longest part of a prompt answers it soonest.
 */
export class Affinity {
  /** Suppliers by beginning, least lately used first. */
  private readonly holders = new Map<string, readonly OfferId[]>()
  private readonly marksMax: number

  constructor(marksMax = MARKS_MAX) {
    this.marksMax = marksMax
  }

  /** What share of a prompt each supplier has read before; those that have read none are left out. */
  shares({ trail, session }: Course): Map<OfferId, number> {
    const shares = new Map<OfferId, number>()
    const whole = trail.at(-1)?.weight ?? 0
    for (let at = trail.length - 1; at >= 0 && whole > 0; at--) {
      const mark = trail[at]
      if (mark === undefined) break
      for (const offer of this.holders.get(mark.key) ?? [])
        if (!shares.has(offer)) shares.set(offer, mark.weight / whole)
    }
    const [last] = session === null ? [] : (this.holders.get(session) ?? [])
    if (last !== undefined) shares.set(last, Math.max(shares.get(last) ?? 0, SESSION_SHARE))
    return shares
  }

  /** An offer has been chosen to read a prompt. */
  note({ trail, session }: Course, offer: OfferId): void {
    for (const { key } of trail) this.put(key, offer)
    if (session !== null) this.put(session, offer)
    for (const oldest of this.holders.keys()) {
      if (this.holders.size <= this.marksMax) break
      this.holders.delete(oldest)
    }
  }

  private put(key: string, offer: OfferId): void {
    const before = this.holders.get(key)
    this.holders.delete(key)
    const others = before?.filter((one) => one !== offer) ?? []
    this.holders.set(key, [offer, ...others.slice(0, HOLDERS_MAX - 1)])
  }
}

/**
 * A number from 0 to 1 that is the same for the same session and supplier always, after a restart too: among
 * equals a session goes to whoever has the highest (rendezvous hashing).
 */
export function rank(session: string, offer: OfferId): number {
  const bytes = hash('sha1', `${offer}\n${session}`, 'buffer')
  return bytes.readUInt32BE(0) / 2 ** 32
}
