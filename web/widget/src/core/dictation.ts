/** Takes down what the user says, where the browser can. Some browsers send the sound to their maker for it. */

/** The part of the Web Speech API that is used; TypeScript's library has none of it. */
export interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start: () => void;
  stop: () => void;
  abort: () => void;
}

/** `refused`: the user lets nobody hear. `silent`: nothing was heard. `unavailable`: it does not work in this browser. */
export type DictationProblem = 'refused' | 'silent' | 'unavailable';

const PROBLEMS: Record<string, DictationProblem> = { 'not-allowed': 'refused', 'no-speech': 'silent' };

/** Returns what recognises speech; null where the browser has nothing. */
export function newRecognition(): Recognition | null {
  const page = window as { SpeechRecognition?: new () => Recognition; webkitSpeechRecognition?: new () => Recognition };
  const Type = page.SpeechRecognition ?? page.webkitSpeechRecognition;
  return Type ? new Type() : null;
}

interface Listener {
  /** All that was heard so far. */
  onHeard: (text: string) => void;
  onEnd: (problem: DictationProblem | null) => void;
}

/** Listens until the user pauses, or the returned function is called. */
export function listen(recognition: Recognition, lang: string, { onHeard, onEnd }: Listener): () => void {
  let problem: DictationProblem | null = null;
  recognition.lang = lang;
  recognition.interimResults = true;
  recognition.onresult = ({ results }) => {
    onHeard(Array.from(results, (result) => result[0]?.transcript ?? '').join(''));
  };
  recognition.onerror = ({ error }) => {
    // `aborted` comes of our own stopping.
    if (error !== 'aborted') problem = PROBLEMS[error] ?? 'unavailable';
  };
  recognition.onend = () => onEnd(problem);
  try {
    recognition.start();
  } catch {
    recognition.onend = null;
    onEnd('unavailable');
  }
  return () => recognition.stop();
}
