import type { TradeOut } from '../../wire/market.ts'
import { useCell } from '../data/cell.ts'
import type { MarketFeed } from '../data/market-feed.ts'
import { Empty, Panel } from '../part/panel.tsx'
import { clock } from '../shape/clock.ts'
import { grouped } from '../shape/number.ts'

/** Trades as they happen, newest first, coloured by the side that took. */
export function Tape(props: { feed: MarketFeed; className?: string }) {
  const trades = useCell(props.feed.tape)
  return (
    <Panel title="Trades" className={`min-h-56 ${props.className ?? ''}`} bodyClassName="relative">
      {trades.length === 0 ? (
        <Empty>No trades yet. The first one will appear here.</Empty>
      ) : (
        <div
          className="max-md:h-80 md:absolute md:inset-0 overflow-y-auto"
          tabIndex={0}
          role="region"
          aria-label="Recent trades"
        >
          <table className="w-full text-right text-xs" data-testid="tape">
            <thead className="sticky top-0 bg-panel text-2xs text-faint">
              <tr>
                <th scope="col" className="py-1.5 pl-3 text-left font-normal">
                  Price, USD
                </th>
                <th scope="col" className="font-normal">
                  Units
                </th>
                <th scope="col" className="pr-3 font-normal">
                  Time
                </th>
              </tr>
            </thead>
            <tbody>
              {trades.map((trade) => (
                <TapeRow key={trade.id} trade={trade} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

function TapeRow(props: { trade: TradeOut }) {
  const { trade } = props
  return (
    <tr
      className="figures h-[1.375rem]"
      title={trade.primary ? 'Newly issued supply; its proceeds stand in escrow' : undefined}
    >
      <td className={`pl-3 text-left ${trade.side === 'buy' ? 'text-bid' : 'text-ask'}`}>
        <span className="sr-only">{trade.side === 'buy' ? 'bought ' : 'sold '}</span>
        {grouped(trade.price)}
      </td>
      <td>
        {trade.primary && (
          <span
            className="mr-1.5 inline-block size-1.5 rounded-full bg-copper align-middle"
            aria-label="new supply"
          />
        )}
        {grouped(trade.quantity)}
      </td>
      <td className="pr-3 text-faint">{clock(trade.at)}</td>
    </tr>
  )
}
