import { sessionOf } from "../../contracts/identity/caller.ts";
import type { SessionContract, SessionRecord } from "../../contracts/stored/session_record.ts";

/**
 * The session of a device. The device goes by the name of the session, which follows from its key: whoever
 * provisions it again gives it the same name.
 */
export function deviceSession(
  publicKey: string,
  contract: SessionContract,
  { createdAt, activate }: { readonly createdAt: string; readonly activate: boolean },
): SessionRecord {
  return {
    format: "trellis.session.v1",
    publicKey,
    principal: { kind: "device", id: sessionOf(publicKey) },
    contract,
    ...(activate ? {} : { pending: true }),
    createdAt,
  };
}
