import { readJson } from '../wire/json.ts'

/** One frame of the channel protocol, in its map form: version 1. */
export type Frame = { topic: string; event: string; payload: Record<string, unknown>; ref: string | null }

/** The one channel there is. */
export const TOPIC = 'ws:trading'

const TEXT_MOST = 128

const short = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= TEXT_MOST ? value : undefined

/** Reads a frame, or says why it is none. A `ref` may be a number or missing. */
export function readFrame(bytes: Uint8Array): Frame | string {
  const read = readJson(bytes)
  if (!read.ok) return read.detail
  const { value } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a frame is an object'
  const { topic, event, payload, ref } = value as Record<string, unknown>
  const [place, what] = [short(topic), short(event)]
  if (place === undefined || what === undefined) return 'a frame has a topic and an event'
  const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload)
  const mark = typeof ref === 'number' ? String(ref) : (short(ref) ?? null)
  return {
    topic: place,
    event: what,
    payload: isObject ? (payload as Record<string, unknown>) : {},
    ref: mark,
  }
}

/** A frame of ours that answers none. */
export const push = (event: string, payload: unknown): string =>
  JSON.stringify({ topic: TOPIC, event, payload, ref: null })

/** The answer to a frame. */
export const reply = ({ topic, ref }: Frame, status: 'ok' | 'error', response: unknown = {}): string =>
  JSON.stringify({ topic, event: 'phx_reply', payload: { status, response }, ref })
