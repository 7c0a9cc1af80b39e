import { texts } from '../../i18n/language.ts'

export const words = texts({
  title: 'Replay a call',
  description: 'The caller’s words of then are said to the agent as it is now. The caller does not react to the new answers, and nothing is stored or sent.',
  back: 'Back to the call',
  removed: 'The agent of this call is no longer there.',
  prompt: (name: string) => `${name}, as of now`,
  instructions: 'Instructions',
  hint: 'Change them here to see what that would do.',
  replay: 'Replay',
  running: 'The agent answers, turn by turn …',
  keep: 'Give the agent these instructions',
  kept: (name: string) => `${name} has these instructions now`,
  both: 'Then and now',
  incomplete: 'It ended before all of the caller’s words were said.',
  caller: 'Caller',
  then: 'Then',
  now: 'Now',
  nothing: '(nothing)'
}, {
  title: 'Repetir una llamada',
  description: 'Las palabras de entonces se dicen al agente tal como es ahora. Quien llama no reacciona a las respuestas nuevas, y no se guarda ni se envía nada.',
  back: 'Volver a la llamada',
  removed: 'El agente de esta llamada ya no existe.',
  prompt: (name: string) => `${name}, tal como es ahora`,
  instructions: 'Instrucciones',
  hint: 'Cámbialas aquí para ver qué efecto tendría.',
  replay: 'Repetir',
  running: 'El agente contesta, turno a turno …',
  keep: 'Dar al agente estas instrucciones',
  kept: (name: string) => `${name} tiene ahora estas instrucciones`,
  both: 'Entonces y ahora',
  incomplete: 'Terminó antes de decir todas las palabras de quien llamaba.',
  caller: 'Quien llama',
  then: 'Entonces',
  now: 'Ahora',
  nothing: '(nada)'
})
