import type { ChatRequest } from '../client/chat.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { Desk, Outcome } from './desk.ts'
import { printAt, rounded } from './increment.ts'
import type { Participant } from './loop.ts'
import type { SettingsOf } from './setting.ts'
import type { Facts, Step } from './step.ts'
import { dollars, percent, unitsText, wait } from './step.ts'
import type { Market } from './view.ts'
import { DUST, onHand, readMarket } from './view.ts'

export const BUYER = {
  grades: {
    kind: 'text',
    form: /^[A-Za-z][A-Za-z0-9_-]*(,[A-Za-z][A-Za-z0-9_-]*)*$/,
    needed: true,
    says: 'grades it may use, divided by commas, the safest last: that one is trusted until others have proved themselves',
  },
  max_price: {
    kind: 'number',
    least: 0.0001,
    most: 1e6,
    needed: true,
    says: 'dollars that a unit of any grade may cost',
  },
  required: {
    kind: 'number',
    least: 0,
    most: 0.999,
    default: 0.8,
    says: 'the share of tasks that must succeed',
  },
  explore: {
    kind: 'number',
    least: 0,
    most: 0.5,
    default: 0.1,
    says: 'the share of tasks on which other grades are tried',
  },
  ahead: { kind: 'number', least: 1, most: 1_000, default: 1, says: 'tasks that it holds units for' },
} as const

export type BuyerSettings = SettingsOf<typeof BUYER>

/** A piece of work, and how to tell whether an answer does it. */
export type Task = {
  id: string
  request: Omit<ChatRequest, 'model'> & { max_tokens: number }
  isDone(text: string): boolean
}

/** How a grade has done: tasks tried and done, and the units that they took. */
export type Tally = { tried: number; done: number; units: number }

/** What a buyer has learned and finished, as it is kept between runs. */
export type BuyerMemory = {
  grades: { [grade: string]: Tally }
  finished: string[]
  explored: number
  chosen: number
}

export const freshMemory = (): BuyerMemory => ({ grades: {}, finished: [], explored: 0, chosen: 0 })

/** What a buyer chooses among: a grade, how it has done, and what a task on it would cost now. */
export type Candidate = Tally & { grade: string; costNow: number | null }

export type Choice = { grade: string | null; isTrial: boolean; why: string; facts: Facts }

/** One-sided 90 %. */
const Z = 1.2816

/** The bounds of a share of successes by Wilson's interval, 90 % on either side. */
export function shareBounds({ tried, done }: Tally): { low: number; high: number } {
  if (tried === 0) return { low: 0, high: 1 }
  const share = done / tried
  const scale = 1 + Z ** 2 / tried
  const middle = share + Z ** 2 / (2 * tried)
  const reach = Z * Math.sqrt((share * (1 - share)) / tried + Z ** 2 / (4 * tried ** 2))
  return { low: Math.max(0, (middle - reach) / scale), high: Math.min(1, (middle + reach) / scale) }
}

/**
 * The grade of the next task. Among grades proved good enough (the lower bound of their success is the
 * required one) the one with most successes per dollar; while none is, the last, which is trusted until it is
 * proved too bad. On a share of the tasks a grade is tried whose upper bounds could beat that, the one least
 * tried first. A grade whose upper bound is below what is required is never used.
 */
