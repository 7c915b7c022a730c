import { EMBEDDINGS } from './embeddings.ts'
import { LEGACY } from './legacy.ts'
import { MESSAGES } from './messages-request.ts'
import type { Counter } from './question.ts'
import { CHAT } from './question.ts'
import { RESPONSES } from './responses-request.ts'

/** Every way to ask for an answer. */
export const COUNTERS: readonly Counter[] = [CHAT, MESSAGES, RESPONSES, LEGACY, EMBEDDINGS]
