import { Fragment, useState } from 'react'
import type { GapOut } from '../../bulletin/sheet.ts'
import { Empty, Panel, Waiting } from '../part/panel.tsx'
import { Problem } from '../part/problem.tsx'
import type { Column } from '../part/table.tsx'
import { Table } from '../part/table.tsx'
import { grouped, percent } from '../shape/number.ts'
import { symbolOf } from '../shape/spec.ts'
import { Download } from './download.tsx'
import { useGaps, useMapping, usePosted, useSheets } from './queries.ts'

const FLOORS: readonly Column[] = [
  { label: 'Market' },
  { label: 'Posted floor', align: 'right' },
  { label: 'Median', align: 'right' },
  { label: 'Bid', align: 'right' },
  { label: 'Ask', align: 'right' },
  { label: 'Fixing', align: 'right' },
  { label: 'Models', align: 'right' },
  { label: 'Cheapest', className: 'max-md:hidden' },
]
const MAPPING: readonly Column[] = [
  { label: 'Model' },
  { label: 'A unit', align: 'right' },
  { label: 'Score at', align: 'right' },
  { label: 'Counts' },
]
const GAPS: readonly Column[] = [
  { label: 'Gap' },
  { label: 'Buy' },
  { label: 'At', align: 'right' },
  { label: 'Sell' },
  { label: 'Brings', align: 'right' },
  { label: 'Share', align: 'right' },
]
const KIND: Record<GapOut['kind'], string> = {
  sheet_below_bid: 'sheet below the bid',
  ask_below_sheet: 'ask below the sheets',
  better_grade_cheaper: 'better grade cheaper',
  providers_differ: 'providers differ',
}

const shown = (value: string | null): string => (value === null ? '–' : grouped(value))

function Floors(props: { chosen: string; onChoose: (instrument: string) => void }) {
  const { data, error, refetch } = usePosted()
  return (
    <Panel title="Posted prices beside the book" bodyClassName="overflow-x-auto">
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting rows={9} />}
      {data && (
        <Table label="Posted prices" columns={FLOORS}>
          {data.map((one) => (
            <tr
              key={one.instrument}
              data-testid="floor-row"
              className={`h-8 border-t border-line ${one.instrument === props.chosen ? 'bg-raised' : ''}`}
            >
              <td className="px-3 whitespace-nowrap">
                <button
                  type="button"
                  className="underline-offset-2 hover:underline"
                  onClick={() => props.onChoose(one.instrument)}
                >
                  {symbolOf(one.instrument)}
                </button>
              </td>
              <td className="px-3 text-right">{shown(one.floor)}</td>
              <td className="px-3 text-right text-dim">{shown(one.median)}</td>
              <td className="px-3 text-right text-bid">{shown(one.best_bid)}</td>
              <td className="px-3 text-right text-ask">{shown(one.best_ask)}</td>
              <td className="px-3 text-right">{shown(one.fixing)}</td>
              <td className="px-3 text-right text-dim">{one.models}</td>
              <td className="px-3 text-dim max-md:hidden">{one.cheapest?.model ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

/** Posted models against one market, with what each lacks. */
function Mapping(props: { instrument: string }) {
  const { data, error, refetch } = useMapping(props.instrument)
  return (
    <Panel
      title={`Who would meet ${symbolOf(props.instrument)}`}
      aside={data && <span>{`${data.mix.input_tokens} tokens in, ${data.mix.output_tokens} out`}</span>}
      bodyClassName="overflow-x-auto"
    >
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting rows={6} />}
      {data?.data.length === 0 && <Empty>No price sheet has been taken in yet.</Empty>}
      {data !== undefined && data.data.length > 0 && (
        <Table label="Posted models" columns={MAPPING}>
          {data.data.map((one) => (
            <tr key={`${one.sheet} ${one.model}`} className="h-7 border-t border-line">
              <td className="min-w-36 px-3 py-1">
                <Address text={one.model} />
              </td>
              <td className="px-3 text-right">{grouped(one.unit_price)}</td>
              <td className="px-3 text-right text-dim">{shown(one.published_place)}</td>
              <td className={`min-w-48 px-3 py-1 ${one.included ? 'text-bid' : 'text-faint'}`}>
                {one.decided ?? (one.included ? 'yes' : one.misses.join(', '))}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

/** The name of a posted model, which is a path: it may break behind each of its parts, and nowhere else. */
function Address(props: { text: string }) {
  return props.text.split(/(?<=[/:])/).map((part, at) => (
    // Parts of one name never change places.
    <Fragment key={`${at} ${part}`}>
      {part}
      <wbr />
    </Fragment>
  ))
}

function Gaps() {
  const { data, error, refetch } = useGaps()
  return (
    <Panel
      title="Gaps somebody could trade on"
      aside={
        <Download
          name="price-gaps"
          columns={['kind', 'buy', 'buy_price', 'sell', 'sell_price', 'share']}
          rows={data ?? []}
        />
      }
      bodyClassName="overflow-x-auto"
    >
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting rows={4} />}
      {data?.length === 0 && <Empty>Sheets, grades and providers do not differ enough to trade on.</Empty>}
      {data !== undefined && data.length > 0 && (
        <Table label="Price gaps" columns={GAPS}>
          {data.slice(0, 30).map((one) => (
            <tr key={`${one.kind} ${one.buy} ${one.sell}`} className="h-7 border-t border-line">
              <td className="px-3 whitespace-nowrap">{KIND[one.kind]}</td>
              <td className="min-w-36 px-3 py-1">
                <Address text={one.buy} />
              </td>
              <td className="px-3 text-right">{grouped(one.buy_price)}</td>
              <td className="min-w-36 px-3 py-1">
                <Address text={one.sell} />
              </td>
              <td className="px-3 text-right">{grouped(one.sell_price)}</td>
              <td className="px-3 text-right">{percent(one.share)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

/** Where the posted prices are from. */
function Sources() {
  const { data } = useSheets()
  if (data === undefined || data.length === 0) return null
  return (
    <p className="text-xs text-faint">
      {data
        .map(
          (one) =>
            `${one.name} of ${one.as_of}: ${one.models} models, ${one.refused} refused (${one.licence}; ${one.source})`,
        )
        .join(' · ')}
    </p>
  )
}

/** Posted prices against the book, market by market. */
export function Sheets(props: { first: string }) {
  const [chosen, setChosen] = useState(props.first)
  return (
    <div className="flex flex-col gap-3 p-3">
      <h1 className="text-lg font-semibold">Sheets</h1>
      <Sources />
      <Floors chosen={chosen} onChoose={setChosen} />
      <div className="grid gap-3 xl:grid-cols-2">
        <Mapping instrument={chosen} />
        <Gaps />
      </div>
    </div>
  )
}
