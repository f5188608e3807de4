import { assert } from "@std/assert";
import { TrellisServer } from "../trellis_server.ts";
import { setClock, whyNoClocks } from "./process_clock.ts";

const why = whyNoClocks();
const name = "a server goes by the clock that it was given" +
  (why === undefined ? "" : ` (${why})`);

Deno.test({ name, ignore: why !== undefined }, async () => {
  // Its own, since the next test would get the server.
  await using server = await TrellisServer.start({ name: "clocked" });
  const { connection } = await server.connect();
  const ask = async (subject: string, body?: object) => {
    const data = body && JSON.stringify(body);
    return (await connection.request(subject, data, { timeout: 10_000 })).json<{
      readonly message?: { readonly time: string };
    }>();
  };
  await ask("$JS.API.STREAM.CREATE.T", { name: "T", subjects: ["t"], storage: "memory" });
  for (const hours of [1, -1, 0]) {
    await setClock(server.pid, hours * 3600);
    const before = Date.now();
    await ask("t");
    const { message } = await ask("$JS.API.STREAM.MSG.GET.T", { last_by_subj: "t" });
    const time = Date.parse(message?.time ?? "") - hours * 3_600_000;
    assert(time >= before - 1 && time <= Date.now() + 1, `${message?.time} with ${hours} hours`);
  }
});
