import { MICROS_PER_MS } from '../base/time.ts'
import type { Chance } from '../base/chance.ts'
import { chance } from '../base/chance.ts'
import { launchSpecs } from '../state/grade.ts'
import type { Capability, Spec, Task } from '../state/instrument.ts'
import { JUDGED_OUTPUT_TOKENS } from '../state/speed.ts'
import type { Endpoint, EndpointPolicy } from '../delivery/endpoint.ts'
import { endpointFault } from '../delivery/endpoint.ts'
import { createJudge } from '../delivery/judge.ts'
import { systemTimer } from '../delivery/timer.ts'
import { createUpstream } from '../delivery/upstream.ts'
import { abilityFrom } from '../measure/ability.ts'
import type { Score } from '../measure/scale.ts'
import { priorAt, scoreOf, thetaAt } from '../measure/scale.ts'
import { createMeter, TOKENIZER } from '../meter/meter.ts'
import type { Item } from '../pool/item.ts'
import { itemsFor, POOL } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'
import { createGrader } from './grader.ts'
import type { Claims, Measure, Sample } from './measurement.ts'
import { checksOf, decisive, isGood, measurementOf, outcomesOf, quantile } from './measurement.ts'
import { paceOf } from './probe.ts'
import type { Plan, Question } from './questionnaire.ts'
import {
  checkQuestions,
  contextQuestion,
  itemQuestions,
  limitQuestion,
  pacedQuestions,
  PLANS,
} from './questionnaire.ts'
import { Survey } from './survey.ts'

/** An endpoint to be measured without a venue, and how. `grade` is a launch grade's symbol or `all`. */
export type AssayOrder = {
  endpoint: Endpoint
  grade: string
  plan: Plan
  /** Items for each grade. */
  items: number
  /** Requests at once. */
  width: number
  /** What the model is said to take. */
  contextTokens: number
  /** The same seed asks the same questions. */
  seed: number
}

export type AssayedGrade = { grade: string; clears: boolean; missed: string[]; measures: Measure[] }

/** What an endpoint was found to be. Times are milliseconds; a number that nothing told is null. */
export type Assay = {
  pool: string
  seed: number
  plan: Plan
  requests: number
  /** Requests that got no answer, by what went wrong, the first of them first. */
  failures: { code: string; detail: string; count: number }[]
  /** Why not everything was asked, or null. */
  cut: string | null
  firstTokenMs: { p50: number; p95: number } | null
  tokensPerSecond: { p50: number; p5: number } | null
  /** Median tokens of the paced requests, as the exchange counts them. */
  paced: { asked: number; inputTokens: number; outputTokens: number }
  capabilities: { capability: Capability; passed: number; asked: number; fault: string | null }[]
  /** By grader and template. */
  items: { kind: string; template: string; passed: number; asked: number }[]
  /** Ability on the Intelligence Index, of all items of a task. */
  scores: ({ task: Task } & Score)[]
  grades: AssayedGrade[]
}

const CAPABILITIES: readonly Capability[] = ['tools', 'json_schema', 'logprobs', 'vision']

/** A question, and the grades that it says something of. */
type Asked = { question: Question; of: (spec: Spec) => boolean }

/** Endpoints that their own owner measures may lie anywhere, on this machine too. */
const ANYWHERE: EndpointPolicy = { allowPrivate: true, ports: [] }

function specsOf(grade: string): Spec[] {
  const all = launchSpecs(TOKENIZER.sha256)
  const found = all.filter(({ symbol }) => grade === 'all' || grade === symbol)
  if (found.length > 0) return found
  throw new Error(
    `there is no grade ${grade}: it is all, or one of ${all.map(({ symbol }) => symbol).join(', ')}`,
  )
}

/**
 * Measures an endpoint as a venue's qualification would for each grade, and says which it would clear. What
 * the grades share is asked once. Rejects where there is no such grade or address, or where the machine
 * cannot count or judge; whatever the endpoint does is part of what is found.
 */
