import type { Clock } from '../../clock.ts'
import { EarshotError } from '../../errors.ts'
import type { LlmTool, LlmToolCall } from '../../llm/llm.ts'
import { DEFAULT_AGENT_TOOLS, type AgentTool } from './agent-tools.ts'
import { validateToolArguments } from './arguments.ts'
import { endCall } from './end-call.ts'
import { httpTool, type HttpFetch } from './http-tool.ts'
import { sendDtmf } from './send-dtmf.ts'
import { sendSmsTool, type SendSms } from './send-sms.ts'
import type { Tool, ToolContext, ToolOutcome } from './tool.ts'
import { transferCall } from './transfer-call.ts'

/** The world as tools see it. */
export interface ToolPorts {
  sendSms: SendSms
  fetch: HttpFetch
}

/** The tools of one agent. @param agentTools as its owner set them up; left out, it can only hang up */
export function buildTools (agentTools: readonly AgentTool[] = DEFAULT_AGENT_TOOLS, ports: ToolPorts): Tool[] {
  return agentTools.map((settings) => buildTool(settings, ports))
}

function buildTool (settings: AgentTool, ports: ToolPorts): Tool {
  switch (settings.type) {
    case 'end_call': return endCall
    case 'transfer_call': return transferCall(settings.destinations)
    case 'send_dtmf': return sendDtmf
    case 'send_sms': return sendSmsTool(ports.sendSms, settings.recipients)
    case 'http': return httpTool(settings, ports.fetch)
  }
}

export interface CallTools {
  tools: LlmTool[]
  /** Never rejects, except when aborted: a tool that fails says so in its content. */
  run (call: LlmToolCall, signal: AbortSignal): Promise<ToolOutcome>
}

/** A tool has run; with the error, in vain. */
export interface ToolRun { tool: string, startedAtMs: number, error?: unknown }

/**
 * The tools of one call, as a reply uses them: arguments checked, time limited, failures told to the model in plain words.
 * @param onRun told of each run that was not broken off, for log and trace; never of what a caller said
 */
export function toolsOfCall (tools: readonly Tool[], context: ToolContext, clock: Clock, onRun: (run: ToolRun) => void = () => {}): CallTools {
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  return {
    tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    async run (call, signal) {
      const tool = byName.get(call.name)
      if (tool === undefined) return { content: `There is no tool called ${call.name}.` }
      const run: ToolRun = { tool: tool.name, startedAtMs: clock.now() }
      try {
        const checked = validateToolArguments(tool, call.arguments)
        if (!checked.ok) return { content: `The arguments are not valid: ${checked.problem}.` }
        const outcome = await withDeadline(clock, tool.timeoutMs, signal, async (limited) => await tool.run(checked.args, context, limited))
        onRun(run)
        return outcome
      } catch (error) {
        signal.throwIfAborted()
        onRun({ ...run, error })
        return { content: error instanceof EarshotError ? `This did not work: ${error.message}` : 'This did not work.' }
      }
    }
  }
}

/** Ends with the work, the deadline or the abort, whichever is first; also when the work does not listen to its signal. */
async function withDeadline<T> (clock: Clock, timeoutMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const limit = new AbortController()
  let fail: (reason: unknown) => void = () => {}
  const ended = new Promise<never>((_resolve, reject) => { fail = reject })
  const end = (reason: unknown): void => {
    fail(reason)
    limit.abort(reason)
  }
  const onAbort = (): void => end(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = clock.setTimeout(() => end(new EarshotError('provider_timeout', 'It took too long.')), timeoutMs)
  try {
    return await Promise.race([ended, work(limit.signal)])
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', onAbort)
  }
}
