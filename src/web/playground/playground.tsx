import { useRef, useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { Answer } from './answer.tsx'
import type { Completion } from './completion.ts'
import { createCompletion } from './completion.ts'
import { DeliveryFacts } from './delivery-facts.tsx'
import { QuestionForm } from './question-form.tsx'

/** Width from which question and answer stand side by side. */
const SIDE_BY_SIDE = 1024

/** Sends one prompt through the exchange and shows what came, from whom, how fast, and for how much. */
export function Playground(all: { instruments: readonly InstrumentOut[]; model: string | null }) {
  // Vectors are nothing to read.
  const props = { ...all, instruments: all.instruments.filter(({ spec }) => spec.vectors === undefined) }
  const { client } = useExchange()
  const [completion, setCompletion] = useState<{ of: typeof client; made: Completion }>(() => ({
    of: client,
    made: createCompletion(client),
  }))
  // Another key is another client; what was asked with the old one is let go.
  if (completion.of !== client) setCompletion({ of: client, made: createCompletion(client) })
  const { run, text, start, stop } = completion.made
  const current = useCell(run)
  const answer = useRef<HTMLDivElement>(null)
  const [model, setModel] = useState(() => startingModel(props))
  const isBusy = current?.state === 'sending' || current?.state === 'streaming'
  return (
    <div
      className="grid min-w-0 grow content-start lg:grid-cols-[22rem_minmax(0,1fr)_22rem] lg:content-stretch"
      data-testid="playground"
    >
      <QuestionForm
        instruments={props.instruments}
        model={model}
        onModel={setModel}
        isBusy={isBusy}
        onAsk={(question) => {
          start(question)
          // On a phone the answer stands below the question.
          if (window.innerWidth < SIDE_BY_SIDE)
            answer.current?.scrollIntoView({ block: 'start', behavior: 'smooth' })
        }}
        onStop={stop}
      />
      <Answer run={current} text={text} model={model} place={answer} />
      <DeliveryFacts
        run={current}
        instrument={props.instruments.find((one) => one.model === (current?.question.model ?? model))}
      />
    </div>
  )
}

/** The grade of the address, else the second listed, else the first. */
function startingModel(props: { instruments: readonly InstrumentOut[]; model: string | null }): string {
  const { instruments, model } = props
  const start = instruments.find((one) => one.model === model) ?? instruments[1] ?? instruments[0]
  return start?.model ?? ''
}
