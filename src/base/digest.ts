/**
 * A running 64-bit fingerprint of numbers and text, in two 32-bit lanes. Not cryptographic: it tells states
 * apart.
 */
export class Digest {
  private high = 0x9e3779b9 | 0
  private low = 0x85ebca6b | 0

  number(value: number): this {
    this.mix(value | 0)
    this.mix(Math.floor(value / 4_294_967_296) | 0)
    return this
  }

  text(value: string): this {
    this.mix(value.length)
    for (let i = 0; i < value.length; i++) this.mix(value.charCodeAt(i))
    return this
  }

  hex(): string {
    return (this.high >>> 0).toString(16).padStart(8, '0') + (this.low >>> 0).toString(16).padStart(8, '0')
  }

  private mix(word: number): void {
    this.high = Math.imul(this.high ^ word, 0x01000193)
    this.high ^= this.high >>> 15
    this.low = Math.imul(this.low ^ word ^ this.high, 0xc2b2ae35 | 0)
    this.low ^= this.low >>> 13
  }
}
