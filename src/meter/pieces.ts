// Where a text may be cut before it is tokenized. A merge-based tokenizer takes quadratic time on one
// unbroken run of letters, blanks or signs, and a long text takes long: cut as here, time is linear and work
// can pause. The cuts depend on the text alone, so its count does too, and on ordinary text they change no
// count.

/** A run of one class is cut after so many characters. Ordinary text has none that long. */
const RUN_CHARS = 128
/** A long text is cut into pieces of about so many characters, where a token begins anyway. */
export const PIECE_CHARS = 16_384

const LONG_RUN = new RegExp(
  `[\\p{L}\\p{M}]{${RUN_CHARS}}|\\s{${RUN_CHARS}}|[^\\s\\p{L}\\p{N}]{${RUN_CHARS}}`,
  'gu',
)

/** Parts of a text that are tokenized by themselves. Joined they are the text. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length; ) {
    const to =
      text.length - from <= PIECE_CHARS ? text.length : boundaryBefore(text, from, from + PIECE_CHARS)
    const piece = text.slice(from, to)
    if (mayHaveLongRun(piece)) pieces.push(...cutRuns(piece))
    else pieces.push(piece)
    from = to
  }
  return pieces
}

/**
 * The last place up to `most` where a word begins after a blank or a new line, or `most` if there is none.
 */
function boundaryBefore(text: string, from: number, most: number): number {
  for (let at = most; at > from + PIECE_CHARS / 2; at--) {
    const before = text.charCodeAt(at - 1)
    if (before === 10 && isLetter(text.charCodeAt(at))) return at
    // The blank belongs to the word that follows it.
    if (text.charCodeAt(at) === 32 && isLetter(before) && isLetter(text.charCodeAt(at + 1))) return at
  }
  return isLowSurrogate(text.charCodeAt(most)) ? most - 1 : most
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff

/** Letters, blanks, digits and signs; whatever is not ASCII may be any of them. */
function classOf(code: number): number {
  if (code >= 128) return 0
  if (isLetter(code)) return 1
  if (code === 32 || (code >= 9 && code <= 13)) return 2
  return code >= 48 && code <= 57 ? 3 : 4
}

/**
 * A quick look: every run that is too long covers one of the places looked at. Says yes a little too often.
 */
function mayHaveLongRun(text: string): boolean {
  for (let at = RUN_CHARS - 1; at < text.length; at += RUN_CHARS)
    if (runAround(text, at) >= RUN_CHARS) return true
  return false
}

function runAround(text: string, at: number): number {
  let kind = classOf(text.charCodeAt(at))
  const same = (code: number): boolean => {
    const found = classOf(code)
    if (found === 0 || found === kind) return true
    if (kind !== 0) return false
    kind = found
    return true
  }
  let from = at
  while (from > 0 && at - from < RUN_CHARS && same(text.charCodeAt(from - 1))) from--
  let to = at + 1
  while (to < text.length && to - from < RUN_CHARS && same(text.charCodeAt(to))) to++
  return to - from
}

function cutRuns(text: string): string[] {
  const parts: string[] = []
  let from = 0
  for (const match of text.matchAll(LONG_RUN)) {
    const to = match.index + match[0].length
    parts.push(text.slice(from, to))
    from = to
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}
