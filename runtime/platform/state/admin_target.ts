import { isPrincipalId, type Principal } from "../../../contracts/identity/caller.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import type { StateTarget } from "../../../contracts/platform/models/index.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";

/** Whose id each scope names, and by which member. */
const SCOPES = {
  userApp: { kind: "user", member: "userId" },
  deviceApp: { kind: "device", member: "deviceId" },
  agentApp: { kind: "agent", member: "agentId" },
} as const;

const MEMBERS = Object.values(SCOPES).map(({ member }) => member);

/** Whose state an admin asks about: exactly the id that belongs to the scope is given. */
export function targetPrincipal(target: StateTarget): Result<Principal, ValidationError> {
  const { kind, member } = SCOPES[target.scope];
  const id = target[member];
  const other = MEMBERS.find((name) => name !== member && target[name] !== undefined);
  if (other !== undefined) return err(wrong(other, `does not belong to the scope ${target.scope}`));
  if (id === undefined) return err(wrong(member, `is missing with the scope ${target.scope}`));
  return isPrincipalId(id) ? ok({ kind, id }) : err(wrong(member, `is nobody's id`));
}

function wrong(member: string, message: string): ValidationError {
  return new ValidationError({
    subject: "the target",
    issues: [{ path: `/${member}`, message }],
  });
}
