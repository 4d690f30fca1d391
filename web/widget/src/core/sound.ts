/** A short, soft tone, made on the spot: no file to load. */

let context: AudioContext | null = null;

/** Plays it if the browser allows; it may not before the user has touched the page. */
export function playTone(): void {
  try {
    context ??= new AudioContext();
    const start = context.currentTime;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
    gain.connect(context.destination);
    for (const [delay, frequency] of [
      [0, 660],
      [0.09, 880],
    ] as const) {
      const tone = context.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(gain);
      tone.start(start + delay);
      tone.stop(start + 0.36);
    }
  } catch {
    // No sound device, or forbidden: the badge tells as well.
  }
}
