import { useState } from 'react'
import type { MandateOut } from '../../wire/mandate.ts'
import { useExchange } from '../data/exchange.tsx'
import { Button } from '../part/button.tsx'
import { Confirm } from '../part/confirm.tsx'
import { Empty, Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import { moment } from '../shape/clock.ts'
import { dollars, percent, trimmed } from '../shape/number.ts'
import { symbolOf } from '../shape/spec.ts'
import { BudgetBar } from './budget-bar.tsx'
import { MandateForm } from './mandate-form.tsx'
import { useMandates, useRefreshAgents } from './queries.ts'

type Branch = { mandate: MandateOut; depth: number }

/** Mandates in the order of their tree, with their depth; those whose parent is not shown are roots. */
function branchesOf(mandates: readonly MandateOut[]): Branch[] {
  const known = new Set(mandates.map(({ id }) => id))
  const below = (parent: string | null, depth: number): Branch[] =>
    mandates
      .filter((one) => (one.parent !== null && known.has(one.parent) ? one.parent : null) === parent)
      .flatMap((mandate) => [{ mandate, depth }, ...below(mandate.id, depth + 1)])
  return below(null, 0)
}

/** What a mandate may do beside its budgets, in words. */
function boundsOf(mandate: MandateOut): string[] {
  const words = [mandate.sides.join(' and '), mandate.instruments?.map(symbolOf).join(', ') ?? 'every market']
  const add = (value: string | number | null, say: (value: string) => string) => {
    if (value !== null) words.push(say(String(value)))
  }
  add(mandate.price_limit, (value) => `pays at most ${dollars(value)}`)
  add(mandate.price_floor, (value) => `asks at least ${dollars(value)}`)
  add(mandate.fixing_most, (value) => `at most ${percent(value)} of the fixing`)
  add(mandate.fixing_least, (value) => `at least ${percent(value)} of the fixing`)
  add(mandate.position, (value) => `holds at most ${trimmed(value)} units`)
  add(mandate.open_orders, (value) => `${value} open orders`)
  add(mandate.per_minute, (value) => `${value} acts a minute`)
  add(mandate.score_least, (value) => `suppliers from score ${value}`)
  add(mandate.approval_above, (value) => `asks a person above ${dollars(value)}`)
  if (mandate.auto_buy) words.push('buys what requests lack')
  add(mandate.expires_at, (value) => `until ${moment(value)}`)
  return words
}

function MandateCard(props: Branch) {
  const { mandate, depth } = props
  const { client } = useExchange()
  const refresh = useRefreshAgents()
  const [asking, setAsking] = useState(false)
  const isActive = mandate.status === 'active'
  return (
    <li
      className={`border-t border-line px-3 py-3 first:border-t-0 ${isActive ? '' : 'text-faint'}`}
      data-testid="mandate"
    >
      <div
        className={depth > 0 ? 'border-l-2 border-copper-deep pl-3' : ''}
        style={{ marginLeft: `${Math.min(depth, 6) * 0.75}rem` }}
      >
        <div className="flex items-center gap-3">
          <h3 className="min-w-0 truncate font-semibold">{mandate.name}</h3>
          <span className="figures text-2xs text-faint">{mandate.id}</span>
          <span className={`text-2xs ${isActive ? 'text-bid' : 'text-ask'}`}>{mandate.status}</span>
          {isActive && (
            <Button
              small
              className="ml-auto"
              onClick={() => setAsking(true)}
              aria-label={`Revoke ${mandate.name}`}
            >
              Revoke
            </Button>
          )}
        </div>
        <p className="mb-2 text-xs text-pretty text-dim">{boundsOf(mandate).join(' · ')}</p>
        <div className="flex flex-col gap-2">
          {mandate.budget.map((line) => (
            <BudgetBar key={line.window} line={line} />
          ))}
          {mandate.budget.length === 0 && (
            <p className="text-xs text-faint">
              {mandate.parent === null
                ? 'No budget: the account is its bound.'
                : 'Bounded by what is above it.'}
            </p>
          )}
        </div>
      </div>
      {asking && (
        <Confirm
          title={`Revoke ${mandate.name}?`}
          act="Revoke it"
          onConfirm={async () => {
            await client.mandates.revoke(mandate.id)
            await refresh()
          }}
          onClose={() => setAsking(false)}
        >
          <p className="text-dim">
            It ends at once, with every mandate below it. Their open orders are cancelled and their keys place
            and draw nothing more. This cannot be taken back.
          </p>
        </Confirm>
      )}
    </li>
  )
}

/** The mandates that the visitor rules, as a tree, with their budgets as bars. */
export function Mandates() {
  const { data, error, refetch } = useMandates()
  const [lending, setLending] = useState(false)
  const [showsEnded, setShowsEnded] = useState(false)
  const ended = data?.filter(({ status }) => status !== 'active').length ?? 0
  const shown = data?.filter(({ status }) => showsEnded || status === 'active') ?? []
  return (
    <Panel
      title="Mandates"
      aside={
        <>
          {ended > 0 && (
            <Button small aria-pressed={showsEnded} onClick={() => setShowsEnded(!showsEnded)}>
              {showsEnded ? 'Hide ended' : `${ended} ended`}
            </Button>
          )}
          {data && (
            <Button small aria-expanded={lending} onClick={() => setLending(!lending)}>
              {lending ? 'Close' : 'Lend'}
            </Button>
          )}
        </>
      }
    >
      {lending && <MandateForm parents={shown} onDone={() => setLending(false)} />}
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting rows={6} />}
      {data && shown.length === 0 && (
        <Empty>Nothing is lent. A mandate lets a program buy within bounds that you set here.</Empty>
      )}
      <ul>
        {branchesOf(shown).map((branch) => (
          <MandateCard key={branch.mandate.id} {...branch} />
        ))}
      </ul>
    </Panel>
  )
}
