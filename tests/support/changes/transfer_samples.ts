/** For every code of a change of files, two needs of which the second changes the first in just that way. */
import type { ManifestTransfer } from "../../../contracts/manifest/manifest.ts";
import type { CodesOf } from "../../../reconcile/changes/change_code.ts";
import { handMade, operationNeed, storeNeed } from "../hand_made_needs.ts";
import type { ChangeSample } from "./change_samples.ts";

const OPERATION = "operations.v1.A.Do";
const SENT = { direction: "send", store: "a", key: "/a" } as const;
const GRANTED = { direction: "receive", store: "a" } as const;

function transfer(
  path: string,
  before: ManifestTransfer | undefined,
  after: ManifestTransfer | undefined,
): ChangeSample {
  const needs = (of: ManifestTransfer | undefined) =>
    handMade({
      surfaces: { [OPERATION]: operationNeed(of === undefined ? {} : { transfer: of }) },
      store: { a: storeNeed(), b: storeNeed({ maxObjectBytes: 1000 }) },
    });
  return {
    before: needs(before),
    after: needs(after),
    path: `/surfaces/${OPERATION}/transfer${path}`,
  };
}

/** The samples. */
export const TRANSFER_SAMPLES: Readonly<Record<CodesOf<"transfer">, ChangeSample>> = {
  "transfer.send.added": transfer("", undefined, SENT),
  "transfer.send.removed": transfer("", SENT, undefined),
  "transfer.receive.added": transfer("", undefined, GRANTED),
  "transfer.receive.removed": transfer("", GRANTED, undefined),
  "transfer.store.changed": transfer("/store", SENT, { ...SENT, store: "b" }),
  "transfer.key.changed": transfer("/key", SENT, { ...SENT, key: "/b" }),
  "transfer.contentType.changed": transfer("/contentType", SENT, { ...SENT, contentType: "/type" }),
  // What a file is limited to when nothing is said is a limit too.
  "transfer.maxBytes.reduced": transfer("/maxBytes", SENT, { ...SENT, maxBytes: 1000 }),
  "transfer.maxBytes.raised": transfer("/maxBytes", { ...SENT, maxBytes: 1 }, SENT),
  "transfer.expiry.reduced": transfer("/expiresInMs", SENT, { ...SENT, expiresInMs: 1000 }),
  "transfer.expiry.raised": transfer("/expiresInMs", { ...SENT, expiresInMs: 1000 }, SENT),
};
