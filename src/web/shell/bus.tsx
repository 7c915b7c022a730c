import { useEffect, useRef } from 'react'
import { useExchange } from '../data/exchange.tsx'

const MOST_PULSES = 12

/** The bar the page hangs from. Every trade anywhere on the exchange runs along it once. */
export function Bus() {
  const { live } = useExchange()
  const bar = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const still = window.matchMedia('(prefers-reduced-motion: reduce)')
    return live.onTrade(() => {
      const place = bar.current
      if (place === null || still.matches || document.hidden || place.childElementCount >= MOST_PULSES) return
      const pulse = document.createElement('span')
      pulse.className = 'absolute inset-y-0 left-0 w-24 bg-linear-to-r from-transparent to-ink'
      place.append(pulse)
      const run = pulse.animate(
        [{ transform: 'translateX(-6rem)' }, { transform: `translateX(${place.clientWidth}px)` }],
        { duration: 1_400, easing: 'cubic-bezier(0.3, 0, 0.6, 1)' },
      )
      run.onfinish = () => pulse.remove()
    })
  }, [live])
  return <div ref={bar} aria-hidden="true" className="relative h-[3px] shrink-0 overflow-hidden bg-copper-deep" />
}
