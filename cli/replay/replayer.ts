import { err, ok, type Result } from "../../contracts/result.ts";
import { WorkerProcess, type WorkerSettings } from "../workers/worker_process.ts";
import type { WorkerFailure } from "../workers/worker_protocol.ts";
import type { FromReplayer, ToReplayer } from "./replay_protocol.ts";

/** Why nothing can be said. */
export interface ReplayFailure {
  readonly kind: "contract" | "code" | "server" | "aborted";
  readonly message: string;
}

/** Milliseconds for one answer: a reducer that takes longer over a batch does not come to an end. */
const ANSWER_MS = 60_000;

type Answer<Kind extends FromReplayer["kind"]> = Extract<FromReplayer, { readonly kind: Kind }>;

/** A process that folds with a project's reducers. */
export interface Replayer extends AsyncDisposable {
  /** Says something to it, and waits for its answer of this kind. One at a time. */
  ask<Kind extends FromReplayer["kind"]>(
    message: ToReplayer,
    kind: Kind,
  ): Promise<Result<Answer<Kind>, ReplayFailure>>;
}

/** Starts one; nothing of the project is loaded yet. */
export function startReplayer(settings: WorkerSettings): Replayer {
  const url = new URL("./replay_worker.ts", import.meta.url);
  const worker = new WorkerProcess<ToReplayer, FromReplayer>(url, settings);
  let hear: (message: FromReplayer | { readonly failure: WorkerFailure }) => void = () => {};
  worker.listen((message) => {
    if (message.kind === "failed") hear(message);
    else if (isAnswer(message)) hear(message);
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
        Result<Answer<typeof kind>, ReplayFailure>
      >();
      hear = (heard) => {
        if ("failure" in heard) resolve(err(broken(heard.failure)));
        else if (isKind(heard, kind)) resolve(ok(heard));
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
  message: `it has not answered for ${ANSWER_MS / 1000} seconds: a reducer waits or loops`,
};

function broken({ message }: WorkerFailure): ReplayFailure {
  return { kind: "code", message };
}

function isAnswer(message: { readonly kind: string }): message is FromReplayer {
  return ["loaded", "taken", "checked", "replayed"].includes(message.kind);
}

function isKind<Kind extends FromReplayer["kind"]>(
  answer: FromReplayer,
  kind: Kind,
): answer is Answer<Kind> {
  return answer.kind === kind;
}
