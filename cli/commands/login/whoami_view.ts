import type { MeResponse } from "../../../contracts/platform/models/index.ts";
import { printable } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/terminal.ts";

/** Who commands act as, and where. */
export interface Whoami {
  readonly me: MeResponse;
  /** Their name, where they have logged in. */
  readonly name: string | undefined;
  /** Address of the server. */
  readonly server: string;
}

/** Who commands act as, for a program. */
export function whoamiJson({ me, name, server }: Whoami): object {
  const { principal, session, capabilities, expiresAt } = me;
  return {
    principal: { kind: principal.kind, id: principal.id },
    name: name ?? null,
    session,
    capabilities,
    expiresAt: expiresAt ?? null,
    server,
  };
}

/** Who commands act as, for a person. */
export function whoamiText({ me, name, server }: Whoami, { style }: Screen): string {
  const { principal, session, capabilities, expiresAt } = me;
  const id = `${principal.kind}:${principal.id}`;
  const may = principal.kind === "admin"
    ? "everything"
    : capabilities.length === 0
    ? "what takes no capability"
    : capabilities.join(", ");
  const lines = [
    ["who", name === undefined ? id : `${name}  ${style.dim(id)}`],
    ["session", session],
    ["may", may],
    ["until", expiresAt ?? "revoked"],
    ["server", server],
  ] as const;
  return lines.map(([label, text]) =>
    `${style.dim(label.padEnd(9))}${printable(text, { styled: true })}`
  )
    .join("\n");
}
