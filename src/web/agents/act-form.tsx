import type { ReactNode } from 'react'
import { Button } from '../part/button.tsx'
import { Problem } from '../part/problem.tsx'
import { useAct } from './queries.ts'

/** Fields in two columns, and what they are filled in for; what refuses it is shown. */
export function ActForm(props: {
  children: ReactNode
  word: string
  isReady: boolean
  act: () => Promise<unknown>
  onDone: () => void
}) {
  const act = useAct(props.act, props.onDone)
  return (
    <form
      className="grid gap-3 border-b border-line bg-raised/40 p-3 sm:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault()
        act.mutate(undefined)
      }}
    >
      {props.children}
      <div className="flex items-end justify-end sm:col-start-2">
        <Button type="submit" look="copper" disabled={!props.isReady || act.isPending}>
          {props.word}
        </Button>
      </div>
      {act.error && (
        <div className="sm:col-span-2">
          <Problem error={act.error} />
        </div>
      )}
    </form>
  )
}
