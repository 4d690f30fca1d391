import { useEffect, useState } from 'preact/hooks';
import { useChatContext } from './context.ts';

/** Returns the questions that are asked most, `most` of them, once they are there; none while not `wanted`. */
export function useHotQuestions(wanted: boolean, most: number): readonly string[] {
  const { questions } = useChatContext();
  const [found, setFound] = useState<readonly string[]>([]);
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
  return wanted ? found.slice(0, most) : [];
}
