import { assertEquals } from "@std/assert";
import { parseStateEntry, type StateEntryRecord } from "./state_entry.ts";

const stored: StateEntryRecord = {
  format: "trellis.state.v1",
  principal: "user:ada",
  contract: "notes@v1",
  store: "drafts",
  key: "today",
  value: null,
  stateVersion: "v1",
  writerContractDigest: "d",
  updatedAt: "2026-01-31T12:00:00.000Z",
};

Deno.test("[P39] an entry says which version of which contract wrote it", () => {
  assertEquals(parseStateEntry(stored), { kind: "entry", entry: stored });
});

Deno.test("[P40] an entry without one of both stamps is unstamped", () => {
  for (const stamp of ["stateVersion", "writerContractDigest"]) {
    assertEquals(parseStateEntry({ ...stored, [stamp]: undefined }), { kind: "unstamped" });
  }
});

Deno.test("[P62] everything else that is wrong with an envelope is corruption", () => {
  const wrong: readonly unknown[] = [
    null,
    [],
    "text",
    {},
    { ...stored, format: "trellis.state.v2" },
    { ...stored, principal: 1 },
    { ...stored, contract: "" },
    { ...stored, store: undefined },
    { ...stored, key: 1 },
    { ...stored, value: undefined },
    { ...stored, stateVersion: 1 },
    { ...stored, writerContractDigest: "" },
    { ...stored, updatedAt: "yesterday" },
    { ...stored, expiresAt: 1 },
    { ...stored, expiresAt: "2026-01-31" },
  ];
  for (const json of wrong) assertEquals(parseStateEntry(json).kind, "malformed", String(json));
});
