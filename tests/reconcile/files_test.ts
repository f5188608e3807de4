import { assertEquals, assertMatch } from "@std/assert";
import { readTransferFigures } from "../../cli/files/transfer_figures.ts";
import { styleFor } from "../../cli/terminal/style.ts";
import { transfersText } from "../../cli/files/transfers_view.ts";
import { impactLines } from "../../cli/words/impact_text.ts";
import { sentChunk, sentSubjects } from "../../contracts/stored/transfer_names.ts";
import { propose, provision } from "../support/deployed.ts";
import { RawQueues } from "../support/nats/raw_queues.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { filesContract, RECEIVED, SENT } from "../support/transfers/files_contract.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const STREAM = "trellis_transfer_files";
const RECORDS = "trellis_records_files";
const UPLOAD = "operations.v1.Files.Upload";

Deno.test("files that are sent get their stream and grants their bucket, and what is on its way outlives its declaration", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const messaging = await server.connect();
  const { connection } = messaging;
  const raw = await RawQueues.open(connection);

  const granting = await provision(authority, filesContract({ download: RECEIVED }));
  assertEquals(granting.materialized?.problems, []);
  const { records, transfer, dead, steps } = granting.materialized!.bindings;
  assertEquals([records, transfer, dead, steps], [RECORDS, undefined, undefined, undefined]);
  assertEquals((await raw.stream(`KV_${RECORDS}`))?.config.allow_msg_ttl, true);
  assertEquals(await raw.stream(STREAM), undefined);

  const contract = filesContract({ upload: SENT, download: RECEIVED });
  const { materialized } = await provision(authority, contract);
  assertEquals(materialized?.problems, []);
  assertEquals(materialized!.bindings.transfer, STREAM);
  const { config } = (await raw.stream(STREAM))!;
  assertEquals(config.subjects, [sentSubjects(UPLOAD)]);
  assertEquals([config.storage, config.retention, config.discard], ["file", "limits", "new"]);
  assertEquals([config.max_msgs_per_subject, config.discard_new_per_subject], [1, true]);
  assertEquals([config.max_age, config.max_bytes], [3_600_000e6, 1 << 30]);
  assertEquals(config.max_msgs, 1 << 18);
  assertEquals([config.max_msg_size, config.allow_direct], [512 * 1024 + 4096, true]);
  assertEquals([config.allow_rollup_hdrs, config.deny_delete], [false, true]);
  const again = (await authority.reconcile("files")).orThrow();
  assertEquals([again.actions, again.materialized], [[], materialized]);

  // Somebody makes room by hand, and lets chunks be replaced.
  await raw.changeStream(STREAM, { max_bytes: -1, discard_new_per_subject: false });
  const repaired = (await authority.reconcile("files")).orThrow();
  assertEquals(repaired.actions.map(({ kind }) => kind), ["repair_stream"]);
  const { config: mended } = (await raw.stream(STREAM))!;
  assertEquals([mended.max_bytes, mended.discard_new_per_subject], [1 << 30, true]);

  const large = await provision(
    authority,
    filesContract({ upload: { ...SENT, maxBytes: 1 << 30 }, download: RECEIVED }),
  );
  assertEquals(large.actions.map(({ kind }) => kind), ["update_stream"]);
  assertEquals((await raw.stream(STREAM))?.config.max_bytes, 2 ** 31);

  await connection.request(sentChunk(UPLOAD, "u-ada-a", "one", 0), "bytes");
  const none = filesContract({ upload: null, download: RECEIVED });
  const { plan } = await propose(authority, none);
  const [removed] = plan.changes.filter(({ code }) => code === "transfer.send.removed");
  assertMatch(
    impactLines(removed!.impact!).join("\n"),
    /^1 file on the way to Files\.Upload \(\d+ B\) would never be stored$/,
  );
  const without = await provision(authority, none);
  assertEquals(without.materialized?.bindings.transfer, undefined);
  assertEquals((await raw.stream(STREAM))?.state.messages, 1);
  const { records: all } = (await authority.overview()).orThrow();
  const [figures, ...others] = await readTransferFigures(all, messaging);
  assertEquals([figures?.isDeclared, figures?.coming?.files, others], [false, 1, []]);
  assertEquals(figures?.coming?.room, 2 ** 31);
  const screen = { columns: 80, style: styleFor(false) };
  assertMatch(
    transfersText(figures === undefined ? [] : [figures], screen, Date.now()),
    /^files to .*\nfiles +1 +\d+ B +2 GiB +now/,
  );
  await raw.purge(STREAM);
  const emptied = (await authority.reconcile("files")).orThrow();
  assertEquals(emptied.actions.map(({ kind, subject: { name } }) => [kind, name]), [
    ["delete_stream", STREAM],
  ]);
  assertEquals(await raw.stream(STREAM), undefined);
});

Deno.test("where there is no room for files, the rest of a service goes on, and it is said what to do", async () => {
  const configText = `
    accounts { A { jetstream: { max_store: 100MB }, users: [{ user: all, password: all }] } }
    no_auth_user: all
  `;
  await using server = await TrellisServer.start({ configText });
  const authority = await server.authority();
  const { materialized } = await provision(authority, filesContract({ upload: SENT }));
  assertEquals(materialized?.problems.map(({ resource, code }) => [resource, code]), [
    ["shared", "nats_limit"],
  ]);
  const { transfer, records, operations } = materialized!.bindings;
  assertEquals([transfer, records], [undefined, RECORDS]);
  assertEquals(Object.keys(operations ?? {}), ["Files.Upload"]);
});

const binary = await oldestServer();

Deno.test({
  name: "on NATS 2.10 files get the same stream, and grants a bucket that forgets them later",
  ignore: binary === undefined,
  fn: async () => {
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    const authority = await server.authority();
    const contract = filesContract({ upload: SENT, download: RECEIVED });
    const { materialized } = await provision(authority, contract);
    assertEquals(materialized?.problems, []);
    const { transfer, records } = materialized!.bindings;
    assertEquals([transfer, records], [STREAM, RECORDS]);
    assertEquals((await authority.reconcile("files")).orThrow().actions, []);
  },
});
