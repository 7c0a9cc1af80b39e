import { useRef, useState } from 'react'
import type { Call } from '../../api/types.ts'
import { turnStarts } from './turn-times.ts'

/** The recording of a call that is over, in step with its transcript. */
export const useRecording = (call: Call) => {
  const audio = useRef<HTMLAudioElement>(null)
  const [part, setPart] = useState(1)
  const [playing, setPlaying] = useState<number>()
  /** Where a part that is not loaded yet is to begin. */
  const wanted = useRef<number>(undefined)

  const parts = call.status === 'completed' ? call.recordings ?? [] : []
  const starts = turnStarts(call.transcript)
  const zeroMs = (of: number): number => new Date(parts.find((one) => one.part === of)?.started_at ?? call.start_time).getTime()

  return {
    parts,
    part,
    audio,
    /** The turn that is heard. */
    playing,
    choosePart: (chosen: number) => { setPart(chosen); setPlaying(undefined) },
    /** Plays from a turn on. */
    seek: (turn: number) => {
      const startMs = starts[turn] ?? 0
      const of = parts.findLast((one) => zeroMs(one.part) <= startMs)?.part ?? parts[0]?.part ?? 1
      const atSeconds = Math.max(0, (startMs - zeroMs(of)) / 1000)
      if (of === part && audio.current !== null) {
        audio.current.currentTime = atSeconds
        return audio.current.play()
      }
      wanted.current = atSeconds
      setPart(of)
    },
    events: {
      onTimeUpdate: () => {
        const atMs = zeroMs(part) + (audio.current?.currentTime ?? 0) * 1000
        const turn = starts.findLastIndex((startMs) => startMs <= atMs)
        setPlaying(turn < 0 ? undefined : turn)
      },
      onLoadedMetadata: () => {
        if (wanted.current === undefined || audio.current === null) return
        audio.current.currentTime = wanted.current
        wanted.current = undefined
        return audio.current.play()
      },
      onEnded: () => setPlaying(undefined)
    }
  }
}
