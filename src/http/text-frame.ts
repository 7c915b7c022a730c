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

/** A frame whose head is written and whose text is not. */
function headed(length: number): Buffer {
  if (length <= SHORT_MOST) return begun(2 + length, length)
  if (length <= MEDIUM_MOST) {
    const frame = begun(4 + length, MEDIUM)
    frame.writeUInt16BE(length, 2)
    return frame
  }
  const frame = begun(10 + length, LONG)
  frame.writeBigUInt64BE(BigInt(length), 2)
  return frame
}

function begun(size: number, length: number): Buffer {
  const frame = Buffer.allocUnsafe(size)
  frame[0] = TEXT
  frame[1] = length
  return frame
}
