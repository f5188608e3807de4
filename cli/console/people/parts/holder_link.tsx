/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { parsePrincipalText } from "../../../../contracts/identity/principal_text.ts";
import { parseHolder } from "../../../../reconcile/access/holder.ts";
import { isUserId } from "../../../../reconcile/users/user_name.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { printable } from "../../../terminal/printable.ts";

/** Who somebody is, as a link to what there is to see of them. */
export function HolderLink(
  { principal: { kind, id }, names }: {
    readonly principal: { readonly kind: string; readonly id: string };
    readonly names: UserNames;
  },
): VNode {
  const isPerson = kind === "user" || kind === "admin";
  const name = isPerson ? names.get(id) : undefined;
  return (
    <>
      <a href={holderHref({ kind, id })}>{printable(name ?? id)}</a>{" "}
      <span class="faint">
        {isPerson && name === undefined && isUserId(id) ? "removed user" : kind}
      </span>
    </>
  );
}

/** Whom or what a history names, as a link where there is something to see of it. */
export function Named(
  { text, names }: { readonly text: string; readonly names: UserNames },
): VNode {
  const known = parsePrincipalText(text) ?? parseHolder(text);
  return known === undefined
    ? <>{printable(text)}</>
    : <HolderLink principal={known} names={names} />;
}

/** Where there is something to see of somebody. */
export function holderHref({ kind, id }: { readonly kind: string; readonly id: string }): string {
  const name = encodeURIComponent(id);
  switch (kind) {
    case "user":
    case "admin":
      return isUserId(id) ? `/people/users/${name}` : `/people/grants/user/${name}`;
    case "device":
      return `/people/devices/${name}`;
    case "agent":
      return `/people/agents/${name}`;
    default:
      return `/people/grants/${encodeURIComponent(kind)}/${name}`;
  }
}
