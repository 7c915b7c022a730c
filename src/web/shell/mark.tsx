/** A busbar as one-line diagrams draw it: a thick bar, one feeder in, three out. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" className="size-6 shrink-0" aria-hidden="true">
      <path d="M2 10.5h20v3.6H2z" fill="var(--copper)" />
      <path d="M5 14v7M12 14v7M19 14v7M12 3v8" stroke="currentColor" strokeWidth="2" fill="none" />
    </svg>
  )
}