export async function assayEndpoint(
  order: AssayOrder,
  onProgress: (done: number, total: number) => void,
): Promise<Assay> {
  const fault = endpointFault(order.endpoint.baseUrl, ANYWHERE)
  if (fault !== undefined) throw new Error(`the address of the endpoint cannot be used: ${fault}`)
  const specs = specsOf(order.grade)
  const asked = questionsOf(order, specs)
  const upstream = createUpstream(ANYWHERE, systemTimer)
  const [meter, judge, grader] = [createMeter(), createJudge(), createGrader()]
  try {
    // The first count reads the tokenizer: no answer waits for that.
    await meter.count(['ready'])
    const survey = new Survey(
      { upstream, meter, judge, grader, timer: systemTimer, mayRepeat: async () => true },
      order.endpoint,
      patientest(specs),
      asked.map(({ question }) => question),
      onProgress,
    )
    const cut = await survey.run(order.width, PLANS[order.plan].deadlineMs * specs.length)
    return reportOf(order, specs, asked, survey.samples, cut)
  } finally {
    await upstream.close()
    await Promise.all([meter.close(), judge.close(), grader.close()])
  }
}

/** Waits as long as the most patient grade does: what is late for another is still measured. */
function patientest(specs: readonly Spec[]): Spec {
  const [first] = specs
  if (first === undefined) throw new Error('an assay is for one grade at least')
  return {
    ...first,
    latencyBaseMs: Math.max(...specs.map(({ latencyBaseMs }) => latencyBaseMs)),
    throughputFloor: Math.min(...specs.map(({ throughputFloor }) => throughputFloor)),
  }
}

const distinct = <Key>(specs: readonly Spec[], key: (spec: Spec) => Key): Spec[] =>
  specs.filter((spec, at) => specs.findIndex((other) => key(other) === key(spec)) === at)

const itemsAt = ({ task, intelligenceFloor }: Spec, count: number, luck: Chance): Item[] =>
  itemsFor(task, thetaAt(intelligenceFloor, PANEL), count, luck)

function questionsOf({ plan, items, contextTokens, seed }: AssayOrder, specs: readonly Spec[]): Asked[] {
  const luck = chance(seed)
  const everyGrade = (question: Question): Asked => ({ question, of: () => true })
  const least = Math.min(...specs.map(({ outputTokensMax }) => outputTokensMax))
  return [
    ...pacedQuestions(plan, luck).map(everyGrade),
    ...specs.flatMap((spec) =>
      itemQuestions(spec, itemsAt(spec, items, luck)).map((question) => ({
        question,
        of: (one: Spec) => one === spec,
      })),
    ),
    ...checkQuestions(plan, CAPABILITIES, least, luck).map(everyGrade),
    ...distinct(specs, (spec) => spec.outputTokensMax).map(({ outputTokensMax }) => ({
      question: limitQuestion(outputTokensMax),
      of: (one: Spec) => one.outputTokensMax === outputTokensMax,
    })),
    ...distinct(specs, (spec) => spec.contextTokens)
      .filter((spec) => spec.contextTokens <= contextTokens)
      .map((spec) => ({
        question: contextQuestion(plan, spec, luck),
        of: (one: Spec) => one.contextTokens === spec.contextTokens,
      })),
  ]
}

function reportOf(
  { plan, seed, contextTokens }: AssayOrder,
  specs: readonly Spec[],
  asked: readonly Asked[],
  samples: readonly Sample[],
  cut: string | null,
): Assay {
  return {
    pool: POOL.version,
    seed,
    plan,
    requests: samples.length,
    failures: failuresOf(samples),
    cut,
    ...speedOf(samples),
    capabilities: CAPABILITIES.map((capability) => capabilityOf(samples, capability)),
    items: itemsOf(samples),
    scores: scoresOf(specs, asked, samples),
    grades: specs.map((spec) => {
      const own = asked.filter(({ of }) => of(spec)).map(({ question }) => question)
      const its = samples.filter(({ question }) => own.includes(question))
      const claims: Claims = { capabilities: spec.capabilities, contextTokens }
      const { passed, measures } = measurementOf({ spec, claims, samples: its, asked: own.length }, cut)
      const missed = measures.filter((measure) => !measure.passed).map(({ name }) => name)
      return { grade: spec.symbol, clears: passed, missed, measures }
    }),
  }
}

