/** FIN and the opcode of text. */
const TEXT = 0x81
const SHORT_MOST = 125
const MEDIUM_MOST = 0xffff
const MEDIUM = 126
const LONG = 127

let lastBytes: Uint8Array | undefined
let lastFrame: Buffer = Buffer.alloc(0)

/**
 * A text in one whole frame of WebSocket (RFC 6455 §5.2), as a server sends it: unmasked, head and text in
 * one piece. An update that is told to many in turn is framed once.
 */
export function frameOf(text: Uint8Array | string): Buffer {
  if (typeof text === 'string') {
    const length = Buffer.byteLength(text)
    const frame = headed(length)
    frame.write(text, frame.length - length)
    return frame
  }
  if (text === lastBytes) return lastFrame
  lastBytes = text
  lastFrame = headed(text.length)
  lastFrame.set(text, lastFrame.length - text.length)
  return lastFrame
}

/** Texts in a frame each, all in one piece. */
export function framesOf(texts: readonly string[]): Buffer {
  const [first] = texts
  if (texts.length === 1 && first !== undefined) return frameOf(first)
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const piece = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headOf(length) + length, 0))
  let at = 0
  for (const [n, text] of texts.entries()) {
    const length = lengths[n] as number
    at = writeHead(piece, at, length)
    at += piece.write(text, at)
  }
  return piece
}

/** A frame whose head is written and whose text is not. */
function headed(length: number): Buffer {
  const frame = Buffer.allocUnsafe(headOf(length) + length)
  writeHead(frame, 0, length)
  return frame
}

/** Bytes before a text of this length. */
const headOf = (length: number): number => (length <= SHORT_MOST ? 2 : length <= MEDIUM_MOST ? 4 : 10)

/** Writes what stands before a text of this length; returns where the text begins. */
function writeHead(frame: Buffer, at: number, length: number): number {
  frame[at] = TEXT
  if (length <= SHORT_MOST) {
    frame[at + 1] = length
    return at + 2
  }
  if (length <= MEDIUM_MOST) {
    frame[at + 1] = MEDIUM
    return frame.writeUInt16BE(length, at + 2)
  }
  frame[at + 1] = LONG
  return frame.writeBigUInt64BE(BigInt(length), at + 2)
}
