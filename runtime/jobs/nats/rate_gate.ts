import { rateSubject } from "../../../contracts/stored/job_names.ts";
import type { ManifestJob } from "../../../contracts/manifest/manifest.ts";
import { readApiAnswer } from "../../nats/jetstream/api_answer.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { pause } from "../../nats/pause.ts";
import type { Gate } from "../handlers/run_job.ts";
import { keyAt } from "../../../contracts/stored/key_lane.ts";
import { keyToken } from "../queue_key.ts";

/** Milliseconds that counting may take. */
const COUNT_MS = 5000;
/** Milliseconds until a job comes again whose start could not be counted. */
const UNCOUNTED_MS = 1000;
const ADD_ONE = new TextEncoder().encode("NATS/1.0\r\nNats-Incr: +1\r\n\r\n");

/** What a rate is kept with. */
export interface RateGateParts {
  readonly requests: JetStreamRequests;
  readonly deployment: string;
  readonly queue: string;
  readonly rate: NonNullable<ManifestJob["rate"]>;
  readonly now: () => Promise<number>;
}

/**
 * Lets so many jobs begin within a time, in all instances together: the server counts them. One too many waits for
 * the next window: in its place where none of the others could begin either, else it leaves its place to them.
 */
export function rateGate({ requests, deployment, queue, rate, now }: RateGateParts): Gate {
  const { limit, perMs, key } = rate;
  return async (run, payload) => {
    const token = key === undefined ? "-" : keyToken(keyAt(payload, key));
    for (;;) {
      const time = await now();
      const window = Math.floor(time / perMs);
      const begun = await count(requests, rateSubject(deployment, queue, token, window));
      if (begun === undefined) {
        return { kind: "later", afterMs: UNCOUNTED_MS, reason: "its start could not be counted" };
      }
      if (begun <= limit) return undefined;
      const afterMs = Math.max(1, (window + 1) * perMs - time);
      const reason = `${limit} have begun within ${perMs} ms`;
      if (key !== undefined) return { kind: "later", afterMs, reason };
      if (!await pause(afterMs, run.signal())) return { kind: "given_back" };
    }
  };
}

/** The new count; undefined when it is not known. */
async function count(requests: JetStreamRequests, subject: string): Promise<number | undefined> {
  const deadline = performance.now() + COUNT_MS;
  const answer = readApiAnswer(await requests.request(subject, "", deadline, ADD_ONE));
  const value = answer.isOk() ? Number(answer.value.val) : NaN;
  return Number.isNaN(value) ? undefined : value;
}
