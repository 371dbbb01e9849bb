// What ollama-js sees, as one JSON object: URL, model, endless model.
import { Ollama } from 'ollama'

const [host, model, endless] = process.argv.slice(2)
const client = new Ollama({ host })
const messages = [{ role: 'user', content: 'hello' }]
const options = { num_predict: 200, temperature: 0 }
const seen = {}

seen.whole = (await client.chat({ model, messages, options })).message.content
seen.generated = (await client.generate({ model, prompt: 'hello', options })).response
seen.streamed = ''
for await (const part of await client.chat({ model, messages, options, stream: true })) {
  seen.streamed += part.message.content
  seen.reason = part.done_reason
}
seen.listed = (await client.list()).models.map((entry) => entry.model)
seen.running = (await client.ps()).models.map((entry) => entry.model)
seen.shown = (await client.show({ model })).details.format
try {
  await client.chat({ model: 'no-such-model', messages })
} catch (refused) {
  seen.refused = [refused.status_code, refused.error]
}
try {
  for await (const part of await client.generate({ model: endless, prompt: 'go', stream: true })) {
    if (part.response) client.abort()
  }
} catch (aborted) {
  seen.aborted = aborted.name
}
console.log(JSON.stringify(seen))
