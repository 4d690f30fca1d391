import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { listen, newRecognition, type DictationProblem } from '../core/dictation.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

interface DictationButtonProps {
  /** What stands in the field, which is added to. */
  text: string;
  onText: (text: string) => void;
  onProblem: (problem: DictationProblem) => void;
  disabled: boolean;
}

/** Takes down what the user says; nothing where the browser cannot. */
export function DictationButton({ text, onText, onProblem, disabled }: DictationButtonProps): JSX.Element | null {
  const { strings, speaker, language } = useChatContext();
  const recognition = useMemo(newRecognition, []);
  const [gone, setGone] = useState(false);
  const [listening, setListening] = useState(false);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => recognition?.abort(), [recognition]);
  if (!recognition || gone) return null;
  const begin = (): void => {
    // It would hear itself.
    speaker.stop();
    setListening(true);
    stop.current = listen(recognition, language === 'zh-TW' ? 'zh-TW' : 'zh-CN', {
      onHeard: (heard) => onText(text + heard),
      onEnd: (problem) => {
        setListening(false);
        if (problem) onProblem(problem);
        if (problem === 'unavailable') setGone(true);
      },
    });
  };
  const label = listening ? strings.voice.stop_listening : strings.voice.dictate;
  return (
    <button
      type="button"
      class="tool dictation"
      aria-label={label}
      title={label}
      aria-pressed={listening}
      disabled={disabled}
      onClick={() => (listening ? stop.current?.() : begin())}
    >
      <Icon name="microphone" size={22} />
    </button>
  );
}
