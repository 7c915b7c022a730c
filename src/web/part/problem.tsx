import { BusbarError } from '../../client/problem.ts'

const OUTCOME: Record<BusbarError['outcome'], string> = {
  rejected: 'Nothing was changed.',
  accepted: 'It took effect all the same.',
  unknown: 'Whether it took effect is unknown: check before trying again.',
}

/** An error in words: what the exchange said, the places it points at, and whether anything happened. */
export function Problem(props: { error: unknown; onRetry?: () => void }) {
  const { error } = props
  const known = error instanceof BusbarError ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  return (
    <div role="alert" className="border-l-2 border-ask bg-ask-bar px-3 py-2 text-pretty">
      <p className="font-medium first-letter:uppercase">{message}</p>
      {known?.errors.map((fault) => (
        <p key={`${fault.pointer} ${fault.detail}`} className="mt-1 text-dim">
          <code className="figures">{fault.pointer}</code> {fault.detail}
        </p>
      ))}
      {known && (
        <p className="mt-1 text-xs text-dim">
          {OUTCOME[known.outcome]} <code className="figures">{known.code}</code>
          {known.requestId && <span className="figures break-all"> · {known.requestId}</span>}
        </p>
      )}
      {props.onRetry && (
        <button type="button" onClick={props.onRetry} className="mt-2 underline underline-offset-2">
          Try again
        </button>
      )}
    </div>
  )
}
