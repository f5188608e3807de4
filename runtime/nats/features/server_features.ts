import { isAtLeast } from "../server_version.ts";

/** Something that only servers from a version on can do. */
export interface ServerFeature {
  /** The first NATS server that can. */
  readonly since: string;
  /** What it is, for those who read of it. */
  readonly what: string;
  /** What Trellis does on older servers. */
  readonly older: string;
}

/** What takes which NATS server; all else takes what an open server takes. Shown in `docs/versions.md`. */
export const SERVER_FEATURES = {
  batchedReads: {
    since: "2.11.0",
    what: "Reads of many records or messages with one question",
    older: "they are read one by one",
  },
  messageTtls: {
    since: "2.11.0",
    what: "`keep` of an event, and messages that expire by themselves",
    older: "the plan refuses `keep`; the rest goes with the age of its stream",
  },
  wideExpectations: {
    since: "2.11.0",
    what: "One check for a key over all states of its job",
    older: "a job that another state holds is found before it is stored, and not in the same step",
  },
  eventExpectations: {
    since: "2.11.0",
    what: "`expect` of `publish`: an event only after the one that was seen of its entity",
    older: "publishing with it fails, and nothing is stored",
  },
  outbox: {
    since: "2.12.0",
    what: "`outbox: true` of a bucket: values committed together with events and jobs",
    older: "the plan refuses it",
  },
  waiting: {
    since: "2.12.0",
    what: "Jobs and operations that leave their place while they wait, and `runAt` of a job",
    older: "they wait in their place; a job with `runAt` is refused when it is created",
  },
  counters: {
    since: "2.12.0",
    what: "`rate` of a job",
    older: "the plan refuses it",
  },
  schedules: {
    since: "2.14.0",
    what: "`schedules` of a job",
    older: "the plan refuses them",
  },
} as const satisfies Record<string, ServerFeature>;

/** Whether a server of a version can do something; false for text that is no version. */
export function serverHas(
  version: string | undefined,
  feature: keyof typeof SERVER_FEATURES,
): boolean {
  return isAtLeast(version ?? "", SERVER_FEATURES[feature].since);
}
