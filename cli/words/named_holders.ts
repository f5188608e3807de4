import { parsePrincipalText } from "../../contracts/identity/principal_text.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { namedText, type UserNames } from "../program/person_text.ts";

/** Whether changes name users by their ids. */
export function namesHolders(changes: readonly Change[]): boolean {
  return changes.some(({ impact }) =>
    impact?.first.some(({ principal }) => principal?.startsWith("user:"))
  );
}

/** Changes for a person: whoever has entries that they concern is named. */
export function withHolderNames(changes: readonly Change[], names: UserNames): readonly Change[] {
  return changes.map((change) => {
    const { impact } = change;
    if (impact === undefined) return change;
    const first = impact.first.map((entry) => {
      const principal = entry.principal && parsePrincipalText(entry.principal);
      return principal ? { ...entry, principal: namedText(principal, names) } : entry;
    });
    return { ...change, impact: { ...impact, first } };
  });
}
