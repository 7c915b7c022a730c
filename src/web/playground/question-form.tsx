import { useId, useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { useAccount } from '../data/queries.ts'
import { Button } from '../part/button.tsx'
import { marketPath } from '../route.ts'
import { duration } from '../shape/clock.ts'
import { cents, grouped, trimmed } from '../shape/number.ts'
import { SignIn } from '../shell/sign-in.tsx'
import type { Question } from './completion.ts'

const EXAMPLE =
  'Explain in three short paragraphs why electricity is traded in units of delivery, not of power plants.'
const MOST_TOKENS = 400

/** Which grade, what to ask, and how long the answer may be. */
export function QuestionForm(props: {
  instruments: readonly InstrumentOut[]
  model: string
  onModel: (model: string) => void
  isBusy: boolean
  onAsk: (question: Question) => void
  onStop: () => void
}) {
  const { instruments, model } = props
  const [prompt, setPrompt] = useState(EXAMPLE)
  const [most, setMost] = useState(String(MOST_TOKENS))
  const account = useAccount()
  const id = useId()
  const instrument = instruments.find((one) => one.model === model)
  const maxTokens = most === '' ? undefined : Number(most)
  const isReady = prompt.trim() !== '' && instrument && (maxTokens === undefined || /^[1-9]\d*$/.test(most))
  return (
    <form
      className="flex min-w-0 flex-col gap-4 border-line p-4 max-lg:border-b lg:border-r"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady && !props.isBusy) props.onAsk({ model, prompt, maxTokens })
      }}
    >
      <h1 className="text-xl font-semibold tracking-tight">Playground</h1>
      <div className="flex flex-col gap-1">
        <label htmlFor={`${id}-grade`} className="text-xs text-dim">
          Grade
        </label>
        <select
          id={`${id}-grade`}
          value={model}
          onChange={(event) => props.onModel(event.target.value)}
          className="h-10 border border-strong bg-ground px-2 text-base"
        >
          {instruments.map((one) => (
            <option key={one.id} value={one.model}>
              {one.name}
            </option>
          ))}
        </select>
        {instrument && <GradeLine instrument={instrument} />}
      </div>
      <div className="flex flex-col gap-1 lg:min-h-0 lg:grow lg:max-h-72">
        <label htmlFor={`${id}-prompt`} className="text-xs text-dim">
          Prompt
        </label>
        <textarea
          id={`${id}-prompt`}
          value={prompt}
          onChange={(event) => setPrompt(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey))
              event.currentTarget.form?.requestSubmit()
          }}
          rows={6}
          data-testid="prompt"
          className="min-h-32 resize-y border border-strong bg-ground p-3 text-base leading-6 lg:grow lg:resize-none"
        />
      </div>
      <div className="flex items-center gap-3">
        <label htmlFor={`${id}-most`} className="text-xs text-dim">
          At most
        </label>
        <input
          id={`${id}-most`}
          value={most}
          onChange={(event) => setMost(event.target.value.replace(/\D/g, ''))}
          inputMode="numeric"
          placeholder="any"
          className="figures h-10 w-24 border border-strong bg-ground px-3 text-base"
        />
        <span className="text-xs text-dim">tokens</span>
      </div>
      {account.data == null && !account.isPending ? (
        <SignIn what="send" />
      ) : props.isBusy ? (
        <Button onClick={props.onStop}>Stop, and pay for what came</Button>
      ) : (
        <Button type="submit" look="copper" disabled={!isReady} data-testid="send">
          Send
        </Button>
      )}
      {account.data != null && instrument && <Means instrument={instrument} />}
    </form>
  )
}

function GradeLine(props: { instrument: InstrumentOut }) {
  const { spec, id } = props.instrument
  const { live } = useExchange()
  const ticker = useCell(live.ticker(id))
  return (
    <p className="text-xs text-pretty text-faint">
      Intelligence at least {spec.intelligence_floor}, first token in {duration(spec.latency_base_ms)},{' '}
      {spec.throughput_floor} tokens/s.{' '}
      <a href={marketPath(id)} className="text-copper underline underline-offset-2">
        {ticker?.best_ask ? `Ask $${grouped(ticker.best_ask)} per unit` : 'See the market'}
      </a>
    </p>
  )
}

/** What the account can draw on for this grade. */
function Means(props: { instrument: InstrumentOut }) {
  const balances = useCell(useExchange().mine.balances)
  const of = (asset: string) => balances?.find((balance) => balance.asset === asset)
  const units = of(props.instrument.id.replace(/-USD$/, ''))
  const usd = of('USD')
  const inLots = units?.consumption ?? '0'
  const trading = units?.available ?? '0'
  return (
    <p className="text-xs text-pretty text-faint">
      You have <span className="figures text-dim">{trimmed(inLots)}</span> units in lots,{' '}
      <span className="figures text-dim">{trimmed(trading)}</span> in trading and{' '}
      <span className="figures text-dim">{usd ? cents(usd.available) : '$0.00'}</span>. What is missing is
      bought at the market, where the key's mandate allows it.
    </p>
  )
}
