import { SENTENCE_WORDS } from './sentence.ts'

/** A piece of text, and its tokens: of ordinary words never fewer than a real tokenizer would count. */
export type Piece = { text: string; tokens: number }

const PIECE = /\s*[A-Z]?[a-z]+|\s*[A-Z]+|\s*\d{1,3}|\s*[^\sA-Za-z\d]|\s+/gu

function tokensOf(piece: string): number {
  const word = piece.trimStart()
  const space = piece.slice(0, piece.length - word.length)
  if (word === '') return 1
  // One space belongs to the word after it; whatever else stands before a word is a token of its own.
  const gap = space === '' || space === ' ' ? 0 : 1
  if (/^[A-Za-z]/.test(word)) return gap + lettersOf(word)
  const alone = space === ' ' ? 1 : gap
  // Any other sign: as many tokens as bytes at worst.
  return alone + (/^\d/.test(word) ? 1 : Buffer.byteLength(word))
}

/** Names are cut into smaller parts than other words. */
function lettersOf(word: string): number {
  if (SENTENCE_WORDS.has(word)) return 1
  return Math.ceil(word.length / (/^[A-Z]/.test(word) ? 2 : 2.5))
}

/** Text cut into pieces of about a token each, spaces leading. */
export const pieces = (text: string): Piece[] =>
  (text.match(PIECE) ?? []).map((piece) => ({ text: piece, tokens: tokensOf(piece) }))

/** The tokens of ordinary text, counted on the safe side. */
export const countTokens = (text: string): number =>
  pieces(text).reduce((sum, piece) => sum + piece.tokens, 0)
