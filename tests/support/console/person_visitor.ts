import { openVisitor } from "../../../cli/console/login/open_visitor.ts";
import type { Visitor } from "../../../cli/console/visitor.ts";
import { rootsOf } from "../../../cli/nats_server/security/key_material.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import type { UserRecord } from "../../../reconcile/users/user_record.ts";
import type { SecuredTrellis } from "../platform/secured_trellis.ts";

/** A person who is an admin, in front of a Console on a secured server. */
export async function personVisitor(
  { platform, url, server }: Pick<SecuredTrellis, "platform" | "url" | "server">,
  { id, name }: Pick<UserRecord, "id" | "name">,
): Promise<Visitor> {
  const principal = { kind: "admin", id } as const;
  const { seed = "" } = (await platform.openUserSession({ principal })).orThrow();
  const key = KeyPair.fromSeed("user", seed);
  if (key === undefined) throw new TypeError("a session has a key");
  const roots = rootsOf(server.keys);
  return (await openVisitor({ key, name }, { url, by: "nobody", roots })).orThrow().visitor;
}
