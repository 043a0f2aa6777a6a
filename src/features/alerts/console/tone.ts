const notesHz = [880, 1_174.7]
const noteSeconds = 0.14
const loudness = 0.2

let context: AudioContext | undefined

/** Browsers let a page make sounds only once somebody has clicked or typed in it. */
export const maySound = (): boolean => 'AudioContext' in window && navigator.userActivation.hasBeenActive

/** Two short notes. */
export async function playTone(): Promise<void> {
  context ??= new AudioContext()
  await context.resume()
  const startsAt = context.currentTime
  for (const [index, frequency] of notesHz.entries()) note(context, frequency, startsAt + index * noteSeconds)
}

/** Swells and fades, for a tone that is cut off clicks. */
function note(at: AudioContext, frequency: number, startsAt: number): void {
  const oscillator = new OscillatorNode(at, { frequency })
  const gain = new GainNode(at, { gain: 0 })
  gain.gain.linearRampToValueAtTime(loudness, startsAt + 0.02)
  gain.gain.linearRampToValueAtTime(0, startsAt + noteSeconds)
  oscillator.connect(gain).connect(at.destination)
  oscillator.start(startsAt)
  oscillator.stop(startsAt + noteSeconds)
}
