import type { StoredWork, WorkConsumerState, WorkStreamState } from "../resources/work_streams.ts";

/** What is on the server, of everything that a decision needs to know about. */
export interface WorkFound {
  /** Places of queues that are declared no more, and in which something waits. */
  readonly left: ReadonlySet<string>;
  /** What the server repeats by the calendar, by subject. */
  readonly schedules: ReadonlyMap<string, StoredWork>;
  /** By name; the stream of events is among them. */
  readonly streams: ReadonlyMap<string, WorkStreamState>;
  /** By stream and name. */
  readonly consumers: ReadonlyMap<string, WorkConsumerState>;
  /** Of streams that copy events and have all of their lanes: the first sequence that is not settled. */
  readonly resumes: ReadonlyMap<string, number>;
}
