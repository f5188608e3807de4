import { sessionOf } from "../../../../contracts/identity/caller.ts";
import { deviceKey, newRootSecret } from "../../../../contracts/identity/device_key.ts";
import { err, isErr, ok, type Result } from "../../../../contracts/result.ts";
import { noUser } from "../../../../reconcile/users/user_errors.ts";
import { letInAgent } from "../../../commands/agents/let_in_agent.ts";
import { type AddedDevice, provisionDevices } from "../../../commands/devices/provision_devices.ts";
import { parsePublicKeys } from "../../../commands/devices/public_keys.ts";
import { acceptedContract } from "../../../commands/sessions/runner_contract.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { personOf } from "../../../program/named_users.ts";
import type { Visitor } from "../../visitor.ts";
import { typedKey } from "../parts/typed_key.ts";
import { visitorSessions } from "../parts/visitor_parts.ts";
import type { RunnerDraft } from "./runner_forms.tsx";

/** What was added, with the secret where one was made here. */
export interface AddedRunners {
  readonly added: readonly AddedDevice[];
  readonly secret?: string;
}

/** Provisions devices as `devices add` does: by their keys, or one whose root secret is made here. */
export async function addDevices(
  { contract, keys, activate }: RunnerDraft,
  visitor: Visitor,
): Promise<Result<AddedRunners, ExplainedError>> {
  const given = keys === "" ? undefined : parsePublicKeys(keys).take();
  if (isErr(given)) return given;
  const accepted = (await acceptedContract("device", contract, visitor.authority)).take();
  if (isErr(accepted)) return accepted;
  const records = (await visitorSessions(visitor)).take();
  if (isErr(records)) return records;
  const { isPending: _, ...runs } = accepted;
  const secret = given === undefined ? newRootSecret() : undefined;
  const publicKeys = given ?? (secret === undefined ? [] : [deviceKey(secret).publicKey]);
  const { by, signal } = visitor;
  const asked = { publicKeys, contract: runs, activate, by, signal };
  return (await provisionDevices(asked, records))
    .map((added) => ({ added, ...(secret === undefined ? {} : { secret }) }));
}

/** Lets in an agent as `agents add` does. */
export async function addAgent(
  { contract, keys, name, person }: RunnerDraft,
  visitor: Visitor,
): Promise<Result<AddedRunners, ExplainedError>> {
  const key = typedKey(keys).take();
  if (isErr(key)) return key;
  const accepted = (await acceptedContract("agent", contract, visitor.authority)).take();
  if (isErr(accepted)) return accepted;
  const { connection } = visitor.messaging;
  const user = person === "" ? undefined : (await personOf(`user:${person}`, connection)).take();
  if (isErr(user)) return user;
  if (person !== "" && user === undefined) return err(noUser(person));
  const records = (await visitorSessions(visitor)).take();
  if (isErr(records)) return records;
  const { isPending: _, ...runs } = accepted;
  const { publicKey, seed } = key;
  const asked = { name, publicKey, contract: runs, user };
  const done = (await letInAgent(asked, visitor.by, records)).take();
  if (isErr(done)) return done;
  const added = [{ device: sessionOf(publicKey), publicKey, state: "active" } as const];
  return ok({ added, ...(seed === undefined ? {} : { secret: seed }) });
}
