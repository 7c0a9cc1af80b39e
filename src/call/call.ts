import { encodeMulaw } from '../audio/mulaw.ts'
import { dtmf } from '../audio/tones.ts'
import { isBackchannel } from './backchannel.ts'
import { judgeCompleteness } from './completeness.ts'
import { Conversation } from './conversation.ts'
import type { CallDeps } from './deps.ts'
import { DtmfCollector } from './dtmf-collector.ts'
import { Ear } from './ear.ts'
import { isEcho } from './echo.ts'
import { safely, type CallEvent, type CallStateName } from './events.ts'
import { leaveState } from './leave-state.ts'
import { Reply } from './reply.ts'
import { FILLER_AFTER_MS, Speaker, wordless, type Speech } from './speaker.ts'
import { stockPhrases, type StockPhrases } from './stock-phrases.ts'
import type { ToolEffect } from './tools/tool.ts'
import { activityOf, turnOf, type CallActivity, type State } from './state.ts'
import type { HearingAction } from './turn-detector.ts'
import { Timers } from './timers.ts'
import { Turn } from './turn.ts'
import { ASKED_WHEN_SILENT, MIN_IDLE_MS } from './turn-taking.ts'
import { greetingOf } from './warm-phrases.ts'

/** One phone call: who has the floor, what is said, and how it ends. Its world is its constructor's arguments. */
export class Call {
  readonly #deps: CallDeps
  readonly #ear: Ear
  readonly #speaker: Speaker
  readonly #conversation: Conversation
  readonly #stock: StockPhrases
  readonly #digits: DtmfCollector
  readonly #timers: Timers<'idle' | 'max' | 'slow'>
  readonly #tell: (event: CallEvent) => void
  #state: State = { name: 'listening', turn: undefined }
  #lastSpeech: Speech | undefined
  #turnIds = 0
  /** Since when nobody has said anything. */
  #silentSinceMs = 0
  #timesAsked = 0
  #closing: Promise<void> | undefined

