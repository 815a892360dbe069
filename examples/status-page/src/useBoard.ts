import { useEffect, useState } from "react";
import { type Api, type Board, readBoard, ApiError } from "./api";

export interface Watch {
  board: Board | null;
  /** Why the last request failed. The board is then the previous one. */
  problem: string | null;
}

/** Poll the API, and respect Retry-After. */
export function useBoard(api: Api, pollSeconds: number): Watch {
  const [watch, setWatch] = useState<Watch>({ board: null, problem: null });
  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const poll = async () => {
      let waitSeconds = pollSeconds;
      try {
        const board = await readBoard(api, ended.signal);
        if (!ended.signal.aborted) setWatch({ board, problem: null });
      } catch (error) {
        if (ended.signal.aborted) return;
        if (error instanceof ApiError) waitSeconds = error.retryAfterSeconds ?? pollSeconds;
        const problem = error instanceof ApiError ? error.message : "The status API cannot be reached.";
        setWatch(({ board }) => ({ board, problem }));
      }
      if (!ended.signal.aborted) timer = setTimeout(poll, waitSeconds * 1000);
    };
    void poll();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [api, pollSeconds]);
  return watch;
}
