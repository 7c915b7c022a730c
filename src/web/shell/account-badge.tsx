import { useState } from 'react'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { useAccount } from '../data/queries.ts'
import { cents, dollars } from '../shape/number.ts'
import { KeyDialog } from './key-dialog.tsx'

/** Who is signed in and what they may spend, or the way in. */
export function AccountBadge() {
  const { hasKey, mine, setKey } = useExchange()
  const [asking, setAsking] = useState(false)
  const account = useAccount()
  const usd = useCell(mine.balances)?.find((balance) => balance.asset === 'USD')

  if (account.data == null)
    return (
      <>
        <button
          type="button"
          onClick={() => setAsking(true)}
          className="h-7 rounded-sm border border-strong px-2.5 text-xs whitespace-nowrap hover:bg-raised"
        >
          {account.isPending ? 'Signing in' : 'Use an API key'}
        </button>
        {asking && <KeyDialog onClose={() => setAsking(false)} />}
      </>
    )
  return (
    <div className="flex items-center gap-2.5 text-xs whitespace-nowrap">
      <span className="hidden max-w-[16ch] truncate text-dim lg:inline">{account.data.name}</span>
      <span
        className="figures"
        title={usd && `${dollars(usd.available)} free, ${dollars(usd.held)} behind orders`}
      >
        <span className="sr-only">Free to trade: </span>
        {usd ? cents(usd.available) : '–'}
      </span>
      {hasKey && (
        <button
          type="button"
          onClick={() => setKey(undefined)}
          className="text-dim underline underline-offset-2"
        >
          Sign out
        </button>
      )}
    </div>
  )
}
