import type { UsedContract } from "../../../contracts/define/contract.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { PLATFORM_IDS } from "../../../contracts/platform/platform_subjects.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { bindingsKey, surfaceKey } from "../../../contracts/stored/authority_records.ts";
import type { Link } from "../../nats/link/link.ts";
import { type AcceptedSurfaces, selectedSurfaces } from "../missing_uses.ts";
import { readAuthorityText } from "./read_authority_text.ts";

/**
 * Reads what is accepted of some uses, from the records of authority. For open servers.
 *
 * Errors: `trellis.bootstrap.failed`.
 */
export async function readAcceptedSurfaces(
  connection: Link,
  uses: Iterable<UsedContract>,
): Promise<Result<AcceptedSurfaces, TransportError>> {
  const accepted: Record<string, string[]> = {};
  const found = await Promise.all(
    [...uses].flatMap((use) =>
      selectedSurfaces(use).map(async ({ subject }) => {
        const { id } = use.contract;
        const isThere = await isAccepted(connection, id, subject);
        return isThere.map((isThere) => isThere && (accepted[id] ??= []).push(subject));
      })
    ),
  );
  const failed = found.find((result) => result.isErr());
  return failed?.isErr() ? err(failed.error) : ok(accepted);
}

/** Whoever accepts a surface has claimed it for one deployment before, whose bindings say whether it stayed. */
async function isAccepted(
  connection: Link,
  contract: string,
  subject: string,
): Promise<Result<boolean, TransportError>> {
  if (PLATFORM_IDS.has(contract)) return ok(true);
  const what = `who serves ${subject}`;
  const text = await readAuthorityText(connection, surfaceKey(subject), what);
  if (text.isErr()) return err(text.error);
  const claim = readJson(text.value ?? "");
  if (!isRecord(claim) || typeof claim.deployment !== "string") return ok(false);
  const found = await readAuthorityText(connection, bindingsKey(claim.deployment), what);
  return found.map((text) => {
    const bound = readJson(text ?? "");
    if (!isRecord(bound) || bound.contract !== contract) return false;
    return !Array.isArray(bound.surfaces) || bound.surfaces.includes(subject);
  });
}
