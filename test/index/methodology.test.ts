// Every worked example in docs/methodology is read from the page and computed.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { dayFixingOf, depthMid, FIXING_METHOD, partitionMean } from '../../src/index/fixing.ts'
import type { GradePrice } from '../../src/index/fisher.ts'
import { fisherLink, slopeOfIntelligence } from '../../src/index/fisher.ts'
import { accountsOf, ppmOfYearly, realOf } from '../../src/index/machine-gdp.ts'
import { placeOf, scaleOf, unitPrice } from '../../src/sheet/mapping.ts'
import type { PostedModel } from '../../src/sheet/posted-model.ts'
import type { Spec } from '../../src/state/instrument.ts'
import type { CostInputs } from '../../src/index/efficiency.ts'
import { impliedHeatRate, spreadAt } from '../../src/index/efficiency.ts'
import { medianRange } from '../../src/index/median.ts'

type Grade = { wt: number; paid: number }
const sixPlaces = (value: number) => Math.round(value * 1e6) / 1e6

type Example = { formula: string; given: unknown; gives: unknown }

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'methodology')
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))
const textOf = (page: string) => readFileSync(join(folder, page), 'utf8')
const blocks = (page: string, kind: string): unknown[] =>
  [...textOf(page).matchAll(new RegExp(`^\`\`\`json ${kind}\\n([^]*?)^\`\`\``, 'gm'))].map(
    (match) => JSON.parse(match[1] ?? '') as unknown,
  )

// Each formula takes what its page gives it; a page that gives something else fails the comparison.
const FORMULAE: Record<string, (given: never) => unknown> = {
  median: medianRange,
  partition_mean: partitionMean,
  depth_mid: depthMid,
  day: dayFixingOf,
  machine_gdp: accountsOf,
  real: ({ nominal, level }: { nominal: number; level: number }) => realOf(nominal, level),
  ppm_of_yearly: (given: { nominal: number; period: number; dollars: number }) =>
    Math.round(ppmOfYearly(given.nominal, given.period, given.dollars)),
  fisher: ({ base, now }: { base: Grade[]; now: Grade[] }) => {
    const link = fisherLink(new Map(base.entries()), new Map(now.entries()))
    return link && Object.fromEntries(Object.entries(link).map(([name, value]) => [name, sixPlaces(value)]))
  },
  unit_price: ({ input, output, task }: { input: number; output: number; task: 'text' }) =>
    unitPrice(
      { input, output } as PostedModel,
      {
        task,
        weights: { input: 250_000, output: 1_000_000 },
      } as Spec,
    ),
  place: ({ scores, score }: { scores: number[]; score: number }) => {
    const models = scores.map((text, at) => ({ key: `${at}`, scores: { text } }) as unknown as PostedModel)
    const scale = scaleOf(models, 'text')
    return scale && Math.round(placeOf(score, scale) * 100) / 100
  },
  spread: (given: { price: number; utilisation: number; inputs: CostInputs }) => {
    const { heatRate, rent, own } = spreadAt(given.price, given.inputs, given.utilisation)
    const implied = sixPlaces(impliedHeatRate(given.price, given.inputs))
    return { heatRate: sixPlaces(heatRate), rent, own, implied }
  },
  slope: (given: GradePrice[]) => sixPlaces(slopeOfIntelligence(given) ?? Number.NaN),
}

test('there are pages, and each shows a worked example', () => {
  assert.ok(pages.length > 0)
  for (const page of pages) assert.ok(blocks(page, 'example').length > 0, `${page} works nothing out`)
})

for (const page of pages)
  for (const [at, block] of blocks(page, 'example').entries()) {
    const { formula, given, gives } = block as Example
    test(`${page}, example ${at + 1}: ${formula}`, () => {
      const compute = FORMULAE[formula]
      assert.ok(compute, `no formula is named ${formula}`)
      assert.deepEqual(compute(given as never), gives)
    })
  }

test('every formula is worked out somewhere', () => {
  const shown = new Set(
    pages.flatMap((page) => blocks(page, 'example').map((one) => (one as Example).formula)),
  )
  assert.deepEqual([...shown].sort(), Object.keys(FORMULAE).sort())
})

test('the page states the numbers that the fixing is made with', () => {
  assert.deepEqual(blocks('fixing.md', 'method'), [FIXING_METHOD])
})
