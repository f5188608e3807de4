import { PortalSecret } from "../../../cli/portal/portal_secret.ts";
import {
  LOGINS_BUCKET,
  NatsPassingRecords,
} from "../../../reconcile/nats/users/nats_passing_records.ts";
import type { SecuredTrellis } from "./secured_trellis.ts";

/** What a portal keeps logins with, as all portals of one server do. */
export function keptLogins({ messaging, server }: {
  readonly messaging: SecuredTrellis["messaging"];
  readonly server: Pick<SecuredTrellis["server"], "keys">;
}) {
  return {
    records: new NatsPassingRecords(messaging.connection, LOGINS_BUCKET),
    secret: new PortalSecret(server.keys.platform),
  };
}
