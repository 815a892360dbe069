import { useEffect, useState } from "react";
import { type Api, type Board, readBoard, Refusal } from "./api";

export interface Watch {
  board: Board | null;
  /** Why the newest look failed; the board is then the last one that was seen. */
  trouble: string | null;
}

/** Look again and again, and wait as long as the API asks for where it does. */
export function useBoard(api: Api, pollSeconds: number): Watch {
  const [watch, setWatch] = useState<Watch>({ board: null, trouble: null });
  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      let waitSeconds = pollSeconds;
      try {
        const board = await readBoard(api, ended.signal);
        if (!ended.signal.aborted) setWatch({ board, trouble: null });
      } catch (error) {
        if (ended.signal.aborted) return;
        if (error instanceof Refusal) waitSeconds = error.retryAfterSeconds ?? pollSeconds;
        const trouble = error instanceof Refusal ? error.message : "The status API cannot be reached.";
        setWatch(({ board }) => ({ board, trouble }));
      }
      if (!ended.signal.aborted) timer = setTimeout(look, waitSeconds * 1000);
    };
    void look();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [api, pollSeconds]);
  return watch;
}
