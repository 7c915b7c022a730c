/**
 * A measured value against the limit its grade sets. `share` is measured over limit; beyond the limit the bar
 * turns.
 * Where more is better the limit is a floor, and the mark stands where the bar must reach.
 */
export function Gauge(props: { share: number; limit: 'ceiling' | 'floor'; label: string }) {
  const scale = props.limit === 'ceiling' ? 1 : 0.5
  const meets = props.limit === 'ceiling' ? props.share <= 1 : props.share >= 1
  const width = props.share === 0 ? 0 : Math.min(1, Math.max(0.01, props.share * scale))
  return (
    <div role="img" aria-label={props.label} className="relative h-1.5 bg-raised">
      <div
        className={`absolute inset-y-0 left-0 w-full origin-left transition-transform ${meets ? 'bg-bid' : 'bg-ask'}`}
        style={{ transform: `scaleX(${width.toFixed(3)})` }}
      />
      <div className="absolute -inset-y-1 w-px bg-ink" style={{ left: `calc(${scale * 100}% - 1px)` }} />
    </div>
  )
}
