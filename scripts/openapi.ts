// Writes the description of the API to fixtures/openapi.json: after a change of the API, so that the change is seen in review.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimulatedLlm } from '../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../src/replay/simulated-tts.ts'
import { openVirtualGateway } from '../src/virtual-gateway.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'earshot-openapi-'))
const gateway = await openVirtualGateway({
  dataDir,
  providers: (clock) => ({ stt: new SimulatedStt({ clock, hear: () => '' }), llm: new SimulatedLlm({ clock }), tts: new SimulatedTts({ clock }) })
})
const document: object = (await gateway.app.inject('/documentation/json')).json()
await writeFile('fixtures/openapi.json', JSON.stringify(document, undefined, 2) + '\n')
await gateway.close(0)
await rm(dataDir, { recursive: true })
