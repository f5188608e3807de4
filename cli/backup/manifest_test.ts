import { assertEquals } from "@std/assert";
import { type BackupManifest, inCopyOrder, manifestText, readManifest } from "./manifest.ts";

const MANIFEST: BackupManifest = {
  createdAt: "2026-01-01T00:00:00.000Z",
  trellis: "0.1.0",
  nats: "2.14.0",
  streams: [{
    name: "KV_svc_shop_items",
    messages: 3,
    lastSequence: 4,
    lastSequenceAfter: 6,
    consumers: 1,
    files: [
      { name: "backup.json", size: 10, sha256: "aa" },
      { name: "stream.tar.s2", size: 20, sha256: "bb" },
    ],
  }],
  leftOut: [{ name: "KV_trellis_leases", reason: "it is kept in memory" }],
};

const codeOf = (text: string) => {
  const read = readManifest(text);
  return read.isErr() ? read.error.code : undefined;
};

Deno.test("a manifest is read as it was written, and not when anything in it was changed", () => {
  const text = manifestText(MANIFEST);
  assertEquals(readManifest(text).orThrow(), MANIFEST);
  assertEquals(codeOf(text.replace('"messages": 3', '"messages": 2')), "corrupt");
  assertEquals(codeOf(text.slice(0, -10)), "corrupt");
  assertEquals(codeOf("{}"), "corrupt");
  assertEquals(codeOf(text.replace("trellis.backup.v1", "trellis.backup.v2")), "newer_format");
});

Deno.test("a manifest whose streams lead elsewhere is not one", () => {
  for (const name of ["../x", "a/b", "", "a.b", "a\\b"]) {
    const streams = MANIFEST.streams.map((stream) => ({ ...stream, name }));
    assertEquals(codeOf(manifestText({ ...MANIFEST, streams })), "corrupt", name);
  }
});

Deno.test("Trellis' own records are copied last", () => {
  const names = [
    "KV_trellis_authority",
    "trellis_audit",
    "OBJ_svc_a_b",
    "trellis_events",
    "KV_svc_a_b",
  ];
  assertEquals(inCopyOrder(names.map((name) => ({ name }))).map(({ name }) => name), [
    "KV_svc_a_b",
    "OBJ_svc_a_b",
    "trellis_events",
    "KV_trellis_authority",
    "trellis_audit",
  ]);
});
