import { useEffect, useId, useRef, useState } from 'react'
import { Button } from '../part/button.tsx'
import { useExchange } from '../data/exchange.tsx'
import { useAccount } from '../data/queries.ts'
import { Problem } from '../part/problem.tsx'

/** Takes an API key for as long as the page is open. It is held in memory and written nowhere. */
export function KeyDialog(props: { onClose: () => void }) {
  const { setKey, hasKey } = useExchange()
  const account = useAccount()
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const field = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      onClose={props.onClose}
      aria-labelledby={`${field}-title`}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] border border-strong bg-panel p-5 text-ink backdrop:bg-ground/80"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setKey(text.trim())
        }}
        className="flex flex-col gap-3"
      >
        <h2 id={`${field}-title`} className="text-base font-semibold">
          Use an API key
        </h2>
        <p className="text-dim">
          The key stays in this tab's memory and is forgotten when you close or reload it.
        </p>
        <label htmlFor={field} className="text-dim">
          Key, starting with bb_
        </label>
        <input
          id={field}
          value={text}
          onChange={(event) => setText(event.target.value)}
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          className="figures h-10 border border-strong bg-ground px-3"
        />
        {hasKey && account.error && <Problem error={account.error} />}
        <div className="mt-1 flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" look="copper" disabled={text.trim() === '' || account.isFetching}>
            Sign in
          </Button>
        </div>
      </form>
    </dialog>
  )
}
