import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'

/**
 * Lights its background for a moment when `value` rises or falls. Nothing moves and nothing is mounted again.
 */
export function Flash(props: { value: string | null; children: ReactNode; className?: string }) {
  const place = useRef<HTMLSpanElement>(null)
  const before = useRef(props.value)
  useEffect(() => {
    const [was, now] = [before.current, props.value]
    before.current = now
    if (was === null || now === null || was === now) return
    const wash = Number(now) > Number(was) ? 'var(--bid-wash)' : 'var(--ask-wash)'
    place.current?.animate([{ backgroundColor: wash }, { backgroundColor: 'transparent' }], {
      duration: 900,
      easing: 'ease-out',
    })
  }, [props.value])
  return (
    <span ref={place} className={`-mx-1 rounded-sm px-1 ${props.className ?? ''}`}>
      {props.children}
    </span>
  )
}
