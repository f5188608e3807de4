/** How `trellis` ends, for scripts. Numbers never change their meaning. */
export const EXIT_CODE = {
  /** What was asked for is done. */
  ok: 0,
  /** It failed, for a reason that has no number of its own. */
  failure: 1,
  /** The command line is wrong; nothing was done. */
  usage: 2,
  /** A dangerous change waits for a person to decide. */
  decision: 3,
  /** What was named does not exist. */
  notFound: 4,
  /** NATS cannot be reached. */
  unreachable: 5,
  /** A version or revision is no longer the expected one; nothing was changed. */
  conflict: 6,
  /** Ended by Ctrl-C: 128 and the number of the signal, as shells do. */
  interrupted: 130,
} as const;

/**
 * How `trellis contract diff` ends. 2 means safe changes there, so that a wrong command line, which
 * must not pass for them, is a failure like any other.
 */
export const DIFF_EXIT_CODE = {
  /** The contracts ask for the same. */
  none: 0,
  /** They could not be compared. */
  failure: 1,
  /** There are changes, and all are safe. */
  safe: 2,
  /** A change is dangerous. */
  dangerous: 3,
} as const satisfies Readonly<Record<string, ExitCode>>;

/** One of {@link EXIT_CODE}. */
export type ExitCode = typeof EXIT_CODE[keyof typeof EXIT_CODE];

/** What stands in `trellis --help`, in this order. */
export const EXIT_CODE_HELP: readonly (readonly [ExitCode, string])[] = [
  [EXIT_CODE.ok, "done"],
  [EXIT_CODE.failure, "failed"],
  [EXIT_CODE.usage, "the command line is wrong"],
  [EXIT_CODE.decision, "a dangerous change waits for a decision"],
  [EXIT_CODE.notFound, "not found"],
  [EXIT_CODE.unreachable, "NATS cannot be reached"],
  [EXIT_CODE.conflict, "a version or revision is not the expected one"],
  [EXIT_CODE.interrupted, "interrupted"],
];
