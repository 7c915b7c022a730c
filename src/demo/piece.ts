import { SENTENCE_WORDS } from './sentence.ts'

/** A piece of text and the most canonical tokens it can be: never fewer than a real tokenizer would count. */
export type Piece = { text: string; tokens: number }

const PIECE = /\s*[A-Za-z]+|\s*\d{1,3}|\s*[^\sA-Za-z\d]|\s+/gu

function tokensOf(piece: string): number {
  const space = piece.length - piece.trimStart().length
  const word = piece.slice(space)
  if (word === '') return 1
  if (/^[A-Za-z]/.test(word)) return SENTENCE_WORDS.has(word) ? 1 : Math.ceil(word.length / 3)
  if (/^\d/.test(word)) return space > 0 ? 2 : 1
  // Any other sign: as many tokens as bytes at worst, and the space before it may stand alone.
  return Buffer.byteLength(word) + (space > 0 ? 1 : 0)
}

/** Text cut into pieces of about a token each, spaces leading. */
export const pieces = (text: string): Piece[] =>
  (text.match(PIECE) ?? []).map((piece) => ({ text: piece, tokens: tokensOf(piece) }))

/** The most canonical tokens that text can be. */
export const countTokens = (text: string): number =>
  pieces(text).reduce((sum, piece) => sum + piece.tokens, 0)
