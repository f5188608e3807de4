import type { Contract } from "../../contracts/define/contract.ts";
import { err, ok } from "../../contracts/result.ts";
import type { BootstrapQuestion } from "../../contracts/stored/bootstrap.ts";
import type { Participant } from "./connect_participant.ts";
import type { UsesSource } from "../accepted/live_uses.ts";
import { readAcceptedSurfaces } from "../accepted/nats/read_accepted_surfaces.ts";
import { refusedSession, requestBootstrap } from "./request_bootstrap.ts";

/** Where a participant reads what is accepted of what it uses: no session may read the records itself. */
export function usesSource(
  { used }: Pick<Contract, "used">,
  { messaging, secured }: Participant,
  question?: BootstrapQuestion,
): UsesSource {
  if (!secured) {
    return {
      read: () => readAcceptedSurfaces(messaging.connection, used.values()),
      renew: () => Promise.resolve(true),
      watch: () => () => {},
    };
  }
  return {
    read: async () =>
      (await requestBootstrap(messaging, question)).andThen((bootstrap) =>
        bootstrap.state === "admitted"
          ? ok(bootstrap.used)
          : err(refusedSession(bootstrap.reason, question?.contract))
      ),
    renew: () => messaging.renew(),
    watch: (renewed) =>
      messaging.line.watch(({ kind }) => {
        if (kind === "renewed" || kind === "reconnected") renewed();
      }),
  };
}
