// What a buyer may ask besides, quiet streams and broken ones, on every surface alike.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createParser } from 'eventsource-parser'
import type { Timer } from '../../src/delivery/timer.ts'
import { systemTimer } from '../../src/delivery/timer.ts'
import type { ModeName } from './bad-supplier.ts'
import type { Rig, RigOptions } from './rig.ts'
import { buildRig, QUICK } from './rig.ts'

type Json = Record<string, unknown>
type Surface = {
  path: string
  body: Json
  /** What its error events are called. */
  errorEvent: string | undefined
  /** What only a stream that ended well has. */
  ending: RegExp
}

const model = 'text-prime'
const messages = [{ role: 'user', content: 'What is carried?' }]
/** Every surface names the parameter at fault in the same place. */
const paramOf = ({ error }: Json) => (error as Json).param
const SURFACES: Record<string, Surface> = {
  'chat completions': {
    path: '/v1/chat/completions',
    body: { model, messages },
    errorEvent: undefined,
    ending: /\[DONE\]|"finish_reason":"/,
  },
  responses: {
    path: '/v1/responses',
    body: { model, input: messages },
    errorEvent: 'error',
    ending: /response\.(completed|incomplete)|output_item\.done/,
  },
  messages: {
    path: '/v1/messages',
    body: { model, messages, max_tokens: 100 },
    errorEvent: 'error',
    ending: /message_stop|message_delta/,
  },
  completions: {
    path: '/v1/completions',
    body: { model, prompt: 'What is carried?' },
    errorEvent: undefined,
    ending: /\[DONE\]|"finish_reason":"/,
  },
}

const withRig = async (
  modes: ModeName[],
  act: (rig: Rig) => Promise<void>,
  more: Partial<RigOptions> = {},
) => {
  const rig = await buildRig({ modes, ...more })
  try {
    await act(rig)
    await rig.quiet()
  } finally {
    await rig.close()
  }
}

/** A stream cut at its blank lines: comments stand for themselves, events carry their name and data. */
function piecesOf(text: string): { comment?: string; event?: string | undefined; data?: string }[] {
  assert.ok(text.endsWith('\n\n'), 'nothing is left open')
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((piece) => {
      if (piece.startsWith(':')) return { comment: piece }
      const found: { event: string | undefined; data: string }[] = []
      const parser = createParser({ onEvent: ({ event, data }) => void found.push({ event, data }) })
      parser.feed(`${piece}\n\n`)
      assert.equal(found.length, 1, `one event between two blank lines: ${piece}`)
      return found[0] ?? {}
    })
}

/** Ten quiet seconds pass in a moment; every other time is what it is. */
const hurried: Timer = {
  now: () => systemTimer.now(),
  after: (ms, act) => systemTimer.after(ms === 10_000 ? 40 : ms, act),
}
/** So late that a stream goes quiet, and never too late. */
const PATIENT: Partial<RigOptions> = {
  timer: hurried,
  spec: { ...QUICK, latencyBaseMs: 2_000, throughputFloor: 1 },
}

const TRAITS = [
  { region: 'eu-west', zeroRetention: true, model: null },
  { region: 'us-east', zeroRetention: false, model: null },
]

