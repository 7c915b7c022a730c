import { z } from 'zod'

/** Control characters, and marks that reorder or hide the text around them. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Co}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u

/** A name or a reason in plain words, of at most `most` characters, in one normal form. */
export const label = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .transform((text) => text.normalize('NFC'))
    .refine((text) => !UNSEEN.test(text) && text.trim() !== '', 'visible text on one line')
    .meta({ type: 'string', minLength: 1, maxLength: most, examples: ['Morning desk'] })