function failuresOf(samples: readonly Sample[]): Assay['failures'] {
  const found = new Map<string, Assay['failures'][number]>()
  for (const { reading } of samples) {
    if (reading.failure === null) continue
    const { code, detail } = reading.failure
    const row = found.get(code) ?? { code, detail, count: 0 }
    found.set(code, { ...row, count: row.count + 1 })
  }
  return [...found.values()]
}

function speedOf(samples: readonly Sample[]): Pick<Assay, 'firstTokenMs' | 'tokensPerSecond' | 'paced'> {
  const readings = samples.filter(({ question }) => question.kind === 'paced').map(({ reading }) => reading)
  const answered = readings.filter(({ answer }) => !answer.empty)
  const long = answered.filter(({ outputTokens }) => outputTokens >= JUDGED_OUTPUT_TOKENS)
  const firsts = answered.map(({ ttft }) => ttft / MICROS_PER_MS)
  const median = (values: number[]) => (values.length === 0 ? 0 : Math.round(quantile(values, 0.5)))
  return {
    firstTokenMs:
      firsts.length === 0
        ? null
        : { p50: Math.round(quantile(firsts, 0.5)), p95: Math.round(quantile(firsts, 0.95)) },
    tokensPerSecond:
      long.length === 0
        ? null
        : {
            p50: Math.round(quantile(long.map(paceOf), 0.5)),
            p5: Math.round(quantile(long.map(paceOf), 0.05)),
          },
    paced: {
      asked: readings.length,
      inputTokens: median(answered.map(({ inputTokens }) => inputTokens)),
      outputTokens: median(answered.map(({ outputTokens }) => outputTokens)),
    },
  }
}

/** What was wrong with an answer, or nothing. */
const faultIn = ({ reading, fault }: Sample): string | null => reading.failure?.detail ?? fault

function capabilityOf(samples: readonly Sample[], capability: Capability): Assay['capabilities'][number] {
  const checks = checksOf(samples, capability)
  const bad = checks.find((sample) => !isGood(sample))
  return {
    capability,
    asked: checks.length,
    passed: checks.filter(isGood).length,
    fault: bad === undefined ? null : faultIn(bad),
  }
}

function itemsOf(samples: readonly Sample[]): Assay['items'] {
  const rows = new Map<string, Assay['items'][number]>()
  for (const sample of decisive(samples)) {
    const { question } = sample
    if (question.kind !== 'item') continue
    const { kind, template } = question.item
    const row = rows.get(template) ?? { kind, template, passed: 0, asked: 0 }
    rows.set(template, { ...row, passed: row.passed + Number(isGood(sample)), asked: row.asked + 1 })
  }
  return [...rows.values()].sort(
    (a, b) => a.kind.localeCompare(b.kind) || a.template.localeCompare(b.template),
  )
}

/** All items of a task together, believed beforehand to stand in the middle of the grades asked for. */
function scoresOf(
  specs: readonly Spec[],
  asked: readonly Asked[],
  samples: readonly Sample[],
): Assay['scores'] {
  const tasks = [...new Set(specs.map(({ task }) => task))]
  return tasks.flatMap((task) => {
    const own = specs.filter((spec) => spec.task === task)
    const questions = asked
      .filter(({ question, of }) => question.kind === 'item' && own.some(of))
      .map(({ question }) => question)
    const outcomes = outcomesOf({ samples: samples.filter(({ question }) => questions.includes(question)) })
    if (outcomes.length === 0) return []
    const middle = own.reduce((sum, spec) => sum + spec.intelligenceFloor, 0) / own.length
    return [{ task, ...scoreOf(abilityFrom(outcomes, priorAt(middle, PANEL)), PANEL, POOL.linkError) }]
  })
}
