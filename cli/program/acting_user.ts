import { variable } from "./environment_variable.ts";

/** Who acts, as it stands in the history of decisions: `ada@host`, without asking for permission. */
export function actingUser(): string {
  const user = variable("USER") ?? variable("LOGNAME") ?? variable("USERNAME") ?? "unknown";
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? `${user}@${Deno.hostname()}` : user;
}
