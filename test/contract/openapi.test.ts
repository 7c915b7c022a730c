import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json } from '../../src/contract/openapi-schema.ts'
import { printOpenApi } from '../../src/contract/openapi.ts'
import { OPERATIONS } from '../../src/operations/operations.ts'
import { errorCatalogueRows } from '../../src/api/refusal.ts'
import { findRoute } from '../../src/operations/route.ts'
import { Problem } from '../../src/api/problem.ts'
import { rejects } from '../../src/state/reject.ts'

const document = printOpenApi('0.1.0') as {
  openapi: string
  paths: Record<
    string,
    Record<string, Json & { operationId: string; tags: string[]; parameters?: Json[]; responses: Json }>
  >
  components: Record<string, Record<string, Json>>
  tags: { name: string }[]
}
const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Every object of the document, at any depth. */
function* objectsIn(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield value as Json
  for (const one of Object.values(value)) yield* objectsIn(one)
}

const resolved = (ref: string): unknown =>
  ref
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((at, step) => (at as Json | undefined)?.[step], document)

describe('the operation table', () => {
  test('names every operation once, by noun and verb', () => {
    const ids = OPERATIONS.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^[a-z]+\.[a-z_]+$/)
    const places = OPERATIONS.map(({ method, path }) => `${method} ${path}`)
    assert.equal(new Set(places).size, places.length)
  })

  test('has a schema for every variable of every path, and no body for any GET or DELETE', () => {
    for (const { path, params, body, method } of OPERATIONS) {
      assert.match(path, /^\/v1(\/[a-z:_{}-]+)+$/)
      assert.equal(path.includes('{'), params !== undefined, path)
      if (['GET', 'DELETE'].includes(method)) assert.equal(body, undefined, `${method} ${path}`)
    }
  })

  test('has an example for every body, and it is one that works', () => {
    for (const { id, body, example } of OPERATIONS) {
      if (body === undefined) continue
      assert.notEqual(example, undefined, id)
      const parsed = body.safeParse(example)
      assert.ok(parsed.success, `${id}: ${parsed.error?.message}`)
    }
  })

  test('is found by method and path', () => {
    for (const { method, path, id } of OPERATIONS) {
      const route = findRoute(method, path.replace(/\{[a-z_]+\}/g, 'one'))
      assert.ok(!(route instanceof Problem), path)
      assert.equal(route.operation.id, id)
    }
    for (const [method, path, status] of [
      ['PUT', '/v1/orders', 405],
      ['GET', '/v1', 404],
      ['GET', '/v1/orders/', 404],
      ['GET', '/v1/orders//', 404],
      ['GET', '/v1/orders/%ff', 404],
      ['GET', '/v1/orders/%', 404],
      ['GET', '/v1/orders/../status', 404],
      ['GET', '/V1/orders', 404],
      ['GET', '//v1/orders', 404],
      ['GET', '', 404],
      ['TRACE', '/v1/status', 405],
      ['__proto__', '/v1/status', 405],
    ] as const) {
      const route = findRoute(method, path)
      assert.ok(route instanceof Problem, path)
      assert.equal(route.status, status, `${method} ${path}`)
    }
    const named = findRoute('GET', '/v1/orders/client:a%2Fb')
    assert.ok(!(named instanceof Problem))
    assert.deepEqual(named.params, { client_order_id: 'a/b' })
  })
})

describe('the OpenAPI document', () => {
  test('has every operation of the table, and the paths of OpenAI clients', () => {
    assert.equal(document.openapi, '3.1.0')
    for (const { method, path, id } of OPERATIONS)
      assert.equal(document.paths[path]?.[method.toLowerCase()]?.operationId, id)
    for (const path of ['/v1/chat/completions', '/v1/models', '/v1/models/{model}'])
      assert.ok(document.paths[path], path)
  })

  test('refers only to what is there, and to nothing outside itself', () => {
    for (const one of objectsIn(document))
      if (typeof one.$ref === 'string') {
        assert.match(one.$ref, /^#\/components\//)
        assert.notEqual(resolved(one.$ref), undefined, one.$ref)
      }
    assert.ok(!JSON.stringify(document).includes('$defs'))
  })

  test('has the parts that the specification asks of each operation', () => {
    const tags = new Set(document.tags.map(({ name }) => name))
    const ids = new Set<string>()
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        assert.ok(METHODS.includes(method), `${path} ${method}`)
        assert.ok(!ids.has(operation.operationId), operation.operationId)
        ids.add(operation.operationId)
        assert.ok(operation.tags.every((tag) => tags.has(tag)))
        assert.ok(Object.keys(operation.responses).some((status) => status.startsWith('2')))
        const variables = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name)
        const declared = (operation.parameters ?? [])
          .filter((one) => one.in === 'path')
          .map((one) => one.name)
        assert.deepEqual(declared, variables, path)
        for (const one of operation.parameters ?? []) assert.ok('$ref' in one || one.schema !== undefined)
      }
  })

  test('shows shared shapes by name', () => {
    for (const name of ['Order', 'Trade', 'Instrument', 'Problem', 'Balance', 'Mandate', 'Offer', 'Model'])
      assert.equal(document.components.schemas?.[name]?.type, 'object', name)
  })
})

test('the error catalogue has every code once, with a title and a status that clients know', () => {
  const rows = errorCatalogueRows()
  assert.equal(new Set(rows.map(({ code }) => code)).size, rows.length)
  for (const [code, number] of Object.entries(rejects))
    assert.equal(rows.find((row) => row.code === code)?.number, number)
  const known = new Set([400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
  for (const { code, status, title } of rows) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/)
    assert.ok(known.has(status), `${code}: ${status}`)
    assert.match(title, /^[A-Z]/)
  }
})
