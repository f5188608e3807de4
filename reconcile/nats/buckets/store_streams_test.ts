import type { SettingsOf } from "../../resources/settings.ts";
import { assertEquals, assertFalse } from "@std/assert";
import {
  chunkSubject,
  indexBucket,
  indexStream,
  isObjectId,
  metaSubject,
  objectOfSubject,
  objectStream,
  STORE_ORPHAN_MS,
} from "../../../contracts/stored/store_names.ts";
import { newStoreConfigs, storeStreams } from "./store_streams.ts";
import { physicalNames } from "../../resources/physical_name.ts";
import { RawStore } from "../../../tests/support/nats/raw_stores.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";

const OBJECT = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const owner = {
  deployment: "documents",
  contract: "documents@v1",
  alias: "uploads",
  kind: "store",
} as const;

Deno.test("no KV alias has the bucket of a store's index", () => {
  for (const alias of ["uploads__index", "uploads_index", "uploads._index", "_index", "index"]) {
    for (const name of physicalNames({ ...owner, alias, kind: "kv" })) {
      assertFalse(name === indexBucket("svc_documents_uploads"), name);
      assertFalse(name.includes("__"), name);
    }
  }
});

Deno.test("an object is known by its subjects, and nothing else is taken for one", () => {
  assertEquals(objectStream("s"), "OBJ_s");
  assertEquals(indexStream("s"), "KV_s__index");
  assertEquals(objectOfSubject("s", chunkSubject("s", OBJECT)), OBJECT);
  assertEquals(objectOfSubject("s", metaSubject("s", OBJECT)), OBJECT);
  for (
    const subject of [
      "",
      "$O.s.C.",
      "$O.s.C.foreign",
      "$O.s.M.!!!",
      "$O.s.M.Zm9yZWlnbg==",
      `$O.t.C.${OBJECT}`,
      `$O.ss.C.${OBJECT}`,
      `$O.s.X.${OBJECT}`,
      `$O.s.C.${OBJECT}.x`,
    ]
  ) assertEquals(objectOfSubject("s", subject), undefined, subject);
  assertFalse(isObjectId("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
});

Deno.test("a store's streams are what was declared, and are read back as that", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const all = [
    { ttlMs: 0, maxTotalBytes: 0, maxObjectBytes: 0 },
    { ttlMs: 60_000, maxTotalBytes: 10_000_000, maxObjectBytes: 1000 },
  ];
  for (const [i, settings] of all.entries()) {
    const raw = new RawStore(connection, `svc_a_${i}`);
    await raw.create(settings);
    const state = await raw.state();
    assertEquals(state.settings, settings);
    assertEquals(state.owner, owner);
    const { streams } = await raw.manager();
    const [objects, index] = [
      await streams.info(objectStream(raw.name)),
      await streams.info(indexStream(raw.name)),
    ];
    assertEquals(objects.config.max_bytes, settings.maxTotalBytes || -1);
    // The objects outlive the keys that lead to them.
    const margin = settings.ttlMs === 0 ? 0 : STORE_ORPHAN_MS * 1e6;
    assertEquals(objects.config.max_age - index.config.max_age, margin);
    assertEquals(state.deviations, []);
  }
});

Deno.test("what may change of a store's streams can be changed, and drift is seen", async () => {
  await using server = await TrellisServer.start();
  const raw = new RawStore((await server.connect()).connection, "svc_a_b");
  await raw.create();
  const { streams } = await raw.manager();
  const put = async (settings: SettingsOf<"store">, parts = 2) => {
    const { index, objects } = await raw.configs();
    const configs = storeStreams.updatedConfigs(raw.name, owner, settings, [index, objects]);
    for (const config of configs.slice(0, parts)) await streams.update(config.name, config);
  };
  const settings = { ttlMs: 5000, maxTotalBytes: 5_000_000, maxObjectBytes: 7 };
  await put(settings);
  assertEquals((await raw.state()).settings, settings);
  const none = { ttlMs: 0, maxTotalBytes: 0, maxObjectBytes: 0 };
  await put(none, 1);
  assertEquals((await raw.state()).deviations?.map(({ field }) => field), ["objects.max_age"]);
  await put(none);
  const { settings: now, deviations } = await raw.state();
  assertEquals([now, deviations], [none, []]);
  assertEquals((await raw.configs()).objects.max_bytes, -1);
  // A rename that was broken off: the store is what its objects say.
  const { metadata } = (await raw.configs()).index;
  await raw.change("index", { metadata: { ...metadata, "trellis.alias": "renamed" } });
  const half = await raw.state();
  assertEquals([half.owner, half.deviations?.map(({ field }) => field)], [owner, ["index.alias"]]);
  // Somebody else's marks on one of the two: nobody's store.
  await raw.change("index", { metadata: { "trellis.kind": "kv" } });
  assertEquals((await raw.state()).owner, undefined);
});

Deno.test("configurations are made again each time: the client library writes on them", () => {
  const settings = { ttlMs: 0, maxTotalBytes: 0, maxObjectBytes: 0 };
  const [one, two] = [1, 2].map(() => newStoreConfigs("s", owner, settings));
  assertEquals(one, two);
  assertFalse(one!.objects.metadata === two!.objects.metadata);
  assertFalse(one!.index.subjects === two!.index.subjects);
});
