/** A busbar as one-line diagrams draw it: a bar of copper, with feeders and loads tapped into it. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" className="size-6 shrink-0" aria-hidden="true">
      <path
        d="M4.5 3v9M12 12v9M19.5 7v5M19.5 12v5M12 7v5"
        stroke="currentColor"
        strokeWidth="2"
        fill="none"
      />
      <path d="M1 10.2h22v3.6H1z" fill="var(--copper)" />
    </svg>
  )
}
