import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Writable } from 'node:stream'
import * as ws from 'ws'
import { frameOf, framesOf } from '../../src/http/text-frame.ts'

// Its types leave it out.
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable }

/** The texts that a WebSocket client reads out of frames. */
function read(frames: readonly Buffer[]): Promise<string[]> {
  const texts: string[] = []
  const receiver = new Receiver({ isServer: false })
  return new Promise((resolve, reject) => {
    receiver.on('message', (data: Buffer, isBinary: boolean) => {
      assert.equal(isBinary, false)
      texts.push(data.toString())
    })
    receiver.on('error', reject)
    receiver.on('finish', () => resolve(texts))
    receiver.end(Buffer.concat(frames))
  })
}

void describe('a text frame', () => {
  void it('says its text, of any length, given as text or as bytes', async () => {
    const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]
    const texts = [...lengths.map((length) => 'x'.repeat(length)), 'ünïcödé 🚌', 'ü'.repeat(63)]
    assert.deepEqual(await read(texts.map(frameOf)), texts)
    assert.deepEqual(await read(texts.map((text) => frameOf(Buffer.from(text)))), texts)
    assert.deepEqual(await read([framesOf(texts)]), texts)
    assert.deepEqual(framesOf(['one']), frameOf('one'))
  })

  void it('is made once of bytes that are told to many, and anew of others', () => {
    const update = Buffer.from('{"type":"delta"}')
    assert.equal(frameOf(update), frameOf(update))
    assert.notEqual(frameOf(update), frameOf(Buffer.from(update)))
  })
})
