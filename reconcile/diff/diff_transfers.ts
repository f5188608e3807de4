import {
  declaredLimit,
  TRANSFER_MS,
  TRANSFER_ROOM_BYTES,
} from "../../contracts/schema/file_limits.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import type { ManifestTransfer } from "../../contracts/manifest/manifest.ts";
import type { Needs } from "../needs/need_types.ts";
import { type DiffContext, usersOf } from "./diff_context.ts";
import { getOwn, type Report, same, unionOfKeys } from "./diff_report.ts";

type Stores = Needs["resources"]["store"];

/** Compares the files that go with surfaces, and names those who send or fetch them. */
export function diffTransfers(
  before: Needs | undefined,
  after: Needs,
  context: DiffContext,
  report: Report,
): void {
  if (before === undefined) return;
  for (const subject of unionOfKeys(before.surfaces, after.surfaces)) {
    const [from, to] = [getOwn(before.surfaces, subject), getOwn(after.surfaces, subject)];
    if (from === undefined || to === undefined || same(from.transfer, to.transfer)) continue;
    const affects = usersOf(before.contract, from, context);
    const path = appendPointer("/surfaces", subject, "transfer");
    const reportAffected: Report = (code, at, details) => report(code, at, { ...details, affects });
    if (from.transfer?.direction === to.transfer?.direction) {
      if (from.transfer === undefined || to.transfer === undefined) continue;
      compareTransfer(path, from.transfer, to.transfer, [before, after], reportAffected);
      continue;
    }
    if (from.transfer !== undefined) {
      const { direction } = from.transfer;
      reportAffected(`transfer.${direction}.removed`, path, { before: { ...from.transfer } });
    }
    if (to.transfer !== undefined) {
      const { direction } = to.transfer;
      reportAffected(`transfer.${direction}.added`, path, { after: { ...to.transfer } });
    }
  }
}

function compareTransfer(
  path: string,
  from: ManifestTransfer,
  to: ManifestTransfer,
  [before, after]: readonly [Needs, Needs],
  report: Report,
): void {
  const at = (member: string) => appendPointer(path, member);
  const stores = { before: before.resources.store, after: after.resources.store };
  if (from.store !== to.store && !isRenamed(from.store, to.store, stores.after)) {
    report("transfer.store.changed", at("store"), { before: from.store, after: to.store });
  }
  if (from.key !== to.key) {
    report("transfer.key.changed", at("key"), { before: from.key, after: to.key, op: "change" });
  }
  if (from.contentType !== to.contentType) {
    const values = { before: from.contentType, after: to.contentType };
    report("transfer.contentType.changed", at("contentType"), { ...values, op: "change" });
  }
  const limits = {
    before: declaredLimit(from, getOwn(stores.before, from.store)) ?? TRANSFER_ROOM_BYTES,
    after: declaredLimit(to, getOwn(stores.after, to.store)) ?? TRANSFER_ROOM_BYTES,
  };
  // What the store limits is told of the store; what is declared says how much room there has to be.
  if (from.maxBytes !== to.maxBytes) {
    const code = limits.after < limits.before ? "reduced" : "raised";
    report(`transfer.maxBytes.${code}`, at("maxBytes"), limits);
  }
  const [earlier = TRANSFER_MS, later = TRANSFER_MS] = [from.expiresInMs, to.expiresInMs];
  if (earlier !== later) {
    const code = later < earlier ? "reduced" : "raised";
    report(`transfer.expiry.${code}`, at("expiresInMs"), { before: earlier, after: later });
  }
}

/** The same store under another alias: what is in it stays where it is. */
function isRenamed(from: string, to: string, stores: Stores): boolean {
  return getOwn(stores, to)?.renamedFrom === from && getOwn(stores, from) === undefined;
}
