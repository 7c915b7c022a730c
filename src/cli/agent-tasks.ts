import type { Task } from '../agent/buyer.ts'
import { readInput } from './input.ts'
import { Fault } from './session.ts'

const OUTPUT_MAX = 256

/** Tasks of a file, one JSON object a line: what is asked, and the pattern of an answer that does it. */
export function readTasks(path: string): Task[] {
  const tasks = readInput(path)
    .split('\n')
    .map((line, at) => ({ line: line.trim(), place: `${path}:${at + 1}` }))
    .filter(({ line }) => line !== '')
    .map(({ line, place }) => taskOf(line, place))
  if (tasks.length === 0) throw new Fault(`${path} holds no task`)
  const ids = new Set(tasks.map(({ id }) => id))
  if (ids.size < tasks.length) throw new Fault(`${path} names a task twice`)
  return tasks
}

function taskOf(line: string, place: string): Task {
  const row = rowOf(line, place)
  const text = (name: string, form: RegExp, what: string): string => {
    const value = row[name]
    if (typeof value !== 'string' || !form.test(value)) throw new Fault(`${place}: ${name} must be ${what}`)
    return value
  }
  const id = text('id', /^[A-Za-z0-9_-]{1,20}$/, '1 to 20 letters, digits, - or _')
  const prompt = text('prompt', /\S/, 'what is asked')
  const expect = patternOf(text('expect', /./, 'the pattern of a right answer'), place)
  const { max_tokens: most = OUTPUT_MAX } = row
  if (typeof most !== 'number' || !Number.isInteger(most) || most < 1)
    throw new Fault(`${place}: max_tokens must be a whole number above 0`)
  return {
    id,
    request: { messages: [{ role: 'user', content: prompt }], max_tokens: most, temperature: 0 },
    isDone: (answer) => expect.test(answer),
  }
}

function rowOf(line: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Said below, with the place.
  }
  throw new Fault(`${place} is not a JSON object`)
}

function patternOf(source: string, place: string): RegExp {
  try {
    return new RegExp(source)
  } catch {
    throw new Fault(`${place}: expect is no regular expression`)
  }
}
