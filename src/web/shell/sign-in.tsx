import { useState } from 'react'
import { Button } from '../part/button.tsx'
import { KeyDialog } from './key-dialog.tsx'

/** Stands where something needs an account and there is none. */
export function SignIn(props: { what: string }) {
  const [asking, setAsking] = useState(false)
  return (
    <div className="flex flex-col gap-2">
      <Button look="copper" onClick={() => setAsking(true)}>
        Use an API key to {props.what}
      </Button>
      {asking && <KeyDialog onClose={() => setAsking(false)} />}
    </div>
  )
}
