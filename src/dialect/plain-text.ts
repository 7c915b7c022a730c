/** So many events that are not like the one before, and an answer is taken to be of another kind. */
const MISSES_MAX = 3
/** What JSON writes as it is: everything from the blank on, but quotes and backslashes. */
const PLAIN = /^[ !#-[\]-\uffff]+$/
/** Stands where the text did, to see that nothing else of an event depends on it. */
const PROBE = 'busbar probe'

/**
 * Events that differ from one another in nothing but a text without escapes, as nearly all events of a long
 * answer do: what surrounds the text is parsed once, and proved to be the surroundings of that very text.
 */
export class PlainText {
  private head = ''
  private tail = ''
  private misses = 0

  /** The text of an event that is otherwise the one learned; nothing where it may be another. */
  find(data: string): string | undefined {
    const { head, tail } = this
    if (head === '') return undefined
    const end = data.length - tail.length
    // A slice is compared as one block of memory; `startsWith` goes letter by letter in part of a text.
    if (end > head.length && data.slice(0, head.length) === head && data.endsWith(tail)) {
      const text = data.slice(head.length, end)
      if (PLAIN.test(text)) return text
    }
    return undefined
  }

  /**
   * Learns the surroundings of the text in an event. `textOf` reads an event that holds a text and nothing
   * else, and gives nothing for any other.
   */
  learn(data: string, text: string, textOf: (data: string) => string | undefined): void {
    if (this.misses >= MISSES_MAX || !PLAIN.test(text)) return
    this.misses++
    const quoted = `"${text}"`
    const at = data.indexOf(quoted)
    if (at < 0 || data.indexOf(quoted, at + 1) >= 0) return
    const head = data.slice(0, at + 1)
    const tail = data.slice(at + 1 + text.length)
    if (textOf(head + PROBE + tail) !== PROBE) return
    this.head = head
    this.tail = tail
  }
}
