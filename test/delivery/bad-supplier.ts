// A supplier's endpoint over real HTTP that misbehaves on request: each mode is one way in which models fail.
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { chance } from '../../src/base/chance.ts'
import { answerItem } from '../../src/mimic/answer.ts'
import { answerBrief } from '../../src/mimic/notice.ts'

type Request = {
  body: Record<string, unknown>
  headers: IncomingHttpHeaders
  res: ServerResponse
  socket: Socket
}
export type Mode = (request: Request) => void | Promise<void>

export const WORDS = ['The', ' bus', 'bar', ' carries', ' what', ' generators', ' make', '.']
export const TEXT = WORDS.join('')

type Choice = { delta?: unknown; finish_reason?: string | null; index?: number; [field: string]: unknown }
export const chunk = (choice: Choice, rest: object = {}): string =>
  JSON.stringify({
    id: 'chatcmpl-theirs',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'secret-model-70b',
    choices: [{ index: 0, finish_reason: null, ...choice }],
    ...rest,
  })

export const say = (content: string): string => `data: ${chunk({ delta: { content } })}\n\n`
export const stop = (reason = 'stop'): string => `data: ${chunk({ delta: {}, finish_reason: reason })}\n\n`
export const usage = (prompt_tokens: unknown, completion_tokens: unknown): string =>
  `data: ${JSON.stringify({ id: 'x', choices: [], usage: { prompt_tokens, completion_tokens } })}\n\n`
const DONE = 'data: [DONE]\n\n'
const EVENTS = { 'content-type': 'text/event-stream' }
const whole = (words = WORDS): string => words.map(say).join('') + stop() + usage(10, words.length) + DONE

const begin = (res: ServerResponse, headers: Record<string, string> = {}) =>
  res.writeHead(200, { ...EVENTS, ...headers })
const send =
  (text: string, headers: Record<string, string> = {}): Mode =>
  ({ res }) => {
    begin(res, headers).end(text)
  }
const status =
  (
    code: number,
    headers: Record<string, string> = {},
    body = '{"error":{"message":"secret reason"}}',
  ): Mode =>
  ({ res }) => {
    res.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body)
  }
