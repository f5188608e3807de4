import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { SERVER_FEATURES, serverHas } from "../../runtime/nats/features/server_features.ts";
import type { Needs } from "../needs/need_types.ts";
import { AuthorityError } from "../records/authority_error.ts";

/** Something that only servers from a version on can do; older ones drop the setting, and say nothing. */
interface VersionGate {
  readonly feature: keyof typeof SERVER_FEATURES;
  /** What of these needs takes it, as `resources.kv.orders.outbox`; undefined: nothing. */
  readonly takenBy: (needs: Needs) => string | undefined;
  /** What to do instead. */
  readonly instead: string;
}

const GATES: readonly VersionGate[] = [{
  feature: "outbox",
  takenBy: ({ resources: { kv } }) => {
    const found = Object.entries(kv).find(([, { outbox }]) => outbox === true);
    return found && `resources.kv.${found[0]}.outbox`;
  },
  instead: "publish what has changed with `changes`, which needs no more than 2.10",
}, {
  feature: "messageTtls",
  takenBy: ({ surfaces }) => {
    const found = Object.values(surfaces).find(({ keep }) => keep !== undefined);
    return found && `events["${found.name}"].keep`;
  },
  instead: `raise the age of the stream ${EVENT_STREAM}`,
}, {
  feature: "schedules",
  takenBy: ({ jobs }) => queueWith("schedules", jobs),
  instead: "create these jobs by a clock of your own",
}, {
  feature: "counters",
  takenBy: ({ jobs }) => queueWith("rate", jobs),
  instead: "limit what is in work at once with `concurrency`, which needs no more than 2.10",
}];

function queueWith(setting: string, jobs: Needs["jobs"] = {}): string | undefined {
  const found = Object.entries(jobs).find(([, { settings }]) => Object.hasOwn(settings, setting));
  return found && `jobs.${found[0]}.${setting}`;
}

/**
 * Refuses needs that the server is too old for.
 *
 * @param version of the server; not known where it is left out, and nothing is refused then
 */
export function refuseOldServer(
  needs: Needs,
  version: string | undefined,
): AuthorityError | undefined {
  if (version === undefined) return undefined;
  for (const { feature, takenBy, instead } of GATES) {
    const taken = serverHas(version, feature) ? undefined : takenBy(needs);
    if (taken === undefined) continue;
    return new AuthorityError(
      "server_too_old",
      `${taken} of ${needs.contract} needs NATS ${
        SERVER_FEATURES[feature].since
      } or later, and the server is ${version}`,
      `upgrade the server, or ${instead}`,
    );
  }
  return undefined;
}
