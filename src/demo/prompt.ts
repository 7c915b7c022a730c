import type { Chance } from '../base/chance.ts'
import type { ChatRequest } from '../client/chat.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { Arrival } from './demand-trace.ts'
import { countTokens } from './piece.ts'

type Task = InstrumentOut['spec']['task']

const QUESTIONS: Record<Exclude<Task, 'embeddings'>, readonly string[]> = {
  text: [
    'Summarise the attached notes for a customer who has two minutes.',
    'What should a small shop check before it signs a lease?',
    'Explain compound interest to a twelve-year-old.',
    'Draft a friendly reply to a guest who asks for a late checkout.',
    'Which questions should I ask before buying a used bicycle?',
    'How do tides work, and why are there two of them a day?',
  ],
  code: [
    'Complete the function that merges two sorted lists.',
    'Suggest a name for a variable that counts failed attempts.',
    'Write a test for a parser of decimal numbers.',
    'Why would this loop never end, and how do I fix it?',
    'Turn this callback into a promise.',
    'Add a docstring to the method that closes the connection.',
  ],
  agent: [
    'Plan the steps to move a mailing list to another provider.',
    'Look through the invoices and say which one is overdue.',
    'Find a free hour for three people in two time zones.',
    'Check the build log and report the first failing test.',
    'Compare the three quotes and recommend one.',
    'Prepare the agenda for the weekly review.',
  ],
}

const CONTEXT = [
  'The office opens at nine and closes at five, except on Fridays.',
  'Last month there were fewer returns than in any month of the year before.',
  'Two of the four machines are being repaired and will be back by the end of the week.',
  'The customer wrote twice and prefers to be called in the afternoon.',
  'Nobody has changed this file since spring, and its tests still pass.',
  'Deliveries arrive on Monday, and the shelves are full by noon.',
]

/** Longest prompt and answer the demo asks for: the trace's own lengths, cut short to stay cheap. */
const INPUT_MOST = 240
const OUTPUT_MOST = 90
const OUTPUT_LEAST = 8

const TOOL = {
  type: 'function',
  function: {
    name: 'find_slot',
    description: 'Finds a free hour in the calendars of some people.',
    parameters: {
      type: 'object',
      properties: {
        people: { type: 'integer', minimum: 1, maximum: 12 },
        day: { type: 'string', format: 'date' },
      },
      required: ['people', 'day'],
      additionalProperties: false,
    },
  },
}

/** A question with as much context before it as the arrival brought. */
function promptOf(task: Task, inputTokens: number, chance: Chance): string {
  const questions = task === 'embeddings' ? CONTEXT : QUESTIONS[task]
  const question = questions[chance.below(questions.length)] ?? ''
  const lines: string[] = []
  let left = Math.min(INPUT_MOST, inputTokens) - countTokens(question)
  while (left > 0) {
    const line = CONTEXT[chance.below(CONTEXT.length)] ?? ''
    left -= countTokens(line)
    lines.push(line)
  }
  return lines.length > 0 ? `${lines.join(' ')}\n\n${question}` : question
}

/** What an application asks of a grade for one arrival of the trace. Agents call a tool now and then. */
export function requestFor(instrument: InstrumentOut, arrival: Arrival, chance: Chance): ChatRequest {
  const { task } = instrument.spec
  const request: ChatRequest = {
    model: instrument.model,
    messages: [{ role: 'user', content: promptOf(task, arrival.inputTokens, chance) }],
    max_tokens: Math.max(OUTPUT_LEAST, Math.min(OUTPUT_MOST, arrival.outputTokens)),
  }
  if (task !== 'agent' || chance.below(4) > 0) return request
  return { ...request, tools: [TOOL], max_tokens: OUTPUT_MOST }
}
