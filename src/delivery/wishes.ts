import type { Preferences } from '../route/preference.ts'

/** How a buyer wants to be served, besides what the answer itself shall be. */
export type Wishes = {
  /** Null: by whoever. */
  preferences: Preferences | null
  /** What the client says this request belongs to, such as one coding session; null: it says nothing. */
  session: string | null
  /** Nothing leaves before the answer is whole, so that any failure can be made good elsewhere. */
  atomic: boolean
  /** `Idempotency-Key`: what is asked under it is delivered once. */
  once: string | null
}

export const NO_WISHES: Wishes = { preferences: null, session: null, atomic: false, once: null }
