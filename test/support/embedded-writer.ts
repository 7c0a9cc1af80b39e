import { writeSync } from 'node:fs'
import { openEmbedded } from '../../src/store/embedded.ts'

// Writes to the folder given until it is killed, with a line on stdout for everything that was acknowledged: `insert ID` or `push ID NUMBER`.
const [folder, round] = process.argv.slice(2)
const database = await openEmbedded(String(folder), { compactAfterBytes: 20_000 })
const calls = await database.collection('calls', [{ fields: ['call_sid'], unique: true }])
const filler = 'words '.repeat(50)

const call = async (id: string): Promise<void> => {
  await calls.insertOne({ _id: id, ...{ call_sid: id, transcript: [] } })
  writeSync(1, `insert ${id}\n`)
  for (let turn = 0; turn < 10; turn++) {
    await calls.updateOne({ _id: id }, { $push: { transcript: { turn, filler, timestamp: new Date() } } })
    writeSync(1, `push ${id} ${turn}\n`)
  }
}

for (let i = 0; ; i += 3) {
  await Promise.all([i, i + 1, i + 2].map((n) => call(`round${round}-call${n}`)))
}
