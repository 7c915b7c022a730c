const WIDTH = 600
const HEIGHT = 120
const INSET = 4

/** A series as one line over its own range; null leaves a gap. `label` says what is seen. */
export function Line(props: { label: string; values: readonly (number | null)[] }) {
  const known = props.values.filter((value): value is number => value !== null)
  if (known.length < 2)
    return <div className="h-30" role="img" aria-label={`${props.label}: too few values`} />
  const low = Math.min(...known)
  const range = Math.max(...known) - low
  const step = WIDTH / Math.max(1, props.values.length - 1)
  let path = ''
  let isGap = true
  for (const [at, value] of props.values.entries()) {
    if (value === null) {
      isGap = true
      continue
    }
    const share = range === 0 ? 0.5 : (value - low) / range
    const y = HEIGHT - INSET - share * (HEIGHT - 2 * INSET)
    path += `${isGap ? 'M' : 'L'}${(at * step).toFixed(1)} ${y.toFixed(1)}`
    isGap = false
  }
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="block h-30 w-full"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${props.label}, from ${known[0]} to ${known.at(-1)}`}
    >
      <path
        d={path}
        fill="none"
        stroke="var(--copper)"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}
