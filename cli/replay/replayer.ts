import { err, ok, type Result } from "../../contracts/result.ts";
import { WorkerProcess, type WorkerSettings } from "../workers/worker_process.ts";
import type { FromWorker, WorkerFailure } from "../workers/worker_protocol.ts";

/** Why nothing can be said. */
export interface ReplayFailure {
  readonly kind: "contract" | "code" | "server" | "aborted";
  readonly message: string;
}

/** Milliseconds for one answer: a reducer that takes longer over a batch does not come to an end. */
const ANSWER_MS = 60_000;

/** What a process says; the kinds of what every worker says are none of them. */
interface Said {
  readonly kind: string;
}

type Answer<From extends Said, Kind extends From["kind"]> = Extract<From, { readonly kind: Kind }>;

/** A process that runs a project's code over what is there. */
export interface Replayer<To, From extends Said> extends AsyncDisposable {
  /** Says something to it, and waits for its answer of this kind. One at a time. */
  ask<Kind extends From["kind"]>(
    message: To,
    kind: Kind,
  ): Promise<Result<Answer<From, Kind>, ReplayFailure>>;
}

/**
 * Starts one; nothing of the project is loaded yet.
 *
 * @param url of the module that it runs
 * @param served told what it says, and how to answer where it has asked something itself
 */
export function startReplayer<To extends object, From extends Said>(
  url: URL,
  settings: WorkerSettings,
  served: (message: FromWorker | From, tell: (message: To) => void) => void = () => {},
): Replayer<To, From> {
  const worker = new WorkerProcess<To, From>(url, settings);
  let hear: (message: Said | { readonly failure: WorkerFailure }) => void = () => {};
  worker.listen((message) => {
    served(message, (answer) => worker.send(answer));
    hear(message);
  });
  let hasEnded: WorkerFailure | undefined;
  worker.ended.then((failure) => {
    hasEnded = failure;
    hear({ failure });
  });
  return {
    async ask(message, kind) {
      if (hasEnded !== undefined) return err(broken(hasEnded));
      const { promise, resolve } = Promise.withResolvers<
        Result<Answer<From, typeof kind>, ReplayFailure>
      >();
      hear = (heard) => {
        if ("failure" in heard) resolve(err(broken(heard.failure)));
        else if (isKind<From, typeof kind>(heard, kind)) resolve(ok(heard));
      };
      const timer = setTimeout(() => resolve(err(TOO_SLOW)), ANSWER_MS);
      worker.send(message);
      const answer = await promise;
      clearTimeout(timer);
      return answer;
    },
    [Symbol.asyncDispose]: () => worker.kill(),
  };
}

const TOO_SLOW: ReplayFailure = {
  kind: "code",
  message: `it has not answered for ${ANSWER_MS / 1000} seconds: its code waits or loops`,
};

function broken({ message }: WorkerFailure): ReplayFailure {
  return { kind: "code", message };
}

function isKind<From extends Said, Kind extends From["kind"]>(
  answer: Said,
  kind: Kind,
): answer is Answer<From, Kind> {
  return answer.kind === kind;
}
