import { localCapability } from "../../../../reconcile/access/capability_name.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { counted } from "../../../view/session_view.ts";
import type { Consequence } from "../parts/consequence.tsx";
import type { Held } from "./read_held.ts";

/** What giving or taking something leads to. */
export function grantConsequence(
  action: "add" | "remove",
  { held, name, who, names }: {
    readonly held: Held;
    readonly name: string;
    /** Who it is, as people say it. */
    readonly who: string;
    readonly names: UserNames;
  },
): Consequence {
  const { holder, catalogue, capabilities, members } = held;
  const [key] = catalogue.has(name)
    ? [name]
    : [...catalogue.keys()].filter((key) => localCapability(key) === name);
  const declared = key === undefined ? undefined : catalogue.get(key);
  const what = declared === undefined ? name : `${declared.displayName} (${key})`;
  const isGroup = holder.kind === "group";
  const reach = isGroup ? [membersText(members, names)] : [];
  const open = isGroup ? "Sessions of its members" : "Sessions of theirs";
  if (action === "add") {
    return {
      ends: [
        `${who} holds ${what}.`,
        ...(declared === undefined ? [] : [declared.description]),
        ...(declared?.consequence === undefined ? [] : [declared.consequence]),
        ...reach,
      ],
      stays: ["What they hold already."],
      notices: [`${open} that are open learn of it within a second, without losing a request.`],
      warning: declared === undefined && !name.startsWith("group:")
        ? `No accepted contract declares ${name}: look whether it is written right.`
        : undefined,
    };
  }
  const through = capabilities.find((held) => held.key === key)?.groups ?? [];
  return {
    ends: [`${who} no longer holds ${what}.`, ...reach],
    stays: [
      ...(through.length === 0 ? ["What they hold beside it, and what they have done with it."] : [
        `They hold it through ${through.map((id) => `group:${id}`).join(" and ")} as well, ` +
        "so it stays theirs until the group loses it, or they lose the group.",
      ]),
    ],
    notices: [
      `${open} that are open connect anew within a second; who stays connected is shut out.`,
      "What they try afterwards fails with the name of the capability.",
    ],
  };
}

function membersText(members: Held["members"], names: UserNames): string {
  if (members.length === 0) {
    return "The group was given to nobody yet, so nobody gains or loses by it.";
  }
  const shown = members.slice(0, 5).map(({ kind, id }) => names.get(id) ?? `${kind}:${id}`);
  const rest = members.length - shown.length;
  return `It concerns ${counted(members.length, "member")}: ${shown.join(", ")}` +
    `${rest > 0 ? ` and ${rest} more` : ""}.`;
}
