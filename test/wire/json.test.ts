import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FOREIGN, readJson, readJsonText } from '../../src/wire/json.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const raw = (...values: number[]): Uint8Array => Uint8Array.from(values)
const says = (text: string) => readJson(bytes(text))

/** The pointer and the reason of a refusal. */
function faultOf(input: string | Uint8Array): { pointer: string; detail: string } {
  const read = typeof input === 'string' ? says(input) : readJson(input)
  assert.ok(!read.ok, `accepted: ${String(input)}`)
  return { pointer: read.pointer, detail: read.detail }
}

// Texts that every reader of JSON must accept, in the manner of the `y_` files of JSONTestSuite.
const ACCEPTED = [
  '[]',
  '{}',
  ' [] ',
  '[[]   ]',
  '[""]',
  '[null]',
  '[1,null,null,null,2]',
  '[1]',
  '[ 4]',
  '[-0]',
  '[-1]',
  '[0]',
  '[123.456]',
  '[-123]',
  '[123.456789]',
  '[true]',
  '[false]',
  'null',
  'true',
  'false',
  '42',
  '-0.1',
  '""',
  '"asd"',
  '" "',
  '{"asd":"sdf"}',
  '{"asd":"sdf", "dfg":"fgh"}',
  '{"":0}',
  '{"a":[]}',
  '{\n"a": "b"\n}',
  '["\\u0060\\u012a\\u12AB"]',
  '["\\uD801\\udc37"]',
  '["\\ud83d\\ude39\\ud83d\\udc8d"]',
  '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["\\\\u0000"]',
  '["\\""]',
  '["a/*b*/c/*d//e"]',
  '["\\\\a"]',
  '["\\\\n"]',
  '["\\u0012"]',
  '["\\uFFFF"]',
  '["asd"]',
  '[ "asd"]',
  '["\\uDBFF\\uDFFF"]',
  '["new\\u00A0line"]',
  '["\u{10FFFF}"]',
  '["\u{FFFF}"]',
  '["\\u0000"]',
  '["\\u002c"]',
  '["π"]',
  '["\u{1BFFF}"]',
  '["asd "]',
  '["\\uDBFF\\uDFFE"]',
  '["\u2028\u2029"]',
  '["\\u0821"]',
  '["\\u0123"]',
  '["€𝄞"]',
  '["\x7f"]',
  '["\\u22FE"]',
  '["\\u005C"]',
  '["⍂㈴⍂"]',
  '["\\u200B"]',
  '["\\u2064"]',
  '["\\uFDD0"]',
  '["\\u0022"]',
  '[\n1]',
  '[\r\n\t1\n]',
  '{"title":"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430"}',
  '{"min": -1.0, "max": 1.0}',
  '{"x":[{"id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}], "id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}',
]

// Texts that none may accept, in the manner of its `n_` files.
const REFUSED = [
  '',
  ' ',
  '[',
  ']',
  '{',
  '}',
  '[[',
  ']]',
  '[}',
  '{]',
  '[1,]',
  '[1,,2]',
  '[,1]',
  '[,]',
  '["x"',
  '["x"]]',
  '["": 1]',
  '[1 true]',
  '[a]',
  '["a" "b"]',
  '[1:2]',
  '[3[4]]',
  '[*]',
  '[1,\n1\n,1',
  '[   , ""]',
  '[""',
  '["",]',
  '[\n',
  '[1\u000c]',
  '[x',
  '[nul]',
  '[tru]',
  '[fals]',
  '[truth]',
  '[True]',
  '[NULL]',
  'nan',
  'NaN',
  'Infinity',
  '-Infinity',
  '[-NaN]',
  '[++1234]',
  '[+1]',
  '[+Inf]',
  '[-01]',
  '[-1.0.]',
  '[-2.]',
  '[.-1]',
  '[.2e-3]',
  '[0.1.2]',
  '[0.]',
  '[0.e1]',
  '[012]',
  '[-012]',
  '[0x1]',
  '[0x42]',
  '[1 000.0]',
  '[1_000]',
  '[1eE2]',
  '[2.e3]',
  '[2.e+3]',
  '[9.e+]',
  '[1+2]',
  '[-]',
  '[- 1]',
  '[-foo]',
  '[-.123]',
  '[-1x]',
  '[1.8011670033376514H-308]',
  '[1.2a-3]',
  '[1ea]',
  '[1]x',
  '[\uff11]',
  '[-123foo]',
  '[-Inf]',
  '["x", truth]',
  '{"x", null}',
  '{"x"::"b"}',
  '{[: "x"}\n',
  '{1:1}',
  "{key: 'value'}",
  "{'a':0}",
  '{a: "b"}',
  '{"a":"b"}/**/',
  '{"a":"b"}#',
  '{"a":"b"}//',
  '/*c*/{}',
  '{"a":/*comment*/"b"}',
  '{"a":"b",,"c":"d"}',
  '{"a" "b"}',
  '{"a":"a" 123}',
  '{"id":0,}',
  '{"id":0,,,,,}',
  '{"a":',
  '{"a"',
  '{"a',
  '{"a":"b"}}',
  '{"a": true} "x"',
  '{null:null,null:null}',
  '{,}',
  '{:"b"}',
  '{"a"b"}',
  '{ "foo" : "bar", "a" }',
  '{9999E9999:1}',
  '{"💩" 1}',
  '["\\uD800\\"]',
  '["\\uD800\\u"]',
  '["\\uD800\\u1"]',
  '["\\uD800\\u1x"]',
  '[\u00e9]',
  '["\\x00"]',
  '["\\\\\\"]',
  '["\\\t"]',
  '["\\🌀"]',
  '["\\"]',
  '["\\u00A"]',
  '["\\uD834\\uDd"]',
  '["\\uD800\\uD800\\x"]',
  '["\\a"]',
  '["\\uqqqq"]',
  '["\\u{41}"]',
  '["\\',
  '["\\u',
  '["\\u0',
  '["new\nline"]',
  '["\t"]',
  '["\u0000"]',
  '["\u001f"]',
  '"\\UA66D"',
  'abc',
  '"',
  "'x'",
  '<.>',
  '[<null>]',
  '*',
  '?',
  '#',
  '{"a":"b"',
  '1]',
  '[1]]',
  '[]x',
  '1 1',
  '"a" "b"',
  '[\u2060]',
  '\u2060',
  'å',
  'aå',
  '⁁',
  '{"asd":"asd"',
  '[True]',
  '[\u00a01]',
  '\u00a0[]',
  '[1,2',
  '{"a":1',
  '[\\u000A""]',
  '[", "]"',
  '["asd]',
  "'",
  '--1',
  '1-',
  '1-1',
  '0 1',
  '[][]',
  '{}{}',
  '[]{}',
]

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

test('what is JSON is read as JSON.parse reads it', () => {
  for (const text of ACCEPTED) {
    const read = says(text)
    assert.ok(read.ok, `${text}: ${read.ok ? '' : read.detail}`)
    assert.deepEqual(read.value, JSON.parse(text), text)
  }
})

test('what is not JSON is refused with a reason', () => {
  for (const text of REFUSED) assert.notEqual(faultOf(text).detail, '', text)
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
