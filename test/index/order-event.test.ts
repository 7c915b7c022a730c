import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newHourBook, foldHour } from '../../src/index/hour-book.ts'
import { isOfOrderAlone } from '../../src/index/order-event.ts'
import { foldFixing, newFixingFold, packFixing } from '../../src/market/fixing-window.ts'
import { foldIntelligence, newIntelligence } from '../../src/market/intelligence.ts'
import { foldScores, newScoreFold } from '../../src/market/scorecard.ts'
import { Traffic } from '../market/traffic.ts'

/** What the folds have counted of a day, all its events told or only those that are not of an order alone. */
function counted(steps: Traffic['steps'], isTold: (event: Parameters<typeof isOfOrderAlone>[0]) => boolean) {
  const folds = {
    hours: newHourBook(),
    fixing: newFixingFold(),
    minds: newIntelligence(),
    scores: newScoreFold(),
  }
  for (const { at, events } of steps)
    for (const event of events.filter(isTold)) {
      foldHour(folds.hours, at, event)
      foldFixing(folds.fixing, at, event)
      foldIntelligence(folds.minds, at, event)
      foldScores(folds.scores, at, event)
    }
  return { ...folds, fixing: packFixing(folds.fixing) }
}

test('no index counts an event that is of an order alone', () => {
  const traffic = new Traffic(11)
  traffic.run(2_000)
  const events = traffic.steps.flatMap((step) => step.events)
  const passed = events.filter(isOfOrderAlone)
  assert.ok(passed.length > events.length / 3, `${passed.length} of ${events.length}`)
  const all = counted(traffic.steps, () => true)
  assert.ok(all.hours.deliveries.size > 0 && all.fixing.windows[0]?.partitions.length)
  assert.deepEqual(
    counted(traffic.steps, (event) => !isOfOrderAlone(event)),
    all,
  )
})
