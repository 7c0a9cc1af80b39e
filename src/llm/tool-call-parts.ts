import type { LlmToolCall } from './llm.ts'

/** A piece of a tool call as it is streamed: the first has id and name, the following ones more of the arguments' JSON text. */
export interface ToolCallPart {
  index?: number
  id?: string
  function?: { name?: string, arguments?: string }
}

/** Puts streamed tool calls together (https://platform.openai.com/docs/guides/function-calling#streaming). */
export class ToolCallParts {
  readonly #calls: LlmToolCall[] = []
  /** The call that each index is at. */
  readonly #byIndex = new Map<number, LlmToolCall>()

  /** Some servers number every call 0, or none: another id at the same place is another call. */
  add ({ index = 0, id, function: called }: ToolCallPart): void {
    let call = this.#byIndex.get(index)
    if (call === undefined || (id && call.id !== id && call.name !== '')) {
      call = { id: id || `call_${this.#calls.length + 1}`, name: '', arguments: '' }
      this.#calls.push(call)
      this.#byIndex.set(index, call)
    }
    call.name += called?.name ?? ''
    call.arguments += called?.arguments ?? ''
  }

  /** The calls in their order. A call without arguments gets an empty object. */
  finish (): LlmToolCall[] {
    return this.#calls.filter(({ name }) => name !== '').map((call) => ({ ...call, arguments: call.arguments || '{}' }))
  }
}