export function chooseGrade(
  { required, explore }: Pick<BuyerSettings, 'required' | 'explore'>,
  candidates: readonly Candidate[],
  { chosen, explored }: { chosen: number; explored: number },
): Choice {
  const known = candidates.map((one) => {
    const cost = one.costNow ?? Infinity
    const bounds = shareBounds(one)
    const share = one.tried === 0 ? 1 : one.done / one.tried
    return { ...one, ...bounds, cost, perDollar: share / cost, couldBe: bounds.high / cost }
  })
  const usable = known.filter(({ high, cost }) => high >= required && Number.isFinite(cost))
  const facts = Object.fromEntries(
    known.map(({ grade, low, cost }) => [grade, `${low.toFixed(3)} at ${cost}`]),
  )
  const trusted = known.at(-1)
  const proved = usable.filter(({ low }) => low >= required).sort((a, b) => b.perDollar - a.perDollar)
  const best = proved[0] ?? usable.find(({ grade }) => grade === trusted?.grade)
  if (best === undefined)
    return {
      grade: null,
      isTrial: false,
      why: `no grade that is offered can reach ${percent(required)} success`,
      facts,
    }
  const trial = usable
    .filter(({ grade, couldBe }) => grade !== best.grade && couldBe > best.perDollar)
    .sort((a, b) => a.tried - b.tried || b.couldBe - a.couldBe)[0]
  if (trial !== undefined && explored < explore * (chosen + 1)) {
    const why =
      `${trial.grade} is tried: ${trial.done} of ${trial.tried} tasks done so far, at ${dollars(trial.cost)} a task it could do ` +
      `${trial.couldBe.toFixed(0)} per dollar where ${best.grade} does ${best.perDollar.toFixed(0)}`
    return { grade: trial.grade, isTrial: true, why, facts }
  }
  const proof =
    proved[0] === undefined
      ? `none has proved ${percent(required)} success yet, and it is trusted until it fails to`
      : `${best.done} of ${best.tried} tasks done, at least ${percent(best.low)}, ${best.perDollar.toFixed(0)} per dollar`
  return { grade: best.grade, isTrial: false, why: `${best.grade}: ${proof}`, facts }
}

/** Units that a task may use at most: a token is at least a byte. */
export function unitsAtMost(
  { messages, max_tokens: output }: Task['request'],
  { spec }: InstrumentOut,
): number {
  const bytes = messages.reduce(
    (sum, { content }) => sum + new TextEncoder().encode(content ?? '').length + 16,
    64,
  )
  return (
    (bytes * Number(spec.weights.input) + output * Number(spec.weights.output)) / spec.unit_weighted_tokens
  )
}

/** Dollars that units would cost at the asks, up to a limit; null: not all are offered. */
export function costOf({ asks, instrument }: Market, units: number, limit: number): number | null {
  let left = units
  let cost = 0
  for (const { price, units: offered } of asks) {
    if (price > limit || left <= 0) break
    const taken = Math.min(left, offered)
    cost += taken * price * (1 + Number(instrument.taker_fee))
    left -= taken
  }
  return left > DUST ? null : cost
}

/** What a buyer works on, what it has learned of grades before, and who hears its answers. */
export type Work = {
  /** In the order in which they are done. A program may add to it while the buyer runs. */
  tasks: readonly Task[]
  /** Whether more tasks may come: without any it waits, and does not finish. */
  isOpen?: boolean
  memory: BuyerMemory
  onAnswer?: (task: Task, text: string, isDone: boolean) => void
}

/** A buyer at work on a list of tasks. A task that another grade fails is done again by the trusted one. */
export class Buyer implements Participant {
  private readonly desk: Desk
  private readonly settings: BuyerSettings
  private readonly work: Work
  private readonly grades: readonly InstrumentOut[]
  private readonly finished: Set<string>
  /** The task that another grade than the trusted one has failed. */
  private again: string | undefined
  private isTrial = false

  constructor(desk: Desk, settings: BuyerSettings, work: Work) {
    this.desk = desk
    this.settings = settings
    this.work = work
    this.grades = settings.grades.split(',').map((name) => desk.instrument(name))
    this.finished = new Set(work.memory.finished)
  }

  async decide(): Promise<Step[]> {
    const { tasks, isOpen } = this.work
    const task = tasks.find(({ id }) => !this.finished.has(id))
    if (task === undefined && isOpen === true) return [wait('it has no task', { finished: tasks.length })]
    if (task === undefined)
      return [{ act: 'finish', why: `all ${tasks.length} tasks are finished`, facts: {} }]
    const seen = await this.see()
    const choice = this.again === task.id ? this.trusted() : this.choose(task, seen)
    const found = seen.find(({ market }) => market.instrument.model === choice.grade)
    if (found === undefined || choice.grade === null) return [wait(choice.why, choice.facts)]
    this.isTrial = choice.isTrial
    const buying = purchase(this.settings, found, task)
    const request = { ...task.request, model: choice.grade }
    const ask: Step = { act: 'ask', task: task.id, request, why: choice.why, facts: choice.facts }
    return buying === undefined ? [ask] : [buying, ask]
  }

