import type { RefObject } from 'react'
import { useEffect, useRef } from 'react'
import { BusbarError } from '../../client/problem.ts'
import type { Cell } from '../data/cell.ts'
import { useCell } from '../data/cell.ts'
import { LOCALE } from '../shape/number.ts'
import { Problem } from '../part/problem.tsx'
import type { Run } from './completion.ts'

/** The answer as it is written. */
export function Answer(props: {
  run: Run | null
  text: Cell<string>
  model: string
  place: RefObject<HTMLDivElement | null>
}) {
  const { run } = props
  return (
    <section
      ref={props.place}
      aria-label="Answer"
      className="flex min-h-64 min-w-0 scroll-mt-16 flex-col"
      aria-busy={run?.state === 'streaming'}
    >
      {run === null ? (
        <Beginning model={props.model} />
      ) : (
        <>
          <Words text={props.text} isOpen={run.state === 'sending' || run.state === 'streaming'} />
          <Ending run={run} />
        </>
      )}
    </section>
  )
}

/** Before the first question: what will be seen here, and how a program would ask the same. */
function Beginning(props: { model: string }) {
  const lines = [
    "import OpenAI from 'openai'",
    '',
    `const client = new OpenAI({ baseURL: '${window.location.origin}/v1', apiKey })`,
    'const answer = await client.chat.completions.create({',
    `  model: '${props.model}',`,
    "  messages: [{ role: 'user', content: prompt }],",
    '  stream: true,',
    '})',
  ]
  return (
    <div className="grid min-w-0 grow place-content-center gap-4 p-4 sm:p-8">
      <p className="max-w-[56ch] text-pretty text-dim">
        The answer streams in here. Its supplier, its speed against the grade's limits, its cost and its
        signed receipt appear beside it. A program asks the same with any OpenAI client:
      </p>
      <pre
        className="figures min-w-0 overflow-x-auto border border-line bg-panel p-4 text-xs leading-5 text-dim"
        tabIndex={0}
      >
        {lines.join('\n')}
      </pre>
    </div>
  )
}

function Words(props: { text: Cell<string>; isOpen: boolean }) {
  const text = useCell(props.text)
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Follows the last line, unless the reader has scrolled up to read.
    const place = end.current?.parentElement
    if (place && place.scrollHeight - place.scrollTop - place.clientHeight < 80)
      place.scrollTop = place.scrollHeight
  }, [text])
  return (
    <div className="min-h-0 overflow-y-auto p-4 sm:px-8 sm:py-6 lg:max-h-[calc(100dvh-9rem)]">
      <div className="max-w-[68ch] text-base leading-7 break-words whitespace-pre-wrap" data-testid="answer">
        {text}
        {props.isOpen && (
          <span
            aria-hidden="true"
            className="ml-0.5 inline-block h-4 w-2 translate-y-0.5 animate-pulse bg-copper"
          />
        )}
      </div>
      <div ref={end} />
    </div>
  )
}

const FINISH: Record<string, string> = {
  length: 'Cut at the token limit.',
  content_filter: 'Ended by a content filter.',
  tool_calls: 'Ended with a tool call.',
}

function Ending(props: { run: Run }) {
  const { run } = props
  if (run.state === 'failed')
    return (
      <div className="px-4 pb-4 sm:px-8">
        <Problem error={run.error} />
        {run.error instanceof BusbarError && run.error.status === 402 && <Shortfall error={run.error} />}
        {run.firstTokenMs !== null && (
          <p className="mt-2 text-dim">The answer broke off. You are not charged for it.</p>
        )}
      </div>
    )
  const says =
    run.state === 'stopped' ? 'Stopped. You pay for what had been relayed.' : FINISH[run.finishReason ?? '']
  return says === undefined ? null : <p className="px-4 pb-4 text-dim sm:px-8">{says}</p>
}

function Shortfall(props: { error: BusbarError }) {
  const most = props.error.affordableMaxTokens
  return (
    <p className="mt-2 text-dim">
      {most === undefined || most === 0
        ? 'The account cannot pay for an answer of any length.'
        : `It can pay for up to ${most.toLocaleString(LOCALE)} tokens: set the limit to that and send again.`}
    </p>
  )
}
