import { useEffect, useRef } from 'react'
import { useExchange } from '../data/exchange.tsx'

/** Trades closer together than this share a pulse. */
const APART_MS = 220

/** The bar the page hangs from. Every trade anywhere on the exchange runs along it once. */
export function Bus() {
  const { live } = useExchange()
  const bar = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const still = window.matchMedia('(prefers-reduced-motion: reduce)')
    let sentAt = 0
    return live.onTrade(() => {
      const place = bar.current
      const now = performance.now()
      if (place === null || still.matches || document.hidden || now - sentAt < APART_MS) return
      sentAt = now
      const pulse = document.createElement('span')
      pulse.className =
        'absolute inset-y-0 left-0 w-28 bg-linear-to-r from-transparent via-pulse to-transparent'
      place.append(pulse)
      const run = pulse.animate(
        [{ transform: 'translateX(-7rem)' }, { transform: `translateX(${place.clientWidth}px)` }],
        { duration: 1_800, easing: 'cubic-bezier(0.3, 0, 0.6, 1)' },
      )
      run.onfinish = () => pulse.remove()
    })
  }, [live])
  return (
    <div ref={bar} aria-hidden="true" className="relative h-[3px] shrink-0 overflow-hidden bg-copper-deep" />
  )
}