  heard(step: Step, { answer }: Outcome): void {
    const { tasks, memory, onAnswer } = this.work
    if (step.act !== 'ask' || answer === undefined) return
    const task = tasks.find(({ id }) => id === step.task)
    if (task === undefined) return
    const text = answer.choices[0]?.message.content ?? ''
    const isDone = task.isDone(text)
    const { model } = step.request
    const tally = this.tallyOf(model)
    tally.tried++
    tally.done += isDone ? 1 : 0
    tally.units += Number(answer.busbar?.units ?? 0)
    if (this.again === undefined) {
      memory.chosen++
      memory.explored += this.isTrial ? 1 : 0
    }
    onAnswer?.(task, text, isDone)
    this.again = isDone || model === this.grades.at(-1)?.model ? undefined : task.id
    if (this.again !== undefined) return
    this.finished.add(task.id)
    memory.finished = [...this.finished]
  }

  private tallyOf(grade: string): Tally {
    return (this.work.memory.grades[grade] ??= { tried: 0, done: 0, units: 0 })
  }

  private async see(): Promise<Seen[]> {
    const { client, open } = this.desk
    const [lots, ...markets] = await Promise.all([
      client.lots(),
      ...this.grades.map((grade) => readMarket(client, grade, open)),
    ])
    return markets.map((market) => ({
      market,
      onHand: onHand(this.desk.holding(market.instrument.id, lots.data)),
    }))
  }

  private trusted(): Choice {
    const grade = this.grades.at(-1)?.model ?? null
    return { grade, isTrial: false, why: `${grade} does again what another grade has failed`, facts: {} }
  }

  private choose(task: Task, seen: readonly Seen[]): Choice {
    const candidates = seen.map((one) =>
      candidateOf(this.settings, task, one, this.tallyOf(one.market.instrument.model)),
    )
    return chooseGrade(this.settings, candidates, this.work.memory)
  }
}

/** A market, and the units of its grade that are on hand. */
type Seen = { market: Market; onHand: number }

/** A grade with what a task would cost at its asks: as many units as tasks have taken, or may take. */
function candidateOf(settings: BuyerSettings, task: Task, { market, onHand }: Seen, tally: Tally): Candidate {
  const { instrument } = market
  const most = unitsAtMost(task.request, instrument)
  const lots = Math.max(Number(instrument.quantity_increment), most)
  const cost = costOf(market, lots, settings.max_price) ?? (onHand >= most ? settings.max_price * lots : null)
  const units = tally.tried === 0 ? most : tally.units / tally.tried
  return { ...tally, grade: instrument.model, costNow: cost === null ? null : (cost / lots) * units }
}

/** Units bought at once for the next tasks, at limits of its own; nothing where there are enough. */
function purchase(settings: BuyerSettings, { market, onHand }: Seen, task: Task): Step | undefined {
  const { instrument, asks } = market
  const { quantity_increment: lot, price_increment: tick } = instrument
  const needed = unitsAtMost(task.request, instrument)
  if (onHand >= needed) return undefined
  const units = rounded(needed * settings.ahead - onHand, lot, 'up')
  const price = Math.min(settings.max_price, (asks[0]?.price ?? settings.max_price) * 1.01)
  const facts = {
    needed,
    on_hand: onHand,
    ahead: settings.ahead,
    best_ask: asks[0]?.price ?? null,
    limit: price,
  }
  return {
    act: 'place',
    order: {
      instrument: instrument.id,
      side: 'buy',
      time_in_force: 'ioc',
      price: printAt(price, tick, 'down'),
      quantity: printAt(units, lot, 'up'),
    },
    why:
      `a task may use ${needed.toFixed(4)} units and ${unitsText(onHand)} are on hand: it buys for ${settings.ahead} at ` +
      `no more than ${dollars(price)}`,
    facts,
  }
}
