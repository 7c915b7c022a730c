import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '../src/state/event.ts'
import { deliverySentences, deliveryVoice } from './delivery-sentences.ts'
import type { Sentence, Voice, World } from './language.ts'
import { ask, newWorld } from './language.ts'
import { mandateSentences, mandateVoice } from './mandate-sentences.ts'
import { penaltySentences } from './penalty-sentences.ts'
import { procurementSentences, procurementVoice } from './procurement-sentences.ts'
import { tradingSentences, tradingVoice } from './trading-sentences.ts'
import { venueSentences, venueVoice } from './venue-sentences.ts'

/** Every sentence that a scenario may use. A file of sentences for more of the market is added here. */
const SENTENCES: readonly Sentence[] = [
  ...tradingSentences,
  ...deliverySentences,
  ...venueSentences,
  ...mandateSentences,
  ...penaltySentences,
  ...procurementSentences,
]
const VOICE: Voice = {
  ...tradingVoice,
  ...deliveryVoice,
  ...venueVoice,
  ...mandateVoice,
  ...procurementVoice,
}

/**
 * Tells a rule of the market as a story and holds the exchange to it. A sentence may say what comes of it
 * after an arrow; one without an arrow must not be refused. A line that ends in a comma goes on in the next.
 * Every promise is checked after every sentence.
 *
 *     alice bids 5 @ 1.20    -> rests #1
 */
export function scenario(title: string, text: string): void {
  test(title, () => {
    const world = newWorld()
    for (const line of text
      .replaceAll(/,\s*\n\s*/g, ', ')
      .split('\n')
      .map((each) => each.trim())) {
      if (line === '') continue
      const [said = '', expected] = line.split(/\s+->\s*/)
      const happened = say(world, said)
      if (expected !== undefined) assert.equal(happened, expected.trim(), line)
      else assert.doesNotMatch(happened, /^no: /, line)
    }
  })
}

function say(world: World, said: string): string {
  for (const [shape, speak] of SENTENCES) {
    const words = shape.exec(said)
    if (words === null) continue
    const spoken = speak(world, ...words.slice(1))
    if ('answer' in spoken) return spoken.answer
    return tell('kind' in spoken ? ask(world, spoken) : spoken)
  }
  throw new Error(`no such sentence: ${said}`)
}

const tell = (events: readonly Event[]): string =>
  events
    .map((event) => {
      const voice = VOICE[event.kind] as ((event: Event) => string | undefined) | undefined
      return voice === undefined ? event.kind : voice(event)
    })
    .filter((words) => words !== undefined)
    .join(', ')
