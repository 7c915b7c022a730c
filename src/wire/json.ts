/** What a reader of JSON accepts. Names of prototypes are refused so that no later copy can be poisoned. */
export type JsonLimits = {
  depth: number
  keys: number
  /** Whether `1e3` is a number. On the trading surface it is not. */
  exponents: boolean
  forbidden: readonly string[]
}

/** For the exchange's own requests. */
export const STRICT: JsonLimits = {
  depth: 32,
  keys: 10_000,
  exponents: false,
  forbidden: ['__proto__', 'constructor', 'prototype'],
}

/** For requests in others' dialects, whose numbers and property names are their own affair. */
export const FOREIGN: JsonLimits = { depth: 64, keys: 100_000, exponents: true, forbidden: ['__proto__'] }

export type JsonRead = { ok: true; value: unknown } | { ok: false; pointer: string; detail: string }

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads one JSON text from bytes, or says where and why it cannot be accepted. Never throws. */
export function readJson(bytes: Uint8Array, limits: JsonLimits = STRICT): JsonRead {
  let text: string
  try {
    text = UTF8.decode(bytes)
  } catch {
    return { ok: false, pointer: '', detail: 'the body is not valid UTF-8' }
  }
  return readJsonText(text, limits)
}

/** Reads one JSON text, likewise. */
export function readJsonText(text: string, limits: JsonLimits = STRICT): JsonRead {
  const scan = new Scan(text, limits)
  if (!scan.whole()) return { ok: false, pointer: scan.pointer, detail: scan.detail }
  return { ok: true, value: JSON.parse(text) }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const SMALL_U = 0x75

/** Objects with more keys than this look for repeats in a set. */
const FEW_KEYS = 16

const isDigit = (code: number): boolean => code >= ZERO && code <= 0x39

/**
 * One pass over the text that accepts exactly the JSON we accept and builds nothing. Every method returns
 * whether the text is good so far; the pointer to a fault is put together on the way out, so good text pays
 * nothing for it.
 */
class Scan {
  pointer = ''
  detail = ''
  private at = 0
  private keys = 0
  private depth = 0
  /** Whether the string just read had a backslash. */
  private escaped = false
  private readonly text: string
  private readonly limits: JsonLimits

  constructor(text: string, limits: JsonLimits) {
    this.text = text
    this.limits = limits
  }

  whole(): boolean {
    if (this.text.charCodeAt(0) === 0xfeff) return this.fail('the body starts with a byte order mark')
    if (!this.value()) return false
    this.space()
    return this.at === this.text.length || this.fail('something follows the JSON value')
  }

  private value(): boolean {
    this.space()
    const code = this.text.charCodeAt(this.at)
    if (code === QUOTE) return this.string()
    if (code === OPEN_BRACE) return this.nested(CLOSE_BRACE)
    if (code === OPEN_BRACKET) return this.nested(CLOSE_BRACKET)
    if (code === MINUS || isDigit(code)) return this.number()
    if (code === 0x74) return this.word('true')
    if (code === 0x66) return this.word('false')
    if (code === 0x6e) return this.word('null')
    return this.fail(
      this.at >= this.text.length ? 'the JSON ends too early' : 'a JSON value was expected here',
    )
  }

  private nested(end: number): boolean {
    if (++this.depth > this.limits.depth) return this.fail(`nested deeper than ${this.limits.depth} levels`)
    this.at++
    this.space()
    let good = true
    if (this.text.charCodeAt(this.at) === end) this.at++
    else good = end === CLOSE_BRACE ? this.members() : this.elements()
    this.depth--
    return good
  }

  private elements(): boolean {
    for (let index = 0; ; index++) {
      if (!this.value()) return this.within(String(index))
      this.space()
      const code = this.text.charCodeAt(this.at++)
      if (code === CLOSE_BRACKET) return true
      if (code !== COMMA) return this.fail('a comma or a closing bracket was expected')
    }
  }

  private members(): boolean {
    const names: string[] = []
    let many: Set<string> | undefined
    for (;;) {
      this.space()
      if (this.text.charCodeAt(this.at) !== QUOTE) return this.fail('a name in quotes was expected')
      const start = this.at + 1
      if (!this.string()) return false
      const raw = this.text.slice(start, this.at - 1)
      const name = this.escaped ? (JSON.parse(`"${raw}"`) as string) : raw
      if (++this.keys > this.limits.keys) return this.fail(`more than ${this.limits.keys} names`)
      if (this.limits.forbidden.includes(name))
        return this.fail('this name is not allowed') || this.within(name)
      if (many === undefined ? names.includes(name) : many.has(name))
        return this.fail('this name appears twice') || this.within(name)
      names.push(name)
      if (many !== undefined) many.add(name)
      else if (names.length > FEW_KEYS) many = new Set(names)
      this.space()
      if (this.text.charCodeAt(this.at++) !== COLON)
        return this.fail('a colon was expected') || this.within(name)
      if (!this.value()) return this.within(name)
      this.space()
      const code = this.text.charCodeAt(this.at++)
      if (code === CLOSE_BRACE) return true
      if (code !== COMMA) return this.fail('a comma or a closing brace was expected')
    }
  }

  private string(): boolean {
    const { text } = this
    this.escaped = false
    for (let at = this.at + 1; ; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.at = at + 1
        return true
      }
      if (code === BACKSLASH) {
        const next = this.escape(at)
        if (next === 0) return false
        at = next
      } else if (code < 0x20) return this.fail('a control character inside a string')
      else if (Number.isNaN(code)) return this.fail('a string without its closing quote')
    }
  }

  /** Index of the last character of the escape at `at`, or 0 after a fault. */
  private escape(at: number): number {
    this.escaped = true
    const code = this.text.charCodeAt(at + 1)
    if (code !== SMALL_U) {
      if ('"\\/bfnrt'.includes(this.text.charAt(at + 1) || ' ')) return at + 1
      this.fail('an escape that JSON does not have')
      return 0
    }
    const unit = this.unit(at)
    if (unit < 0xd800 || unit > 0xdfff) return unit < 0 ? 0 : at + 5
    const low = unit < 0xdc00 && this.text.charCodeAt(at + 6) === BACKSLASH ? this.unit(at + 6) : 0
    if (low >= 0xdc00 && low <= 0xdfff) return at + 11
    this.fail('half of a surrogate pair')
    return 0
  }

  /** The code unit of `\uXXXX` at `at`, or -1 after a fault. */
  private unit(at: number): number {
    const digits = this.text.slice(at + 2, at + 6)
    if (this.text.charCodeAt(at + 1) === SMALL_U && /^[0-9a-fA-F]{4}$/.test(digits))
      return Number.parseInt(digits, 16)
    this.fail('an escape that JSON does not have')
    return -1
  }

  private number(): boolean {
    const start = this.at
    if (this.text.charCodeAt(this.at) === MINUS) this.at++
    if (!this.integer()) return false
    if (this.text.charCodeAt(this.at) === POINT) {
      this.at++
      if (!this.digits()) return this.fail('a number without digits after its point')
    }
    const code = this.text.charCodeAt(this.at) | 0x20
    if (code === 0x65) {
      if (!this.limits.exponents) return this.fail('a number with an exponent')
      const sign = this.text.charCodeAt(++this.at)
      if (sign === MINUS || sign === 0x2b) this.at++
      if (!this.digits()) return this.fail('a number without digits in its exponent')
    }
    const length = this.at - start
    return length < 300 && code !== 0x65 ? true : this.finite(start)
  }

  private integer(): boolean {
    if (this.text.charCodeAt(this.at) !== ZERO) return this.digits() || this.fail('a number without digits')
    this.at++
    return !isDigit(this.text.charCodeAt(this.at)) || this.fail('a number with a leading zero')
  }

  private finite(start: number): boolean {
    const number = Number(this.text.slice(start, this.at))
    return Number.isFinite(number) || this.fail('a number too large to hold')
  }

  private digits(): boolean {
    const start = this.at
    while (isDigit(this.text.charCodeAt(this.at))) this.at++
    return this.at > start
  }

  private word(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return this.fail('a JSON value was expected here')
    this.at += word.length
    return true
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  private fail(detail: string): false {
    this.detail = detail
    return false
  }

  /** Puts the name or index of a faulty value before the pointer that leads on from it. */
  private within(name: string): false {
    this.pointer = `/${escapePointer(name)}${this.pointer}`
    return false
  }
}

/** One step of a JSON pointer (RFC 6901). Long names are cut: a pointer is there to be read. */
export const escapePointer = (name: string): string =>
  name.slice(0, 128).replaceAll('~', '~0').replaceAll('/', '~1')
