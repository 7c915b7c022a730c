import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { chance } from '../../src/base/chance.ts'
import { valueFor } from '../../src/mimic/schema-value.ts'

const from = (seed: number) => ({ chance: chance(seed), names: ['Lisbon', 'Ada'], numbers: [4, 12.5] })

const leaf = fc.oneof(
  fc.constant(z.string()),
  fc.constant(z.string().min(3).max(5)),
  fc.constant(z.boolean()),
  fc.constant(z.null()),
  fc.tuple(fc.integer({ min: -20, max: 20 }), fc.nat(30)).map(([low, span]) =>
    z
      .int()
      .min(low)
      .max(low + span),
  ),
  fc.constant(z.number().min(0.5).max(9)),
  fc.constant(z.enum(['red', 'green'])),
  fc.constant(z.literal('fixed')),
)

const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc
      .dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema'), { maxKeys: 3 })
      .map((shape) => z.object(shape)),
    tie('schema').map((item) => z.array(item).min(1).max(4)),
    tie('schema').map((one) => z.union([one, z.null()])),
  ),
}))

test('whatever the schema asks for, the value satisfies it', () => {
  fc.assert(
    fc.property(schema, fc.nat(), (wanted, seed) => {
      const value = valueFor(z.toJSONSchema(wanted), from(seed))
      const parsed = wanted.safeParse(value)
      assert.ok(parsed.success, `${JSON.stringify(value)}: ${parsed.error?.message ?? ''}`)
    }),
    { numRuns: 300 },
  )
})

test('a schema that contains itself ends', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, child: { $ref: '#/$defs/node' } },
        required: ['name'],
      },
    },
  }
  assert.equal(typeof valueFor(tree, from(1)), 'object')
})

test('values are taken from the prompt where they fit', () => {
  const wanted = {
    type: 'object',
    properties: { city: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
    required: ['city', 'guests'],
  }
  const ingredients = { chance: chance(1), names: ['Lisbon'], numbers: [4] }
  assert.deepEqual(valueFor(wanted, ingredients), { city: 'Lisbon', guests: 4 })
})
