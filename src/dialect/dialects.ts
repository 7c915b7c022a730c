import { anthropicDialect } from './anthropic.ts'
import type { Dialect, DialectName } from './dialect.ts'
import { embeddingsDialect } from './embeddings.ts'
import { openaiDialect } from './openai.ts'

const DIALECTS: Record<DialectName, Dialect> = {
  openai: openaiDialect,
  anthropic: anthropicDialect,
  embeddings: embeddingsDialect,
}

/** The language an offer names. */
export const dialectOf = (name: DialectName): Dialect => DIALECTS[name]
