import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useExchange } from '../data/exchange.tsx'
import { useAccount } from '../data/queries.ts'
import { Button } from '../part/button.tsx'
import { Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { devicePath, go } from '../route.ts'
import { SignIn } from '../shell/sign-in.tsx'

/** What a program asks for, as the exchange tells its person. */
type Asking = {
  client: string
  address: string
  asked: string[]
  given: string[]
  may_approve: boolean
  status: 'waiting' | 'approved' | 'refused'
  expires_at: string
}

const PATH = '/grid/api/v1/oauth/devices'

/** What each scope lets the program do, in words. */
const MEANING: Record<string, string> = {
  'account:read': 'See the account and its balances',
  'account:write': 'Move units into consumption, and use them',
  'trade:read': 'See orders and trades',
  'trade:write': 'Place and cancel orders',
  'supply:read': 'See what was issued and is owed',
  'supply:write': 'Offer endpoints and issue units',
  'keys:manage': 'Make and end keys',
}

/** Throws the sentence that the exchange refused with. */
async function answerOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const body = (await response.json()) as { data?: unknown; errors?: { message?: string } }
  if (!response.ok) throw new Error(body.errors?.message ?? `The exchange answered ${response.status}.`)
  return body.data
}

/** Where a person approves or refuses a program that asks for keys. */
export function Device(props: { code: string | null }) {
  const account = useAccount()
  return (
    <div className="mx-auto w-full max-w-xl p-4">
      <Panel title="A program asks for access" bodyClassName="gap-4 p-4">
        {account.isPending ? (
          <Waiting rows={4} />
        ) : account.data == null ? (
          <SignIn what="answer it" />
        ) : props.code === null ? (
          <CodeForm />
        ) : (
          <Request code={props.code} account={account.data.name} />
        )}
      </Panel>
    </div>
  )
}

function CodeForm() {
  const [text, setText] = useState('')
  const field = useId()
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        go(devicePath(text.trim()))
      }}
      className="flex flex-col gap-3"
    >
      <label htmlFor={field} className="text-dim">
        The code that the program shows
      </label>
      <input
        id={field}
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        required
        className="figures h-10 border border-strong bg-ground px-3 uppercase"
      />
      <Button type="submit" look="copper" disabled={text.trim() === ''}>
        Look at the request
      </Button>
    </form>
  )
}

function Request(props: { code: string; account: string }) {
  const { send } = useExchange()
  const queries = useQueryClient()
  const [error, setError] = useState<unknown>()
  const path = `${PATH}/${encodeURIComponent(props.code)}`
  const queryKey = ['mine', 'device', props.code]
  const asking = useQuery({
    queryKey,
    queryFn: async () => (await answerOf(await send('GET', path))) as Asking,
    retry: false,
  })
  const decide = async (approve: boolean) => {
    try {
      setError(undefined)
      await answerOf(await send('POST', path, { approve }))
    } catch (refused) {
      setError(refused)
    }
    await queries.invalidateQueries({ queryKey })
  }
  if (asking.isPending) return <Waiting rows={4} />
  if (asking.error) return <Problem error={asking.error} />
  const { client, address, asked, given, may_approve: mayApprove, status } = asking.data
  if (status !== 'waiting')
    return (
      <p role="status">
        {status === 'approved'
          ? `${client} has been let in. You can close this page.`
          : `${client} has been refused.`}
      </p>
    )
  return (
    <>
      <p className="text-pretty">
        <strong>{client}</strong> at <span className="figures">{address}</span> wants to act for{' '}
        <strong>{props.account}</strong>. Go on only if you started it yourself and it shows the code{' '}
        <strong className="figures">{props.code.toUpperCase()}</strong>.
      </p>
      <ul className="flex flex-col gap-1">
        {asked.map((scope) => (
          <li key={scope} className={given.includes(scope) ? '' : 'text-faint line-through'}>
            {MEANING[scope] ?? scope}
          </li>
        ))}
      </ul>
      {error !== undefined && <Problem error={error} />}
      {!mayApprove && (
        <p role="status" className="text-dim">
          Approving makes a key. Sign in with one that may manage keys.
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={() => void decide(false)}>Refuse</Button>
        <Button look="copper" disabled={!mayApprove} onClick={() => void decide(true)}>
          Approve
        </Button>
      </div>
    </>
  )
}
