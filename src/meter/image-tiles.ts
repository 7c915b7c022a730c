/** A small picture, or one of low detail, whatever its size. */
const BASE_TOKENS = 85
const TILE_TOKENS = 170
const TILE = 512
/** A picture is first made to fit a square of this side, then until its shorter side is at most the other. */
const LONG_MAX = 2_048
const SHORT_MAX = 768
/** Of a picture whose size is not told by its bytes: it stands at an address, or its format is not known. */
const UNKNOWN_TILES = 4

type Size = { width: number; height: number }

/**
 * Tokens that a picture weighs: 85, and 170 for each tile of 512 by 512 pixels after it has been made to fit
 * 2,048 by 2,048 and 768 on its shorter side. The size is read out of the bytes of a `data:` URL.
 */
export function imageTokens(url: string, detail: 'auto' | 'low' | 'high' = 'auto'): number {
  if (detail === 'low') return BASE_TOKENS
  const size = sizeOf(url)
  return BASE_TOKENS + TILE_TOKENS * (size === undefined ? UNKNOWN_TILES : tilesOf(size))
}

function tilesOf({ width, height }: Size): number {
  const fit = Math.min(1, LONG_MAX / Math.max(width, height))
  const shrink = Math.min(fit, SHORT_MAX / Math.min(width, height))
  // A pixel that a fraction begins is a pixel.
  const tiles = (side: number) => Math.max(1, Math.ceil(Math.ceil(side * shrink - 1e-9) / TILE))
  return tiles(width) * tiles(height)
}

/** Bytes of the head of a picture that are looked at. A JPEG's size may come after its thumbnail. */
const HEAD_BYTES = 64 * 1024

function sizeOf(url: string): Size | undefined {
  const from = url.indexOf(';base64,')
  if (!url.startsWith('data:') || from < 0) return undefined
  const start = from + ';base64,'.length
  const head = Buffer.from(url.slice(start, start + Math.ceil((HEAD_BYTES * 4) / 3)), 'base64')
  const size = sizeOfPng(head) ?? sizeOfGif(head) ?? sizeOfWebp(head) ?? sizeOfJpeg(head)
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined
}

const begins = (head: Buffer, mark: string, at = 0): boolean =>
  head.subarray(at, at + mark.length).equals(Buffer.from(mark, 'latin1'))

function sizeOfPng(head: Buffer): Size | undefined {
  if (!begins(head, '\x89PNG\r\n\x1a\n') || head.length < 24) return undefined
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
}

function sizeOfGif(head: Buffer): Size | undefined {
  if (!begins(head, 'GIF8') || head.length < 10) return undefined
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
}

/** The three kinds of WebP tell their size in three ways. */
function sizeOfWebp(head: Buffer): Size | undefined {
  if (!begins(head, 'RIFF') || !begins(head, 'WEBP', 8) || head.length < 30) return undefined
  if (begins(head, 'VP8X', 12))
    return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
  if (begins(head, 'VP8L', 12)) {
    const bits = head.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
}

/** Walks the segments of a JPEG to its frame header. */
function sizeOfJpeg(head: Buffer): Size | undefined {
  if (!begins(head, '\xff\xd8')) return undefined
  for (let at = 2; at + 9 < head.length && head[at] === 0xff; ) {
    const marker = head[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) }
    at += 2 + head.readUInt16BE(at + 2)
  }
  return undefined
}
