// Both contracts are read by a linter that others wrote: what it does not accept, a generator would not either.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { printAsyncApi } from '../../src/contract/asyncapi.ts'
import { printOpenApi } from '../../src/contract/openapi.ts'

/** Everything that the linter says of a document, place first. */
async function lint(document: unknown, name: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'], telemetry: 'off' })
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: name, config })
  return problems.map(({ ruleId, message, location }) => `${location[0]?.pointer} ${ruleId}: ${message}`)
}

describe('the linter finds nothing wrong', () => {
  test('with the OpenAPI 3.1 document', async () => {
    assert.deepEqual(await lint(printOpenApi('0.1.0'), 'openapi.json'), [])
  })

  test('with the AsyncAPI 3 document', async () => {
    assert.deepEqual(await lint(printAsyncApi('0.1.0'), 'asyncapi.json'), [])
  })

  test('and would find what is', async () => {
    const broken = { ...(printOpenApi('0.1.0') as object), paths: { '/v1/x': { get: { responses: 1 } } } }
    assert.ok((await lint(broken, 'openapi.json')).length > 0)
  })
})