for (const [name, { path, body, errorEvent, ending }] of Object.entries(SURFACES)) {
  test(`${name}: a buyer chooses by name, place, retention and wait, in the body and in headers`, () =>
    withRig(
      ['ok', 'ok'],
      async (rig) => {
        const server = async (more: Json, headers: Record<string, string> = {}) => {
          const response = await rig.askAt(path, { ...body, ...more }, headers)
          assert.equal(response.status, 200, await response.clone().text())
          return response.headers.get('x-busbar-supplier')
        }
        for (const [provider, headers, expected] of [
          [{ only: ['supplier-1'] }, { 'x-busbar-only': 'supplier-1' }, 'supplier-1'],
          [{ ignore: ['supplier-1'] }, { 'x-busbar-ignore': 'supplier-1' }, 'supplier-0'],
          [{ region: 'us' }, { 'x-busbar-region': 'us' }, 'supplier-1'],
          [{ zdr: true }, { 'x-busbar-zdr': 'true' }, 'supplier-0'],
        ] as const) {
          assert.equal(await server({ provider }), expected)
          assert.equal(await server({}, headers), expected)
        }
        await server({ provider: { max_latency_ms: 60_000 } })
        const drawn = rig.all('draw.opened').length
        for (const [provider, refused] of [
          [{ region: 'asia' }, 'provider.region'],
          [{ only: ['nobody'] }, 'provider.only'],
          [{ max_latency_ms: 0 }, 'provider.max_latency_ms'],
          [{ order: ['supplier-0'] }, 'provider.order'],
        ] as const) {
          const response = await rig.askAt(path, { ...body, provider })
          assert.equal(response.status, 400)
          assert.equal(paramOf((await response.json()) as Json), refused)
        }
        assert.equal(rig.all('draw.opened').length, drawn, 'what is refused draws nothing')
      },
      { traits: TRAITS },
    ))

  test(`${name}: an atomic answer says nothing until it is whole, and is made good elsewhere until then`, () =>
    withRig(['finMid', 'ok'], async (rig) => {
      for (let i = 0; i < 3; i++) {
        const response = await rig.askAt(path, { ...body, stream: true }, { prefer: 'busbar-atomic' })
        assert.equal(response.headers.get('preference-applied'), 'busbar-atomic')
        const text = await response.text()
        assert.match(text, ending)
        assert.ok(!text.includes('"error":{'), text)
      }
      const [broken, good] = rig.suppliers
      assert.ok(broken && good && broken.calls > 0, 'the one that breaks off was called')
      good.mode = 'finMid'
      broken.mode = 'finMid'
      const nobody = await rig.askAt(path, { ...body, stream: true }, { prefer: 'busbar-atomic' })
      assert.ok(nobody.status >= 502, 'an error has its status')
      assert.match(nobody.headers.get('content-type') ?? '', /application\/json/)
      await nobody.text()
    }))

  test(`${name}: a quiet stream is kept open by comments between events, also before the answer`, () =>
    withRig(
      ['slowAll'],
      async (rig) => {
        const pieces = piecesOf(await (await rig.askAt(path, { ...body, stream: true })).text())
        const isBeat = ({ comment, event }: (typeof pieces)[number]) =>
          comment !== undefined || event === 'ping'
        const first = pieces.findIndex((piece) => !isBeat(piece))
        assert.ok(first >= 2, 'before the answer')
        assert.ok(pieces.slice(0, first).every(({ comment }) => comment === ': keep-alive'))
        assert.ok(pieces.slice(first).filter(isBeat).length >= 2, 'within it')
        if (name === 'messages')
          assert.ok(
            pieces.slice(first).some(({ event }) => event === 'ping'),
            'Messages that have begun tell a ping',
          )
        for (const { data } of pieces.filter((piece) => !isBeat(piece)))
          if (data !== undefined && data !== '[DONE]') JSON.parse(data)
        const whole = await (await rig.askAt(path, body)).text()
        assert.ok(
          !whole.includes('keep-alive') && !whole.includes('ping'),
          'an answer that is no stream has none',
        )
        JSON.parse(whole)
      },
      PATIENT,
    ))

  test(`${name}: a failure after the first words is one error event, and no ending that looks well`, async () => {
    for (const mode of ['finMid', 'errorMid', 'malformedMid'] as const)
      await withRig([mode], async (rig) => {
        const response = await rig.askAt(path, { ...body, stream: true })
        assert.equal(response.status, 200)
        const text = await response.text()
        const pieces = piecesOf(text)
        assert.ok(!ending.test(text), text)
        const errors = pieces.filter(({ data }) => data?.includes('"error":{'))
        assert.equal(errors.length, 1)
        const last = pieces.at(-1)
        assert.equal(last, errors[0], 'it is the last word')
        assert.equal(last?.event, errorEvent)
        const { error } = JSON.parse(last?.data ?? '') as { error: Json }
        assert.equal(error.code, 'supplier_failed')
        assert.ok(!text.includes('secret'), 'nothing of what the supplier said of it')
        await rig.quiet()
        assert.equal(rig.all('draw.settled').length, 0)
        assert.equal(rig.all('draw.failed').length, 1, 'and nothing is charged')
      })
  })
}
