import type { PhoneErrorCode } from './phone-error.ts'

export interface WidgetWords {
  phone: string
  call: string
  hangUp: string
  mute: string
  unmute: string
  keypad: string
  key: string
  agentLevel: string
  preparing: string
  connecting: string
  live: string
  ended: string
  /** Before the site's address, and after it. */
  notThisSite: [string, string]
  errors: Record<PhoneErrorCode, string>
}

const ENGLISH: WidgetWords = {
  phone: 'Talk to us',
  call: 'Call',
  hangUp: 'Hang up',
  mute: 'Mute',
  unmute: 'Unmute',
  keypad: 'Keypad',
  key: 'Key',
  agentLevel: 'Volume of the voice you hear',
  preparing: 'Please allow the microphone.',
  connecting: 'Connecting …',
  live: 'You are connected.',
  ended: 'The call has ended.',
  notThisSite: ['Its key is not for ', '.'],
  errors: {
    permission_denied: 'The microphone is not allowed. Allow it in the address bar, then call again.',
    no_microphone: 'There is no microphone.',
    microphone_busy: 'Another program uses the microphone.',
    unreadable_file: 'This file cannot be played.',
    insecure_page: 'Calls need a page with https.',
    unsupported: 'This browser cannot make calls.',
    refused: 'The call was not accepted.',
    connection_lost: 'The connection was lost.'
  }
}

const SPANISH: WidgetWords = {
  phone: 'Hable con nosotros',
  call: 'Llamar',
  hangUp: 'Colgar',
  mute: 'Silenciar',
  unmute: 'Activar micrófono',
  keypad: 'Teclado',
  key: 'Tecla',
  agentLevel: 'Volumen de la voz que oye',
  preparing: 'Permita el uso del micrófono.',
  connecting: 'Conectando …',
  live: 'Está en línea.',
  ended: 'La llamada ha terminado.',
  notThisSite: ['Su clave no es para ', '.'],
  errors: {
    permission_denied: 'El micrófono no está permitido. Permítalo en la barra de direcciones y llame de nuevo.',
    no_microphone: 'No hay micrófono.',
    microphone_busy: 'Otro programa usa el micrófono.',
    unreadable_file: 'Este archivo no se puede reproducir.',
    insecure_page: 'Las llamadas necesitan una página con https.',
    unsupported: 'Este navegador no puede hacer llamadas.',
    refused: 'La llamada no fue aceptada.',
    connection_lost: 'Se perdió la conexión.'
  }
}

/** @param language BCP 47; English for one that the widget does not know */
export const widgetWords = (language: string): WidgetWords => /^es\b/i.test(language) ? SPANISH : ENGLISH
