import { isPrincipalId, type Principal, type PrincipalKind } from "./caller.ts";

/** Every kind of principal. */
export const PRINCIPAL_KINDS = [
  "service",
  "user",
  "device",
  "agent",
  "admin",
] as const satisfies readonly PrincipalKind[];

/** A principal as people write it: `user:ada`, `service:orders-service`. */
export function principalText({ kind, id }: Principal): string {
  return `${kind}:${id}`;
}

/** The principal that a text names; undefined when it names none. */
export function parsePrincipalText(text: string): Principal | undefined {
  const [name = "", id = "", ...more] = text.split(":");
  const kind = PRINCIPAL_KINDS.find((known) => known === name);
  return kind !== undefined && isPrincipalId(id) && more.length === 0 ? { kind, id } : undefined;
}
