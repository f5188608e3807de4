/** Room for files that several people send. */
import { assertEquals } from "@std/assert";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { TrellisClient } from "../../../mod.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { provision } from "../../support/deployed.ts";
import { RawFiles } from "../../support/nats/raw_files.ts";
import { SecuredTrellis } from "../../support/platform/secured_trellis.ts";
import { author, paperHandlers, papers } from "../../support/transfers/papers.ts";
import { wholePaper } from "../../support/transfers/paper_bytes.ts";

const CHUNK = 63 * 1024;

Deno.test("whoever has most of the room gives way to others with their newest file, and may send it again", async () => {
  await using trellis = await SecuredTrellis.start({}, { maxPayload: 64 * 1024 });
  const service = await trellis.deploy(papers);
  await service.serve(paperHandlers());
  await provision(trellis.authority, author);
  const { url } = trellis;
  await new RawFiles(trellis.messaging, "papers", "Paper.Upload").limit(44 * CHUNK);
  const seedOf = async (id: string) => {
    const session = { principal: { kind: "user", id }, contract: author } as const;
    return (await trellis.platform.openUserSession(session)).orThrow().seed ?? "";
  };
  const key = KeyPair.fromSeed("user", await seedOf("eve"));
  if (key === undefined) throw new Error("the seed is none");
  const own = { servers: url, name: "eve", key, principal: { kind: "user", id: "eve" } } as const;
  await using messaging = (await connectMessaging(own)).orThrow();
  const eve = new RawFiles(messaging, "papers", "Paper.Upload");
  const send = async (id: string, chunks: number) => {
    for (let n = 0; n < chunks; n++) await eve.put(id, n, new Uint8Array(CHUNK));
  };
  const there = async (id: string) => (await eve.control({ action: "sent", id })).transfer?.there;
  const [older, newer] = [await eve.start({ path: "older" }), await eve.start({ path: "newer" })];
  await send(newer, 20);
  await send(older, 15);
  assertEquals([await there(older), await there(newer)], [[[0, 14]], [[0, 19]]]);

  const options = { trellisUrl: url, sessionKeySeed: await seedOf("bob") };
  await using bob = await TrellisClient.connect({ contract: author, ...options }).orThrow();
  const body = await wholePaper(20 * CHUNK);
  const ref = await bob.operation.paper.upload.start({ path: "fair" }, { body }).orThrow();
  assertEquals((await ref.wait().orThrow()).size, body.length);
  assertEquals([await there(older), await there(newer)], [[[0, 14]], []]);
  await send(newer, 20);
  assertEquals(await there(newer), [[0, 19]]);
});
