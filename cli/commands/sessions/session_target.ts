import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { noUser } from "../../../reconcile/users/user_errors.ts";
import { parseSessionTarget, type SessionTarget } from "../../platform/sessions/sessions.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { personOf } from "../../program/named_users.ts";
import { nameOfPerson, type UserNames } from "../../program/person_text.ts";
import type { NatsConnection } from "./with_sessions.ts";

/** Why a text can mean no sessions; undefined where it may. */
export function noSessionTarget(text: string): ExplainedError | undefined {
  if (parseSessionTarget(text) !== undefined || nameOfPerson(text) !== undefined) return undefined;
  return {
    code: "usage",
    message: `${text} is neither a session nor a principal`,
    hint: "write a session as trellis sessions list shows it, or a principal as user:ada",
  };
}

/** The sessions that a text means, and the name of the person whose they are. Errors: `user_not_found`. */
export async function sessionTarget(
  text: string,
  connection: NatsConnection,
): Promise<Result<{ readonly target: SessionTarget; readonly names: UserNames }, ExplainedError>> {
  const person = (await personOf(text, connection)).take();
  if (isErr(person)) return person;
  if (person !== undefined) {
    return ok({ target: { person: person.id }, names: new Map([[person.id, person.name]]) });
  }
  const target = parseSessionTarget(text);
  return target === undefined
    ? err(noUser(nameOfPerson(text) ?? text))
    : ok({ target, names: new Map() });
}
