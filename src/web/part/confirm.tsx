import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useEffect, useId, useRef } from 'react'
import { Button } from './button.tsx'
import { Problem } from './problem.tsx'

/** Asks before something that cannot be taken back. It closes once that is done; what refuses it is shown. */
export function Confirm(props: {
  title: string
  /** What will happen, and what is asked for it. */
  children: ReactNode
  act: string
  isReady?: boolean
  onConfirm: () => Promise<unknown>
  onClose: () => void
}) {
  const { isReady = true } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const act = useMutation({ mutationFn: props.onConfirm, onSuccess: () => dialog.current?.close() })
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      onClose={props.onClose}
      aria-labelledby={id}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] border border-strong bg-panel p-5 text-ink backdrop:bg-ground/80"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          act.mutate()
        }}
        className="flex flex-col gap-3"
      >
        <h2 id={id} className="text-base font-semibold">
          {props.title}
        </h2>
        {props.children}
        {act.error && <Problem error={act.error} />}
        <div className="mt-1 flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Back</Button>
          <Button type="submit" look="ask" disabled={!isReady || act.isPending}>
            {props.act}
          </Button>
        </div>
      </form>
    </dialog>
  )
}
