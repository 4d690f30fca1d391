import { useEffect, useState } from 'preact/hooks';
import type { HotQuestion } from '../core/questions.ts';
import { useChatContext } from './context.ts';

/** Returns the questions that are asked most, once they are there; none while not `wanted`. */
export function useHotQuestions(wanted: boolean): readonly HotQuestion[] {
  const { questions } = useChatContext();
  const [found, setFound] = useState<readonly HotQuestion[]>([]);
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    void questions.hot().then((hot) => {
      if (current) setFound(hot);
    });
    return () => {
      current = false;
    };
  }, [questions, wanted]);
  return wanted ? found : [];
}