const raw =
  (text: string): Mode =>
  ({ socket }) => {
    socket.end(text)
  }
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n'
const answered = (body: string): string => `${HEAD}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const chunked = (body: string, isLast = true): string =>
  `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n${isLast ? '0\r\n\r\n' : ''}`
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Sends each part in a segment of its own. */
async function inParts(res: ServerResponse, parts: (string | Buffer)[], ms = 5): Promise<void> {
  for (const part of parts) {
    if (res.destroyed) return
    res.write(part)
    await pause(ms)
  }
}

/** Gives the first half of an answer and then lets `end` decide. */
const half =
  (end: (request: Request) => void): Mode =>
  async (request) => {
    begin(request.res)
    await inParts(request.res, WORDS.slice(0, 4).map(say))
    end(request)
  }

const head = (name: string, args: string) => ({
  index: 0,
  id: 'call_1',
  type: 'function',
  function: { name, arguments: args },
})
const part = (args: string) => ({ index: 0, function: { arguments: args } })

/** A whole answer that calls a tool. */
const calls = (name: string, args: string): string =>
  `data: ${chunk({ delta: { tool_calls: [head(name, args)] } })}\n\n${stop('tool_calls')}${DONE}`

const LOGPROBS = {
  content: [
    { token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [{ token: 'Hi', logprob: -0.1 }], evil: 1 },
  ],
}

/** What a sample model of an ability answers. */
function mimicked(body: Record<string, unknown>, ability: number): string {
  const prompt = (body.messages as { content: string }[]).at(-1)?.content ?? ''
  const luck = chance(prompt.length)
  return answerBrief(prompt, ability, luck) ?? answerItem(prompt, ability, luck) ?? 'Hi'
}

export const modes = {
  ok: send(whole()),
  paced: async ({ res }) => {
    begin(res)
    await inParts(res, [...WORDS.map(say), stop(), DONE], 10)
    res.end()
  },
  byPrompt: ({ res, body }) => {
    if (JSON.stringify(body.messages).includes('fail')) res.writeHead(500).end()
    else begin(res).end(whole())
  },
  able: ({ res, body }) => void begin(res).end(say(mimicked(body, 50)) + stop() + DONE),
  unable: ({ res, body }) => void begin(res).end(say(mimicked(body, -50)) + stop() + DONE),
  scripted: async ({ res, body, socket }) => {
    const [{ content }] = body.messages as [{ content: string }]
    const { pieces, end } = JSON.parse(content) as { pieces: Record<string, unknown>[]; end: string }
    begin(res)
    for (const { tool, ...delta } of pieces) {
      if (res.destroyed) return
      const { name, arguments: args, index } = (tool ?? {}) as Record<string, unknown>
      const called = [{ index, ...(name ? { id: 'call_1' } : {}), function: { name, arguments: args } }]
      res.write(`data: ${chunk({ delta: tool ? { tool_calls: called } : delta })}\n\n`)
      if (end === 'linger') await pause(2)
    }
    const hasTool = pieces.some(({ tool }) => tool)
    if (end === 'stop') res.end(stop(hasTool ? 'tool_calls' : 'stop') + DONE)
    else if (end === 'rst') socket.resetAndDestroy()
  },
  unhurried: async ({ res }) => {
    begin(res)
    await inParts(res, [...WORDS.map(say), stop(), usage(10, WORDS.length)])
    res.end(DONE)
  },
  inflated: send(WORDS.map(say).join('') + stop() + usage(12, WORDS.length * 3) + DONE),
  slowFirst: async ({ res }) => {
    await pause(80)
    begin(res).end(whole())
  },
  slowAll: async ({ res }) => {
    await pause(130)
    begin(res)
    await inParts(res, [say('The'), say(' bus')], 130)
    res.end(whole(['bar.']))
  },
  crlf: send(whole().replaceAll('\n', '\r\n')),
  comments: send(`: hello\n\n${whole().replaceAll('data:', ': processing\ndata:')}`),
  strangeFields: send(`retry: 1\nid: 9\nevent: message\n${whole()}`),
  byteSplit: async ({ res }) => {
    begin(res)
    for (const byte of Buffer.from(say('Grüße ') + say('日本 🚌') + stop() + DONE)) {
      res.write(Buffer.from([byte]))
      await new Promise(setImmediate)
    }
    res.end()
  },
  multiLineData: send(
    `data: ${chunk({ delta: { content: TEXT } }).replace(',', ',\ndata: ')}\n\n${stop()}${DONE}`,
  ),
  noDone: send(WORDS.map(say).join('') + stop()),
  noDoneHangs: ({ res }) => {
    begin(res).write(WORDS.map(say).join('') + stop())
  },
  wholeJson: ({ res }) => {
    const choices = [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }]
    res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ choices, usage: { prompt_tokens: 1 } }))
  },
  reasoning: send(`data: ${chunk({ delta: { reasoning_content: 'Let me think.' } })}\n\n${whole()}`),
  toolCall: send(
    `data: ${chunk({ delta: { tool_calls: [head('weather', '')] } })}\n\n` +
      `data: ${chunk({ delta: { tool_calls: [part('{"city":')] } })}\n\n` +
      `data: ${chunk({ delta: { tool_calls: [part('"Oslo"}')] } })}\n\n${stop('tool_calls')}${DONE}`,
  ),
  toolBadArguments: send(calls('weather', '{"town":1}')),
  toolUnknown: send(calls('rm', '{}')),
  json: send(say('{"city":"Oslo",') + say('"degrees":4}') + stop() + DONE),
  notJson: send(say('Sure! Here is your JSON:') + stop() + DONE),
  refusal: send(`data: ${chunk({ delta: { refusal: 'I cannot help with that.' } })}\n\n${stop()}${DONE}`),
  logprobs: send(`data: ${chunk({ delta: { content: 'Hi' }, logprobs: LOGPROBS })}\n\n${stop()}${DONE}`),

  s400: status(400),
  s401: status(401),
  s404: status(404),
  s429: status(429, { 'retry-after': '7' }),
  s429Late: async (request) => {
    await pause(350)
    await status(429)(request)
  },
  s429Absurd: status(429, { 'retry-after': '99999999' }),
  s500: status(500),
  s503: status(503),
  s204: ({ res }) => void res.writeHead(204).end(),
  html: ({ res }) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Gateway</h1>'),
  html502: ({ res }) => void res.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad</h1>'),
  redirect: status(307, { location: 'http://127.0.0.1:1/v1/chat/completions' }),
  okWithError: send(`data: {"error":{"message":"secret reason","code":500}}\n\n`),
  gzip: send('\u001f\u008b', { 'content-encoding': 'gzip' }),
  upgrade: raw('HTTP/1.1 101 Switching Protocols\r\nupgrade: foo\r\nconnection: upgrade\r\n\r\n'),
  endless100: async ({ socket }) => {
    while (!socket.destroyed) {
      socket.write('HTTP/1.1 102 Processing\r\n\r\n')
      await pause(20)
    }
  },
  // On the wire: a second answer behind the first, lengths that lie or contradict, chunks and headers that are none.
  smuggled: raw(`${answered(whole())}${answered(say('ghost') + stop() + DONE)}`),
  bothLengths: raw(
    `${HEAD}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${chunked(whole())}${answered(say('ghost'))}`,
  ),
  shortLength: raw(`${HEAD}content-length: 100000\r\n\r\n${say('The')}`),
  badChunk: raw(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunked(say('The'), false)}zz\r\nnonsense\r\n`),
  splitHeader: raw(`${HEAD}x-bad: a\nb: c\r\n d\x01\r\n\r\n${whole()}`),
  manyHeaders: raw(`${HEAD}${'x-h: y\r\n'.repeat(5_000)}\r\n${whole()}`),
  bigHeader: ({ res }) => void begin(res, { 'x-big': 'x'.repeat(20_000) }).end(whole()),
  hangBeforeHeaders: () => {},
  hangAfterHeaders: ({ res }) => {
    begin(res).flushHeaders()
  },
  onlyComments: async ({ res }) => {
    begin(res)
    while (!res.destroyed) {
      res.write(': still here\n\n')
      await pause(30)
    }
  },
  emptyDeltas: async ({ res }) => {
    begin(res)
    while (!res.destroyed) {
      res.write(say(''))
      await pause(30)
    }
  },
  rstBefore: ({ socket }) => void socket.resetAndDestroy(),
  finBefore: ({ socket }) => void socket.end(),
  empty: send(stop() + DONE),
  doneOnly: send(DONE),
  contentFilter: send(say('No') + stop('content_filter') + DONE),

  rstMid: half(({ socket }) => void socket.resetAndDestroy()),
  finMid: half(({ res }) => void res.end()),
  cutJson: half(({ res }) => void res.end('data: {"choices":[{"index":0,"del')),
  malformedMid: half(({ res }) => void res.end('data: {"choices":[{]}\n\n')),
  wrongTypeMid: half(
    ({ res }) => void res.end(`data: ${chunk({ delta: { content: 42 } })}\n\n${stop()}${DONE}`),
  ),
  nullChoicesMid: half(({ res }) => void res.end(`data: {"choices":null}\n\n${stop()}${DONE}`)),
  errorMid: half(({ res }) => void res.end('data: {"error":{"message":"secret reason"}}\n\n')),
  unknownFinish: half(({ res }) => void res.end(stop('melted') + DONE)),
  hangMid: half(() => {}),
  dripMid: async ({ res }) => {
    begin(res)
    while (!res.destroyed) {
      res.write(say('a'))
      await pause(150)
    }
  },
  hugeLineMid: half(async ({ res }) => {
    res.write('data: {"choices":[{"index":0,"delta":{"content":"')
    for (let i = 0; i < 160 && !res.destroyed; i++) {
      if (!res.write('x'.repeat(65_536))) await pause(1)
    }
    res.end('"}}]}\n\n')
  }),
  deepJson: half(({ res }) => void res.end(`data: ${'['.repeat(100_000)}\n\n`)),

  /** Slow at first, so that a buyer can hang up after a few events; then as fast as it goes. */
  endless: async ({ res }) => {
    begin(res)
    for (let i = 0; !res.destroyed; i++) {
      res.write(i < 200 ? say(' word') : say(' word').repeat(20))
      await pause(1)
    }
  },
  /** Few tokens and many bytes: what stands in the way of a buyer that does not read. */
  firehose: async ({ res }) => {
    begin(res)
    const top_logprobs = Array.from({ length: 20 }, () => ({ token: 'x'.repeat(2_000), logprob: -1 }))
    const logprobs = { content: [{ token: ' word', logprob: -1, top_logprobs }] }
    const block = `data: ${chunk({ delta: { content: ' word' }, logprobs })}\n\n`
    while (!res.destroyed) {
      res.write(block)
      await pause(res.writableNeedDrain ? 5 : 0)
    }
  },
  overrun: send(Array.from({ length: 400 }, (_, i) => say(` word${i}`)).join('') + stop() + DONE),
  overrunInOne: send(say(' many words'.repeat(400)) + stop() + DONE),
  extraChoices: send(
    WORDS.map((word) => say(word) + `data: ${chunk({ index: 1, delta: { content: 'other' } })}\n\n`).join(
      '',
    ) +
      stop() +
      DONE,
  ),
  afterDone: send(whole() + say('ghost') + DONE),
  injected: send(say('\n\ndata: {"choices":[]}\n\nevent: x\n\ndata: [DONE]\n\n') + stop() + DONE),
  usageTenfold: send(WORDS.map(say).join('') + stop() + usage(1_000_000, 80_000) + DONE),
  usageAbsurd: send(WORDS.map(say).join('') + stop() + usage('1e999', -5) + DONE),
  leakProbe: ({ headers, body, res }) => {
    begin(res, { 'set-cookie': 'a=b', 'x-request-id': 'theirs', 'access-control-allow-origin': '*' })
    res.end(say(JSON.stringify({ headers, body })) + stop() + DONE)
  },
} satisfies Record<string, Mode>

export type ModeName = keyof typeof modes

export type BadSupplier = {
  baseUrl: string
  mode: ModeName
  calls: number
  /** When the caller hung up, by `performance.now()`; 0 if it never did. */
  hungUpAt: number
  close(): Promise<void>
}

export async function badSupplier(mode: ModeName): Promise<BadSupplier> {
  const server = createServer({ maxHeaderSize: 65_536 }, (req, res) => {
    const parts: Buffer[] = []
    req.on('data', (bytes: Buffer) => parts.push(bytes))
    req.on('end', () => {
      supplier.calls++
      const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>
      res.on('close', () => {
        if (!res.writableFinished) supplier.hungUpAt = performance.now()
      })
      void modes[supplier.mode]({ body, headers: req.headers, res, socket: req.socket })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const supplier: BadSupplier = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    mode,
    calls: 0,
    hungUpAt: 0,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return supplier
}
