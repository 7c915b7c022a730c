import { useState } from 'react'
import type { MandateOut } from '../../wire/mandate.ts'
import { useExchange } from '../data/exchange.tsx'
import { NumberField } from '../part/number-field.tsx'
import { SelectField } from '../part/select-field.tsx'
import { TextField } from '../part/text-field.tsx'
import { ActForm } from './act-form.tsx'

const WINDOWS = [
  { value: 'hour', label: 'an hour' },
  { value: 'day', label: 'a day' },
  { value: 'week', label: 'a week' },
  { value: 'month', label: 'a month' },
  { value: 'lifetime', label: 'in all' },
] as const
type Window = (typeof WINDOWS)[number]['value']

/** Lends a budget, of the account or of a mandate. Other bounds are for the API, the SDK and the shell. */
export function MandateForm(props: { parents: readonly MandateOut[]; onDone: () => void }) {
  const { client } = useExchange()
  const [name, setName] = useState('')
  const [parent, setParent] = useState('')
  const [amount, setAmount] = useState('')
  const [window, setWindow] = useState<Window>('day')
  const [above, setAbove] = useState('')
  const grant = () =>
    client.mandates.grant({
      name: name.trim(),
      budget: { [window]: amount },
      auto_buy: true,
      ...(parent !== '' && { parent: parent as never }),
      ...(above !== '' && { approval_above: above }),
    })
  return (
    <ActForm word="Lend it" isReady={name.trim() !== '' && amount !== ''} act={grant} onDone={props.onDone}>
      <TextField label="Name" value={name} onChange={setName} most={64} placeholder="Night shift" />
      <SelectField
        label="Lent from"
        value={parent}
        onChange={setParent}
        options={[
          { value: '', label: 'the account' },
          ...props.parents.map((one) => ({ value: one.id, label: `${one.name} (${one.id})` })),
        ]}
      />
      <NumberField label="Budget" unit="USD" value={amount} onChange={setAmount} placeholder="50.00" />
      <SelectField
        label="For"
        value={window}
        onChange={(next) => setWindow(next as Window)}
        options={WINDOWS}
      />
      <NumberField
        label="Ask a person above (may be left out)"
        unit="USD"
        value={above}
        onChange={setAbove}
        placeholder="10.00"
      />
    </ActForm>
  )
}
