import type { ButtonHTMLAttributes } from 'react'

const LOOK = {
  copper: 'bg-copper text-on-copper hover:brightness-110',
  bid: 'bg-bid text-ground hover:brightness-110',
  ask: 'bg-ask text-ground hover:brightness-110',
  plain: 'border border-strong text-ink hover:bg-raised',
} as const

export type ButtonLook = keyof typeof LOOK

/** A button that says what it does. `plain` is for everything that is not the main act of its place. */
export function Button(
  props: ButtonHTMLAttributes<HTMLButtonElement> & { look?: ButtonLook; small?: boolean },
) {
  const { look = 'plain', small = false, className = '', type = 'button', ...rest } = props
  const size = small ? 'h-7 px-2 text-xs' : 'h-10 px-4 font-semibold'
  return (
    <button
      {...rest}
      type={type}
      className={`inline-flex items-center justify-center gap-2 rounded-sm whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-50 ${size} ${LOOK[look]} ${className}`}
    />
  )
}
