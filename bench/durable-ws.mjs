// The peer of bench/stream.ts: ws that parses a frame, appends it to a file, syncs in groups, then echoes it.
import { WebSocketServer } from 'ws'
import { groupSync } from './group-sync.mjs'

const keep = groupSync(process.argv[2])

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false }, () =>
  console.log(`ready http://127.0.0.1:${server.address().port}`),
)
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const text = data.toString()
    JSON.parse(text)
    keep(text, () => socket.send(text))
  })
})
