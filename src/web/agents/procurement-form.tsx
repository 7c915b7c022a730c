import { useState } from 'react'
import type { InstrumentOut } from '../../wire/instrument.ts'
import { useExchange } from '../data/exchange.tsx'
import { NumberField } from '../part/number-field.tsx'
import { SelectField } from '../part/select-field.tsx'
import { ActForm } from './act-form.tsx'

/** Keeps so many units on hand: what is short is bid for, what is spare is offered if a price is named. */
export function ProcurementForm(props: { instruments: readonly InstrumentOut[]; onDone: () => void }) {
  const { client } = useExchange()
  const [instrument, setInstrument] = useState(props.instruments[0]?.id ?? '')
  const [target, setTarget] = useState('')
  const [buyPrice, setBuyPrice] = useState('')
  const [sellPrice, setSellPrice] = useState('')
  const set = () =>
    client.procurements.set({
      instrument,
      target,
      buy_price: buyPrice,
      ...(sellPrice !== '' && { sell_price: sellPrice }),
    })
  return (
    <ActForm word="Keep it" isReady={target !== '' && buyPrice !== ''} act={set} onDone={props.onDone}>
      <SelectField
        label="Market"
        value={instrument}
        onChange={setInstrument}
        options={props.instruments.map(({ id, symbol }) => ({ value: id, label: symbol }))}
      />
      <NumberField label="Keep" unit="units" value={target} onChange={setTarget} placeholder="5.00" />
      <NumberField label="Buy at most at" unit="USD" value={buyPrice} onChange={setBuyPrice} />
      <NumberField
        label="Offer spare at (may be left out)"
        unit="USD"
        value={sellPrice}
        onChange={setSellPrice}
      />
    </ActForm>
  )
}
