import type { Decision } from "../../reconcile/records/authority_record.ts";

/** Why something was decided, and what it did beside that, in sentences of a few words. */
export function decisionWords(
  { reason, acknowledgement, outcome, ...rest }: Decision,
): readonly string[] {
  const why = reason ?? acknowledgement;
  const { digest, mode, modeBy, retired = {}, deleteData = [] } = rest;
  const kept = Object.keys(retired).filter((resource) => !deleteData.includes(resource));
  return [
    ...(why === undefined ? [] : [why]),
    ...(kept.length === 0 ? [] : [`retired ${kept.join(", ")}; the data is kept`]),
    ...(deleteData.length === 0 ? [] : [`deleted the data of ${deleteData.join(", ")}`]),
    ...(mode === undefined ? [] : [`${mode} authority, set by ${modeBy}`]),
    ...(outcome === "refreshed" ? [`asks for nothing else, and may run: ${digest}`] : []),
  ];
}
