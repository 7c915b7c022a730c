import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { BusbarError } from '../../client/problem.ts'
import type { Receipt } from '../../wire/receipt.ts'
import { useExchange } from '../data/exchange.tsx'
import { Problem } from '../part/problem.tsx'
import { moment } from '../shape/clock.ts'
import type { Check } from './receipt-check.ts'
import { checkReceipt } from './receipt-check.ts'

const FOUND: Record<Check, { says: string; ink: string }> = {
  holds: { says: 'Signature verified in your browser', ink: 'text-bid' },
  broken: { says: 'The signature does not match this receipt', ink: 'text-ask' },
  other_key: { says: "Signed with a key that is not this exchange's", ink: 'text-ask' },
  unavailable: {
    says: 'This browser cannot check Ed25519 signatures; the command below can',
    ink: 'text-warn',
  },
}

/** A receipt is signed a moment after its answer ends; until then it is not there. */
const isNotYet = (error: unknown): boolean => error instanceof BusbarError && error.status === 404

/** The signed receipt: what it proves, and whether its signature holds by this browser's own check. */
export function ReceiptCard(props: { id: string }) {
  const { client } = useExchange()
  const receipt = useQuery({
    queryKey: ['mine', 'receipt', props.id],
    queryFn: async () => {
      const signed = await client.receipt<Receipt>(props.id)
      const { receipt_public_key } = await client.status()
      return { signed, check: await checkReceipt(signed, receipt_public_key) }
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: (failures, error) => isNotYet(error) && failures < 20,
    retryDelay: 300,
  })
  const found = receipt.data && FOUND[receipt.data.check]
  return (
    <section aria-label="Receipt" className="border border-line bg-panel" data-testid="receipt">
      <h2 className="flex h-9 items-center justify-between border-b border-line px-3 font-semibold">
        Receipt <span className="figures text-xs font-normal text-faint">{props.id}</span>
      </h2>
      {receipt.error && <Problem error={receipt.error} onRetry={() => void receipt.refetch()} />}
      <div className="flex min-h-24 flex-col gap-2 p-3">
        <p className={found?.ink ?? 'text-faint'} data-testid="receipt-check">
          {found?.says ?? 'Waiting for the signature'}
        </p>
        {receipt.data && <Facts signed={receipt.data.signed} />}
      </div>
    </section>
  )
}

function Facts(props: { signed: Receipt }) {
  const { signed } = props
  const json = JSON.stringify(signed, null, 2)
  return (
    <>
      <p className="text-xs text-pretty text-dim">
        Settled {moment(signed.settled_at)} at #{signed.seq},{' '}
        {signed.attempts === 1 ? 'one supplier' : `${signed.attempts} suppliers`} called. Prompt and output
        are in it as SHA-256 only.
      </p>
      <details className="text-xs">
        <summary className="text-dim hover:text-ink">Show all of it</summary>
        <pre className="figures mt-2 max-h-72 overflow-auto bg-ground p-2 leading-4" tabIndex={0}>
          {json}
        </pre>
      </details>
      <p className="text-xs text-dim">
        <SaveLink name={`${signed.id}.json`} text={json} /> and check it offline:
      </p>
      <code className="figures overflow-x-auto bg-ground p-2 text-2xs whitespace-nowrap">
        npx busbar receipt verify {signed.id}.json
      </code>
    </>
  )
}

/**
 * The receipt as a file. The API wants more than a link can send, so the page hands over what it already has.
 */
function SaveLink(props: { name: string; text: string }) {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([props.text], { type: 'application/json' }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [props.text])
  return (
    <a
      href={address}
      download={props.name}
      className="text-copper underline underline-offset-2"
      data-testid="receipt-json"
    >
      Save the JSON
    </a>
  )
}
