// The peer of bench/stream.ts: ws that parses a frame, appends it to a file, syncs in groups, then echoes it.
import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'

const file = openSync(join(process.argv[2], 'peer.log'), 'a')
let waiting = []
let isSyncing = false

function sync() {
  if (isSyncing || waiting.length === 0) return
  isSyncing = true
  const batch = waiting
  waiting = []
  writeSync(file, batch.map(({ text }) => text).join('\n'))
  fdatasync(file, (error) => {
    if (error) throw error
    isSyncing = false
    for (const { text, socket } of batch) socket.send(text)
    sync()
  })
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false }, () =>
  console.log(`ready http://127.0.0.1:${server.address().port}`),
)
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const text = data.toString()
    JSON.parse(text)
    waiting.push({ text, socket })
    sync()
  })
})
process.on('exit', () => closeSync(file))
