const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let word = byte
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? (word >>> 1) ^ 0xedb88320 : word >>> 1
  return word
})

/** CRC-32 (IEEE 802.3) of ASCII text, as an unsigned integer: finds damage and mistyping, not malice. */
export function crc32(text: string): number {
  let word = -1
  for (let i = 0; i < text.length; i++)
    word = (word >>> 8) ^ (TABLE[(word ^ text.charCodeAt(i)) & 0xff] as number)
  return ~word >>> 0
}
