import type {
  AuthorityError,
  AuthorityErrorCode,
} from "../../../reconcile/records/authority_error.ts";
import { adviceText } from "../../program/command_text.ts";
import type { PlanProgress } from "./read_plan.ts";

/** Which field of the form a refusal is about. */
export type WordsField = "acknowledgement" | "reason";

/** What to do here, where the hint of the error speaks of options of a command. */
const HERE: Partial<Readonly<Record<AuthorityErrorCode, string>>> = {
  acknowledgement_required: "say below what you have made sure of",
  reason_required: "say below why, so that its author knows what to change",
  version_conflict: "what is accepted has changed since you opened the page: this is as it is now",
  plan_is_migration: "read them below, and accept them as a migration",
  plan_already_decided: "nothing more is to be done here",
  plan_superseded: "decide the newer one",
};

/** Why a decision was refused, and what to do, for the page of a plan: without its id, and people by their names. */
export function refusalText(
  { code, message, hint, command }: AuthorityError,
  { planId, decision, by }: Pick<PlanProgress, "planId" | "decision" | "by">,
): string {
  const here = message.replaceAll(`plan ${planId}`, "this plan");
  const text = decision === undefined ? here : here.replaceAll(decision.by, by ?? decision.by);
  return `${text}: ${HERE[code] ?? adviceText({ hint, command }) ?? ""}`;
}

/** The field that lacks something; undefined for all other refusals. */
export function wrongField(
  { code }: AuthorityError,
  verb: string,
): WordsField | undefined {
  if (code === "acknowledgement_required") return "acknowledgement";
  if (code === "reason_required") return "reason";
  if (code !== "text_too_long") return undefined;
  return verb === "accept-migration" ? "acknowledgement" : "reason";
}
