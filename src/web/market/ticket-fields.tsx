import type { InstrumentOut } from '../../wire/instrument.ts'
import { Choice } from '../part/choice.tsx'
import { NumberField } from '../part/number-field.tsx'
import type { Draft } from './ticket-draft.ts'
import { faultsOf, stepped } from './ticket-draft.ts'

const SIDES = [
  { value: 'buy', label: 'Buy', tone: 'bid' },
  { value: 'sell', label: 'Sell', tone: 'ask' },
] as const

const LIVES = [
  { value: 'gtc', label: 'Good till cancelled' },
  { value: 'ioc', label: 'Immediate or cancel' },
  { value: 'fok', label: 'Fill or kill' },
] as const

/** The fields of an order. */
export function TicketFields(props: {
  instrument: InstrumentOut
  draft: Draft
  onChange: (part: Partial<Draft>) => void
}) {
  const { instrument, draft, onChange } = props
  const faults = faultsOf(draft, instrument)
  const isLimit = draft.type === 'limit'
  return (
    <>
      <Choice label="Side" options={SIDES} value={draft.side} onChange={(side) => onChange({ side })} />
      <NumberField
        label={isLimit ? 'Price' : `${draft.side === 'buy' ? 'Highest' : 'Lowest'} price, if you want one`}
        unit="USD"
        value={draft.price}
        onChange={(price) => onChange({ price })}
        onStep={(steps) => onChange({ price: stepped(draft.price, instrument.price_increment, steps) })}
        fault={faults.price}
        placeholder={isLimit ? '' : 'best available'}
        testId="price"
      />
      <NumberField
        label="Quantity"
        unit="units"
        value={draft.quantity}
        onChange={(quantity) => onChange({ quantity })}
        onStep={(steps) =>
          onChange({ quantity: stepped(draft.quantity, instrument.quantity_increment, steps * 100) })
        }
        fault={faults.quantity}
        testId="quantity"
      />
      <fieldset disabled={!isLimit} className="flex min-w-0 items-center gap-3 disabled:opacity-50">
        <legend className="sr-only">How long it works</legend>
        <select
          aria-label="Time in force"
          value={isLimit ? draft.timeInForce : 'ioc'}
          onChange={(event) => onChange({ timeInForce: event.target.value as Draft['timeInForce'] })}
          className="h-8 min-w-0 grow border border-strong bg-ground px-2"
        >
          {LIVES.map((life) => (
            <option key={life.value} value={life.value}>
              {life.label}
            </option>
          ))}
        </select>
        <label
          className="flex items-center gap-1.5 whitespace-nowrap"
          title="Refused instead of taking from the book"
        >
          <input
            type="checkbox"
            checked={isLimit && draft.postOnly && draft.timeInForce === 'gtc'}
            disabled={draft.timeInForce !== 'gtc'}
            onChange={(event) => onChange({ postOnly: event.target.checked })}
            className="size-4 accent-[var(--copper)]"
          />
          Post only
        </label>
      </fieldset>
    </>
  )
}
