// Demand as it was recorded: `npm run bench -- gateway-traces [folder of traces] [seconds]`. First the router alone on a
// conversation trace, in virtual time: how much of a single cache's hits it keeps over four suppliers, and how evenly. Then
// a whole exchange at ten times the recorded speed, with one request in twenty killed: nothing may be left held, and what
// was billed must be what was relayed, to the token.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chance } from '../src/base/chance.ts'
import { oneCacheRate, routeTrace } from '../src/sim/prompt-trace.ts'
import type { TracedPrompt } from '../src/sim/prompt-trace.ts'
import { bundle, gaugeOf, request, start } from './gateway-process.ts'
import type { Target } from './gateway-process.ts'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../shared/data/traces', import.meta.url))
const seconds = Number(process.argv[3] ?? 60)
const SPEED = 10
const SUPPLIERS = 4
const KILLED = 0.05
/** Answers and prompts of the replay are shortened by as much: the machine that replays is not a cluster. */
const SHORTER = 4

type Asked = { atMs: number; inputTokens: number; outputTokens: number }

const file = (name: string) => join(folder, name)
const lines = (name: string) => readFileSync(file(name), 'utf8').trim().split('\n')

/** The router on the trace whose prompts are told as blocks. */
function routeConversations(name: string): void {
  type Row = { timestamp: number; output_length: number; hash_ids: number[] }
  const prompts = lines(name).map((line): TracedPrompt => {
    const { timestamp, output_length, hash_ids } = JSON.parse(line) as Row
    return { atMs: timestamp, outputTokens: output_length, blocks: hash_ids }
  })
  const one = oneCacheRate(prompts)
  const { hitRate, requestSpread, blockSpread } = routeTrace(prompts, SUPPLIERS)
  console.log(`
| ${prompts.length} prompts over ${SUPPLIERS} suppliers | asked | measured |
|---|---|---|
| share of blocks read before, one cache for all | – | ${one.toFixed(3)} |
| … by the router's choice | – | ${hitRate.toFixed(3)} |
| of one cache's hits | ≥ 0.90 | ${(hitRate / one).toFixed(3)} |
| busiest supplier over the mean, requests | ≤ 1.25 | ${requestSpread.toFixed(2)} |
| busiest supplier over the mean, blocks | ≤ 1.25 | ${blockSpread.toFixed(2)} |`)
}

/** The first requests of a trace of arrivals, so many real seconds of them. */
function arrivals(name: string): Asked[] {
  const rows = lines(name).slice(1)
  const began = Date.parse(`${rows[0]?.slice(0, 23).replace(' ', 'T')}Z`)
  return rows
    .map((row) => {
      const [at = '', input = '', output = ''] = row.split(',')
      const atMs = (Date.parse(`${at.slice(0, 23).replace(' ', 'T')}Z`) - began) / SPEED
      const outputTokens = Math.max(1, Math.round(Number(output) / SHORTER))
      return { atMs, inputTokens: Math.max(1, Math.round(Number(input) / SHORTER)), outputTokens }
    })
    .filter(({ atMs }) => atMs < seconds * 1_000)
}

type Sums = { asked: number; whole: number; killed: number; refused: number; tokens: number; due: number }

/** One request of the replay; a killed one hangs up after its first bytes. */
async function ask(
  venue: Target,
  { inputTokens, outputTokens }: Asked,
  kill: boolean,
  sums: Sums,
): Promise<void> {
  const messages = [{ role: 'user', content: ' a'.repeat(inputTokens) }]
  const asked = {
    messages,
    stream: true,
    seed: 2,
    max_tokens: outputTokens,
    stream_options: { include_usage: true },
  }
  sums.asked++
  const { statusCode, body } = await venue.pool.request(request(venue, asked))
  if (statusCode !== 200) {
    await body.text()
    sums.refused++
    return
  }
  let text = ''
  for await (const bytes of body) {
    text += String(bytes)
    if (kill) {
      sums.killed++
      body.destroy()
      return
    }
  }
  const usage = /"completion_tokens":(\d+)/.exec(text)?.[1]
  if (usage === undefined || !text.endsWith('data: [DONE]\n\n')) throw new Error(text.slice(-300))
  sums.whole++
  sums.tokens += Number(usage)
  sums.due += outputTokens
}

async function replay(name: string): Promise<void> {
  const requests = arrivals(name)
  const role = await bundle()
  const supplier = await start(role, 'supplier')
  const venue = await start(role, 'venue', supplier.url)
  const sums: Sums = { asked: 0, whole: 0, killed: 0, refused: 0, tokens: 0, due: 0 }
  const random = chance(17)
  const began = performance.now()
  await Promise.all(
    requests.map(async (one) => {
      const kill = random.fraction() < KILLED
      await new Promise((resolve) => setTimeout(resolve, one.atMs))
      await ask(venue, one, kill, sums).catch((error: unknown) => {
        if (!kill) throw error
      })
    }),
  )
  const took = (performance.now() - began) / 1_000
  let gauge = await gaugeOf(venue)
  for (let i = 0; i < 50 && (gauge.draws ?? 0) > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    gauge = await gaugeOf(venue)
  }
  supplier.stop()
  venue.stop()
  console.log(`
| ${name}, ${SPEED} × the speed, ${took.toFixed(0)} s | asked | measured |
|---|---|---|
| requests: whole, killed, refused | – | ${sums.whole}, ${sums.killed}, ${sums.refused} of ${sums.asked} |
| tokens billed less tokens relayed, whole requests | 0 | ${sums.tokens - sums.due} of ${sums.due} |
| draws still open after the last | 0 | ${gauge.draws} |
| weighted tokens still held of suppliers | 0 | ${gauge.reserved} |`)
  const isClean = sums.tokens === sums.due && gauge.draws === 0 && gauge.reserved === 0
  if (!isClean) process.exitCode = 1
}

const CONVERSATIONS = 'mooncake_conversation_trace.jsonl'
const ARRIVALS = 'AzureLLMInferenceTrace_conv.csv'
if (!existsSync(file(CONVERSATIONS)) || !existsSync(file(ARRIVALS)))
  console.log(`skipped: no traces in ${folder}. They are named in this file and public; give their folder.`)
else {
  routeConversations(CONVERSATIONS)
  await replay(ARRIVALS)
}
process.exit(process.exitCode ?? 0)
