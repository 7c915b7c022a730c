// Answers of every kind graded, and programs that try everything that a program must not be able to do.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createGrader } from '../../src/assay/grader.ts'
import { createSandbox } from '../../src/assay/sandbox.ts'
import { chance } from '../../src/base/chance.ts'
import type { Item } from '../../src/pool/item.ts'
import { TEMPLATES } from '../../src/pool/item-pool.ts'

const grader = createGrader()
const sandbox = createSandbox()
after(async () => {
  await grader.close()
  await sandbox.close()
})

const base = { template: 't', level: 0, prompt: '', answer: '' }
const double: Item = {
  ...base,
  kind: 'program',
  entry: 'double',
  cases: [
    { args: [[1, 2]], returns: [2, 4] },
    { args: [[]], returns: [] },
  ],
}

/** What a program makes of itself, as the text that `found()` returns. */
const tells = async (expression: string): Promise<string | null> => {
  const source = `function found() { try { return String(${expression}) } catch (error) { return 'threw ' + error.name } }`
  const [result = null] = await sandbox.run({ source, entry: 'found', calls: ['[]'] })
  return result === null ? null : (JSON.parse(result) as string)
}

test('a function passes that returns what every case asks, in the dress that models put on it', async () => {
  const code = 'function double(values) {\n  return values.map((n) => n * 2)\n}'
  for (const reply of [
    code,
    `\`\`\`js\n${code}\n\`\`\``,
    `Here it is:\n\n\`\`\`javascript\n${code}\n\`\`\`\nIt maps over the list.`,
    `<think>easy</think>\n${code}`,
    `export ${code}`,
    'const double = (values) => values.map((n) => n + n)',
  ])
    assert.ok(await grader.passes(double, reply), reply)
  for (const reply of [
    '',
    'no',
    'function other(values) { return values }',
    'function double(values) { return values.map((n) => n * 3) }',
    'function double(values) { return [2, 4] }',
    'function double(values) { throw new Error() }',
    'function double(values) { return values.map((n) => n * 2) ',
    'async function double(values) { return values.map((n) => n * 2) }',
    'function double() { return { toJSON: () => undefined } }',
    'function double(v) { let n = []; for (let i = 0; i < 9000; i++) n = [n]; return n }',
  ])
    assert.ok(!(await grader.passes(double, reply)), reply)
})

test('an answer passes that satisfies the schema, whichever it is', async () => {
  const schema = {
    type: 'object',
    properties: {
      n: { type: 'integer', multipleOf: 7, minimum: 20 },
      code: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{3}$' },
    },
    required: ['n', 'code'],
    additionalProperties: false,
  }
  const item: Item = { ...base, kind: 'schema', schema }
  for (const reply of ['{"n":21,"code":"AB-123"}', '```json\n{ "code": "ZZ-000", "n": 70 }\n```'])
    assert.ok(await grader.passes(item, reply), reply)
  for (const reply of [
    '',
    '{"n":22,"code":"AB-123"}',
    '{"n":21}',
    '{"n":21,"code":"ab-123"}',
    '{"n":21,"code":"AB-123","x":1}',
  ])
    assert.ok(!(await grader.passes(item, reply)), reply)
  assert.ok(!(await grader.passes(item, '['.repeat(100_000))))
})

test('programs and forms of the pool: what they ask is not what a careless answer gives', async () => {
  for (const template of TEMPLATES.filter(({ name }) => /program|form/.test(name)))
    for (let level = 0; level < template.levels; level++) {
      const item = { template: template.name, level, ...template.make(chance(level), level) }
      assert.ok(await grader.passes(item, item.answer))
      assert.ok(!(await grader.passes(item, item.answer.replace('{', '{ return 7;'))), item.answer)
    }
})

test('a program has the language and nothing of the machine: no files, processes, modules or timers', async () => {
  for (const name of [
    'process',
    'require',
    'module',
    'fetch',
    'WebSocket',
    'setTimeout',
    'Deno',
    'Bun',
    'std',
    'os',
  ])
    assert.equal(await tells(`typeof ${name}`), 'undefined', name)
  assert.equal(await tells("new Function('return typeof process + typeof require')()"), 'undefinedundefined')
  assert.equal(await tells("(0, eval)('typeof globalThis.process')"), 'undefined')
  assert.equal(await tells("[].constructor.constructor('return this')() === globalThis"), 'true')
  assert.equal(
    await tells("new Function('return this')().constructor.constructor('return process')()"),
    'threw ReferenceError',
  )
  for (const module of [
    'fs',
    'node:fs',
    'child_process',
    'net',
    '/etc/passwd',
    'file:///etc/passwd',
    './sandbox.ts',
  ]) {
    const source = `let told = 'nothing'; import(${JSON.stringify(module)}).then(() => { told = 'loaded' }, () => {}); const found = () => told`
    const [result] = await sandbox.run({ source, entry: 'found', calls: ['[]', '[]'] })
    assert.ok(result === '"nothing"' || result === null, `${module}: ${result}`)
  }
  const [imported] = await sandbox.run({
    source: "import fs from 'fs'; const found = () => 1",
    entry: 'found',
    calls: ['[]'],
  })
  assert.equal(imported, null)
})

test('a program cannot reach a server that listens beside it', async (t) => {
  let reached = 0
  const server = createServer((_, response) => {
    reached++
    response.end('here')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  assert.equal((await (await fetch(url)).text()) === 'here' && reached, 1)
  for (const attempt of [`fetch('${url}')`, `import('${url}')`, `new XMLHttpRequest().open('GET', '${url}')`])
    await sandbox.run({ source: `const found = () => ${attempt}`, entry: 'found', calls: ['[]'] })
  assert.equal(reached, 1)
})

test('a program that loops, eats memory, recurses or backtracks for ever is ended, and the next one runs', async () => {
  for (const source of [
    'while (true) {}',
    'function found() { while (true) {} }',
    'function found() { for (const all = []; ; ) all.push(new Array(10000).fill(all)) }',
    'function found() { return "x".repeat(2 ** 30) }',
    'function found() { const s = ["x"]; for (;;) s.push(s.join("")) }',
    'function found() { return new ArrayBuffer(2 ** 31 - 1).byteLength }',
    'function found() { return found() }',
    'function found() { return /(a+)+$/.test("a".repeat(50) + "b") }',
    'function found() { return (10n ** 1000000n ** 3n).toString() }',
    'async function found() { for (;;) await 0 } found()',
    'class Found { get [Symbol.toPrimitive]() { for (;;); } } const found = () => `${new Found()}`',
    'JSON.stringify = () => { for (;;); }; function found() { return 1 }',
  ]) {
    const before = performance.now()
    const results = await sandbox.run({ source, entry: 'found', calls: ['[]'] })
    assert.ok(results[0] === null || results[0] === '{}', `${source} -> ${results[0]?.slice(0, 40)}`)
    assert.ok(performance.now() - before < 15_000, source)
  }
  assert.equal(await tells('6 * 7'), '42')
  assert.ok(process.memoryUsage().rss < 1_500 * 1024 * 1024)
})

test('one program leaves nothing behind for the next', async () => {
  const source = 'globalThis.left = 1; Array.prototype.map = () => [2, 4]; const found = () => 1'
  await sandbox.run({ source, entry: 'found', calls: ['[]'] })
  assert.equal(await tells('typeof left + [1].map((n) => n + 1)'), 'undefined2')
})

test('a program longer than any that was asked for is not run', async () => {
  const source = `const found = () => 1 //${'x'.repeat(20_000)}`
  assert.deepEqual(await sandbox.run({ source, entry: 'found', calls: ['[]'] }), [null])
})
