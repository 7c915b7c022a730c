import type { StreamStatus } from '../../client/stream.ts'
import { useCell } from '../data/cell.ts'
import { useExchange } from '../data/exchange.tsx'
import { LOCALE } from '../shape/number.ts'

const SAYS: Record<StreamStatus, { word: string; dot: string }> = {
  connecting: { word: 'Connecting', dot: 'bg-warn' },
  open: { word: 'Live', dot: 'bg-bid' },
  lost: { word: 'Reconnecting', dot: 'bg-ask' },
  closed: { word: 'Closed', dot: 'bg-faint' },
}

/** Whether what is on the screen is live, and the last sequence number that reached it. */
export function Connection() {
  const { live } = useExchange()
  const status = useCell(live.connection)
  const seq = useCell(live.seq)
  const fault = useCell(live.fault)
  const { word, dot } = SAYS[status]
  return (
    <div
      className="flex items-center gap-2 text-xs"
      title={fault ?? 'Everything received fitted in sequence'}
    >
      <span className={`size-2 rounded-full ${dot}`} aria-hidden="true" />
      <span role="status">{word}</span>
      <span
        className="figures hidden min-w-[8ch] text-faint sm:inline"
        data-testid="seq"
        aria-label="Last sequence number"
      >
        {seq > 0 && `#${seq.toLocaleString(LOCALE)}`}
      </span>
    </div>
  )
}
