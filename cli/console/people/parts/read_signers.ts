import { principalText } from "../../../../contracts/identity/principal_text.ts";
import { isErr } from "../../../../contracts/result.ts";
import { isSecured } from "../../../../runtime/nats/connection.ts";
import type { UserNames } from "../../../program/person_text.ts";
import type { Visitor } from "../../visitor.ts";
import { visitorSessions } from "./visitor_parts.ts";

/** Whose public keys are known here: those of the project, and of all who are let in. */
export async function readSigners(
  visitor: Visitor,
  names: UserNames,
): Promise<ReadonlyMap<string, string>> {
  const signers = new Map([...visitor.roots ?? []].map(([key, { name }]) => [key, name]));
  if (!isSecured(visitor.messaging.connection)) return signers;
  const records = (await visitorSessions(visitor)).take();
  const sessions = isErr(records) ? records : (await records.list()).take();
  // Where they cannot be read, a key is told by its beginning.
  if (isErr(sessions)) return signers;
  for (const { publicKey, principal } of sessions) {
    const name = names.get(principal.id) ?? principalText(principal);
    if (!signers.has(publicKey)) signers.set(publicKey, name);
  }
  return signers;
}
