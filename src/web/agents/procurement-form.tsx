import { useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useExchange } from '../data/exchange.tsx'
import { Button } from '../part/button.tsx'
import { NumberField } from '../part/number-field.tsx'
import { Problem } from '../part/problem.tsx'
import { SelectField } from '../part/select-field.tsx'
import { useAct } from './queries.ts'

/** Keeps so many units on hand: what is short is bid for, what is spare is offered if a price is named. */
export function ProcurementForm(props: { instruments: readonly InstrumentOut[]; onDone: () => void }) {
  const { client } = useExchange()
  const [instrument, setInstrument] = useState(props.instruments[0]?.id ?? '')
  const [target, setTarget] = useState('')
  const [buyPrice, setBuyPrice] = useState('')
  const [sellPrice, setSellPrice] = useState('')
  const set = useAct(
    () =>
      client.procurements.set({
        instrument,
        target,
        buy_price: buyPrice,
        ...(sellPrice !== '' && { sell_price: sellPrice }),
      }),
    props.onDone,
  )
  return (
    <form
      className="grid gap-3 border-b border-line bg-raised/40 p-3 sm:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault()
        set.mutate(undefined)
      }}
    >
      <SelectField
        label="Market"
        value={instrument}
        onChange={setInstrument}
        options={props.instruments.map(({ id }) => ({ value: id, label: id.replace('-', '/') }))}
      />
      <NumberField label="Keep" unit="units" value={target} onChange={setTarget} placeholder="5.00" />
      <NumberField label="Buy at most at" unit="USD" value={buyPrice} onChange={setBuyPrice} />
      <NumberField
        label="Offer spare at (may be left out)"
        unit="USD"
        value={sellPrice}
        onChange={setSellPrice}
      />
      {set.error && (
        <div className="sm:col-span-2">
          <Problem error={set.error} />
        </div>
      )}
      <div className="flex justify-end sm:col-span-2">
        <Button type="submit" look="copper" disabled={target === '' || buyPrice === '' || set.isPending}>
          Keep it
        </Button>
      </div>
    </form>
  )
}