  constructor (deps: CallDeps) {
    this.#deps = deps
    this.#tell = safely(deps.observe)
    const { agent, clock, vad } = deps
    this.#stock = stockPhrases(agent.language)
    this.#timers = new Timers(clock)
    this.#ear = new Ear(clock, vad, agent.turnTaking, (action) => this.#heard(action))
    this.#conversation = new Conversation(agent.systemPrompt, deps.writer, (turn) => this.#tell({ type: 'turn', turn }), deps.past, deps.background)
    this.#speaker = new Speaker({
      ...deps,
      conversation: this.#conversation,
      oneMoment: this.#stock.oneMoment,
      tell: (event) => this.#tell(event),
      onFinished: (speech) => this.#finishedSpeaking(speech)
    })
    this.#digits = new DtmfCollector(clock, (text) => this.#answerText(text))
  }

  get state (): CallStateName { return this.#state.name }
  get activity (): CallActivity { return activityOf(this.#state, this.#conversation.heldWords, this.#speaker) }
  get #over (): boolean { return this.#state.name === 'ending' || this.#state.name === 'closed' }

  /** The caller is on the line: greets, or excuses the break when the call was lost and taken up again. */
  start (): void {
    this.#timers.set('max', this.#deps.agent.turnTaking.maxCallMs, () => this.end('max_duration', this.#stock.goodbyeTooLong))
    const resumed = (this.#deps.past?.length ?? 0) > 0
    this.#say(resumed ? this.#stock.cutOff : greetingOf(this.#deps.agent))
  }

  /** A frame of the caller's μ-law, of any length. */
  frame (mulaw: Uint8Array): void {
    if (this.#state.name === 'closed' || mulaw.length === 0) return
    this.#ear.frame(mulaw)
    const { hearing } = this.#ear
    if (hearing.name === 'quiet') this.#ear.forget()
    else if (hearing.name === 'speech') this.#turn?.cutIfLong(hearing.voicedMs)
  }

  /** A mark came back. */
  mark (name: string): void {
    this.#speaker.markReturned(name)
  }

  /** The caller pressed a key. */
  digit (digit: string): void {
    if (this.#over) return
    this.#timers.cancel('idle')
    this.#digits.press(digit)
  }

  /** Says a last sentence, waits until it has been heard, then hangs up. */
  end (reason: string, farewell: string): void {
    if (this.#over) return
    this.#takeFloor()
    this.#last(this.#speaker.phrase(farewell), reason, () => this.#deps.control.hangUp())
  }

  /** Tells the agent something that the caller does not hear: its next reply knows it. False: there will be none. */
  whisper (text: string): boolean {
    const state = this.#state
    if (this.#over) return false
    this.#conversation.add({ role: 'system', text, timestampMs: this.#deps.clock.now() })
    // What was prepared already does not know it.
    if (state.name === 'deciding' && state.reply !== undefined) this.#decide(state.turn)
    return true
  }

  /** Connects the caller to another number, E.164, after an announcement if there is one. False: the call is ending already. */
  transfer (to: string, announcement?: string): boolean {
    if (this.#over) return false
    this.#takeFloor()
    this.#transfer(to, announcement)
    return true
  }

  /**
   * The one way out, from every state: stops everything the call has started and completes its record.
   * Repeated calls share one promise, which resolves when the record is stored.
   */
  close (reason: string): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    this.#closing = this.#close(reason)
    this.#deps.onClosed() // Not before: who hears of it may close the call once more, for another reason.
    return this.#closing
  }

  // Hearing

  #heard (action: HearingAction): void {
    const state = this.#state
    switch (action.type) {
      case 'started': return this.#started(action.onsetMs)
      case 'sustained':
        if (state.name === 'speaking' && state.turn !== undefined) this.#bargeIn(state.speech, state.turn, action.onsetMs)
        return
      case 'paused':
        if (this.#turn === undefined) return
        // A word of the echo with a pause after it is too short to be caught as an interruption, and its last one comes when all is said.
        if ((state.name === 'speaking' || state.name === 'listening') && this.#isEcho(this.#turn.onsetMs, action.sinceMs)) return this.#nothingSaid(this.#turn)
        this.#tell({ type: 'transcription' })
        this.#turn.ask(action.sinceMs, action.voicedMs)
        if (state.name === 'listening') this.#become({ name: 'deciding', turn: this.#turn, reply: undefined, wordsAtMs: 0 })
        return
      case 'resumed':
        this.#turn?.goOn(action.onsetMs, action.voicedMs)
        if (state.name === 'deciding') this.#listenOn(state)
        return
      case 'ended':
        if (state.name === 'deciding') this.#commit(state)
    }
  }

  #started (onsetMs: number): void {
    const state = this.#state
    if (state.name !== 'listening' && state.name !== 'speaking') return
    this.#timers.cancel('idle')
    state.turn = this.#newTurn(onsetMs)
  }

  #newTurn (onsetMs: number): Turn {
    const { agent, stt } = this.#deps
    return new Turn(++this.#turnIds, onsetMs, stt, agent, this.#ear.audio, {
      onWords: (turn) => this.#wordsKnown(turn),
      onFailed: (turn, error) => this.#wordsFailed(turn, error)
    })
  }

  /** The turn the caller is in, if they are in one. */
  get #turn (): Turn | undefined { return turnOf(this.#state) }

  #listenOn (state: State & { name: 'deciding' }): void {
    this.#dropReply(state.reply)
    this.#become({ name: 'listening', turn: state.turn })
  }

  #dropReply (reply: Reply | undefined): void {
    if (reply === undefined) return
    reply.abort()
    this.#tell({ type: 'speculation', used: false })
  }

  /** The caller made no words: they did not take the floor. */
  #nothingSaid (turn: Turn): void {
    turn.cancel()
    this.#ear.reset()
    const state = this.#state
    if (state.name === 'paused') {
      this.#become({ name: 'speaking', speech: state.speech, turn: undefined })
      this.#tell({ type: 'resumed' })
      return this.#speaker.goOn(state.speech, state.heardBytes)
    }
    if (state.name === 'speaking') { state.turn = undefined; return }
    if (state.name === 'deciding') this.#dropReply(state.reply)
    // A noise does not make a silent caller less silent.
    this.#listen(this.#silentSinceMs)
  }

  #wordsKnown (turn: Turn): void {
    const state = this.#state
    if (this.#turn !== turn) return
    const overAgent = state.name === 'speaking' || state.name === 'paused'
    if (turn.words === '' || (overAgent && isBackchannel(turn.words, this.#deps.agent.language))) return this.#nothingSaid(turn)
    this.#tell({ type: 'partial', text: turn.words })
    if (state.name === 'speaking') this.#interrupt(state.speech, this.#speaker.cut(), this.#isRetractable(state.speech, turn.onsetMs) ? turn : undefined)
    if (state.name === 'paused') this.#interrupt(state.speech, state.heardBytes, state.retractable ? turn : undefined)
    this.#decide(turn)
  }

  #wordsFailed (turn: Turn, error: unknown): void {
    this.#tell({ type: 'failure', stage: 'stt', error })
    if (this.#turn !== turn) return
    const floorIsOurs = this.#state.name === 'speaking' || this.#state.name === 'paused'
    this.#nothingSaid(turn)
    if (!floorIsOurs) this.#say(this.#stock.misheard)
  }

  // Deciding

  /** The words so far are known: prepares the answer, and lets silence decide whether they were all. */
  #decide (turn: Turn): void {
    const { agent } = this.#deps
    if (this.#state.name === 'deciding') this.#dropReply(this.#state.reply)
    const reply = agent.turnTaking.speculate ? this.#reply(turn) : undefined
    this.#become({ name: 'deciding', turn, reply, wordsAtMs: this.#deps.clock.now() })
    this.#ear.wordsKnown(judgeCompleteness(turn.words, agent.language))
    if (reply === undefined || reply.ready) this.#ear.replyReady()
    // A model that takes very long must not keep the floor open: the turn ends, and a filler covers the wait.
    else this.#timers.set('slow', FILLER_AFTER_MS, () => this.#ear.replyReady())
  }

  #reply (turn: Turn): Reply {
    return new Reply(this.#deps, this.#conversation.messagesFor(turn.words), {
      onReady: (reply) => {
        if (this.#state.name === 'deciding' && this.#state.reply === reply) this.#ear.replyReady()
      },
      onFailed: (reply, error) => {
        this.#tell({ type: 'failure', stage: 'reply', error })
        const { apology } = this.#stock
        this.#deps.phrases.prepare(this.#deps.agent, apology).then((mulaw) => reply.apologise(apology, mulaw), () => reply.apologise(apology, undefined))
      }
    })
  }

  #commit (state: State & { name: 'deciding' }): void {
    const { turn } = state
    const reply = state.reply ?? this.#reply(turn)
    if (state.reply !== undefined) this.#tell({ type: 'speculation', used: true })
    this.#timesAsked = 0
    const speechEndAtMs = this.#ear.atClock(turn.silentSinceMs)
    this.#conversation.hold({ role: 'user', text: turn.words, timestampMs: speechEndAtMs })
    reply.commit()
    const waitedMs = reply.ready ? 0 : this.#deps.clock.now() - reply.times.startedAtMs
    this.#speak({
      utterance: reply.utterance,
      answer: { reply, turn, times: { speechEndAtMs, wordsAtMs: state.wordsAtMs, reply: reply.times } },
      firstSoundAtMs: undefined,
      coverAfterMs: Math.max(0, FILLER_AFTER_MS - waitedMs)
    })
  }

  /** Words that were not spoken, such as digits: a turn that is over at once. */
  #answerText (text: string): void {
    if (this.#over) return
    this.#takeFloor()
    const turn = this.#newTurn(this.#ear.nowMs)
    turn.follow(text)
    this.#commit({ name: 'deciding', turn, reply: undefined, wordsAtMs: this.#deps.clock.now() })
  }

  // Speaking

  #speak (speech: Speech): void {
    this.#lastSpeech = speech
    this.#timers.cancel('idle')
    this.#become({ name: 'speaking', speech, turn: undefined })
    this.#speaker.speak(speech)
  }

  /** Says a sentence of Earshot's own. */
  #say (text: string): void {
    this.#speak(this.#speaker.phrase(text))
  }

  #finishedSpeaking (speech: Speech): void {
    const state = this.#state
    if (state.name !== 'speaking' && state.name !== 'ending') return
    this.#speaker.record(speech)
    if (state.name === 'ending') return this.#hangUp(state)
    const [effect, ...effects] = speech.answer?.reply.effects ?? speech.effects ?? []
    if (effect !== undefined) return this.#carryOut(effect, effects, speech)
    const { turn } = state
    const { hearing } = this.#ear
    if (turn === undefined) this.#listen()
    else this.#become(hearing.name === 'pause' && hearing.asked ? { name: 'deciding', turn, reply: undefined, wordsAtMs: 0 } : { name: 'listening', turn })
  }

  // Being interrupted

  /** Whether the agent began to speak too early, when the caller goes on at `onsetMs`. What a tool has done cannot be undone. */
  #isRetractable ({ answer, firstSoundAtMs }: Speech, onsetMs: number): boolean {
    if (answer === undefined || answer.reply.toolsRan || !this.#conversation.isHolding) return false
    return firstSoundAtMs === undefined || this.#ear.atClock(onsetMs) - firstSoundAtMs < this.#deps.agent.turnTaking.retractMs
  }

  #bargeIn (speech: Speech, turn: Turn, onsetMs: number): void {
    if (this.#isEcho(onsetMs, this.#ear.audio.endMs)) return this.#nothingSaid(turn)
    const retractable = this.#isRetractable(speech, onsetMs)
    this.#become({ name: 'paused', speech, heardBytes: this.#speaker.cut(), turn, retractable })
    this.#tell({ type: 'barge_in', afterMs: Math.round(this.#ear.nowMs - onsetMs) })
  }

  #isEcho (fromMs: number, toMs: number): boolean {
    return this.#lastSpeech !== undefined && isEcho(this.#ear.audio.slice(fromMs, toMs), this.#lastSpeech.utterance.speech, this.#speaker.sentBytes)
  }

  /** The caller takes the floor: the agent's speech ends where it was heard, or never happened. */
  #interrupt (speech: Speech, heardBytes: number, turn: Turn | undefined): void {
    const { answer } = speech
    answer?.reply.abort()
    if (turn !== undefined && answer !== undefined) {
      this.#conversation.retract()
      turn.follow(answer.turn.words)
      this.#tell({ type: 'retracted' })
    } else {
      this.#speaker.record(speech, heardBytes)
    }
  }

  /** Ends whatever is going on, keeping what has been said. */
  #takeFloor (): void {
    const state = this.#state
    this.#ear.reset()
    this.#turn?.cancel()
    if (state.name === 'speaking') this.#interrupt(state.speech, this.#speaker.cut(), undefined)
    if (state.name === 'paused') this.#interrupt(state.speech, state.heardBytes, undefined)
    if (state.name === 'deciding') this.#dropReply(state.reply)
  }

  // Silence and the end

  #listen (silentSinceMs = this.#deps.clock.now()): void {
    this.#become({ name: 'listening', turn: undefined })
    this.#silentSinceMs = silentSinceMs
    const { idleMs } = this.#deps.agent.turnTaking
    if (idleMs > 0) this.#timers.set('idle', Math.max(MIN_IDLE_MS, silentSinceMs + idleMs - this.#deps.clock.now()), () => this.#silent())
  }

  #silent (): void {
    if (this.#state.name !== 'listening' || this.#state.turn !== undefined) return
    if (this.#timesAsked++ < ASKED_WHEN_SILENT) this.#say(this.#stock.stillThere)
    else this.end('silent_caller', this.#stock.goodbyeSilent)
  }

  #carryOut (effect: ToolEffect, effects: ToolEffect[], speech: Speech): void {
    if (effect.type === 'send_dtmf') return this.#speak({ ...wordless(encodeMulaw(dtmf(effect.digits))), effects })
    if (effect.type === 'transfer') return this.#transfer(effect.to, effect.announcement)
    // The model has usually said its goodbye with the tool call; only a silent one is given a farewell. Tones follow words.
    this.#last(speech.utterance.text === '' && speech.effects === undefined ? this.#speaker.phrase(effect.farewell ?? this.#stock.goodbye) : wordless(), 'agent_ended', () => this.#deps.control.hangUp())
  }

  #transfer (to: string, announcement?: string): void {
    this.#last(announcement === undefined ? wordless() : this.#speaker.phrase(announcement), 'transferred', () => this.#deps.control.transfer(to))
  }

  #last (speech: Speech, reason: string, act: () => Promise<void>): void {
    this.#timers.cancelAll()
    this.#become({ name: 'ending', speech, reason, act })
    this.#speaker.speak(speech)
  }

  #hangUp (state: State & { name: 'ending' }): void {
    state.act().then(() => this.close(state.reason), (error: unknown) => {
      this.#tell({ type: 'failure', stage: 'control', error })
      // A transfer that failed leaves the caller here; a hang-up that failed still ends what can be ended.
      if (state.reason === 'transferred' && this.#state === state) this.#say(this.#stock.apology)
      else return this.close(state.reason)
    }).catch(() => {})
  }

  async #close (given: string): Promise<void> {
    const state = this.#state
    // Twilio's stop may overtake the answer to our own hang-up.
    const reason = state.name === 'ending' ? state.reason : given
    const nowMs = this.#deps.clock.now()
    leaveState(state, this.#speaker, this.#conversation, nowMs)
    this.#timers.cancelAll()
    this.#digits.close()
    this.#ear.close()
    this.#become({ name: 'closed' })
    await this.#deps.writer.finish({ endedAtMs: nowMs, reason })
    this.#tell({ type: 'closed', reason })
  }

  #become (state: State): void {
    const changed = state.name !== this.#state.name
    if (state.name !== 'deciding') this.#timers.cancel('slow')
    this.#state = state
    if (changed) this.#tell({ type: 'state', state: state.name })
  }
}
