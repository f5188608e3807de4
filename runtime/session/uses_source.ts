import type { Contract } from "../../contracts/define/contract.ts";
import { err, ok } from "../../contracts/result.ts";
import type { Participant } from "./connect_participant.ts";
import type { UsesSource } from "../accepted/live_uses.ts";
import { readAcceptedSurfaces } from "../accepted/nats/read_accepted_surfaces.ts";
import { BootstrapAsker } from "./bootstrap_asker.ts";
import { refusedSession } from "./request_bootstrap.ts";

/** Where a participant reads what is accepted of what it uses: no session may read the records itself. */
export function usesSource(
  { used }: Pick<Contract, "used">,
  { messaging, secured }: Participant,
  session: BootstrapAsker = new BootstrapAsker(messaging),
): UsesSource {
  if (!secured) {
    return {
      read: () => readAcceptedSurfaces(messaging.line.connection, used.values()),
      renew: () => Promise.resolve(true),
      watch: () => () => {},
    };
  }
  return {
    read: async () =>
      (await session.ask()).andThen((bootstrap) =>
        bootstrap.state === "admitted"
          ? ok(bootstrap.used)
          : err(refusedSession(bootstrap.reason, session.contract))
      ),
    renew: () => messaging.renew(),
    watch: (renewed) =>
      messaging.line.watch(({ kind }) => {
        if (kind === "renewed" || kind === "reconnected") renewed();
      }),
  };
}
