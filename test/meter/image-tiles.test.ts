// A picture weighs by its tiles, which its own bytes tell.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imageTokens } from '../../src/meter/image-tiles.ts'

const url = (type: string, bytes: Buffer) => `data:image/${type};base64,${bytes.toString('base64')}`

function png(width: number, height: number): string {
  const head = Buffer.alloc(33)
  head.write('\x89PNG\r\n\x1a\n', 'latin1')
  head.writeUInt32BE(13, 8)
  head.write('IHDR', 12)
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return url('png', head)
}

function gif(width: number, height: number): string {
  const head = Buffer.alloc(13)
  head.write('GIF89a')
  head.writeUInt16LE(width, 6)
  head.writeUInt16LE(height, 8)
  return url('gif', head)
}

function jpeg(width: number, height: number): string {
  const thumbnail = Buffer.alloc(4 + 300)
  thumbnail.set([0xff, 0xe1])
  thumbnail.writeUInt16BE(302, 2)
  const frame = Buffer.alloc(20)
  frame.set([0xff, 0xc0, 0, 17, 8])
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  return url('jpeg', Buffer.concat([Buffer.from([0xff, 0xd8]), thumbnail, frame]))
}

function webp(kind: 'VP8X' | 'VP8L' | 'VP8 ', width: number, height: number): string {
  const head = Buffer.alloc(40)
  head.write('RIFF')
  head.write('WEBP', 8)
  head.write(kind, 12)
  if (kind === 'VP8X') {
    head.writeUIntLE(width - 1, 24, 3)
    head.writeUIntLE(height - 1, 27, 3)
  } else if (kind === 'VP8L') head.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21)
  else {
    head.writeUInt16LE(width, 26)
    head.writeUInt16LE(height, 28)
  }
  return url('webp', head)
}

const tiles = (count: number) => 85 + 170 * count

test('each tile of 512 pixels weighs 170 tokens, on top of 85', () => {
  assert.equal(imageTokens(png(512, 512)), tiles(1))
  assert.equal(imageTokens(png(513, 512)), tiles(2))
  assert.equal(imageTokens(png(1, 1)), tiles(1))
})

test('a large picture is made to fit first', () => {
  // 1,024 by 1,024 becomes 768 by 768; 2,048 by 4,096 becomes 1,024 by 2,048 and then 768 by 1,536.
  assert.equal(imageTokens(png(1_024, 1_024)), tiles(4))
  assert.equal(imageTokens(png(2_048, 4_096)), tiles(6))
  assert.equal(imageTokens(png(100_000, 10)), tiles(4))
})

test('every common format tells its size', () => {
  for (const picture of [
    png(600, 500),
    gif(600, 500),
    jpeg(600, 500),
    webp('VP8X', 600, 500),
    webp('VP8L', 600, 500),
    webp('VP8 ', 600, 500),
  ])
    assert.equal(imageTokens(picture), tiles(2), picture.slice(0, 20))
})

test('low detail is the base alone; a size that is not told is four tiles', () => {
  assert.equal(imageTokens(png(4_000, 4_000), 'low'), 85)
  assert.equal(imageTokens('https://example.com/a.png', 'high'), tiles(4))
  assert.equal(imageTokens('data:image/png;base64,AAAA'), tiles(4))
  assert.equal(imageTokens('data:image/png,raw'), tiles(4))
})
