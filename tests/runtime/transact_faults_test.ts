/** What was acknowledged is never missing and never doubled, whoever is killed, and whatever is full. */
import { jetstreamManager } from "@nats-io/jetstream";
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { GroupNames } from "../../cli/letters/group_names.ts";
import { LetterBox } from "../../cli/letters/letter_box.ts";
import type { Log } from "../../runtime/log.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { Relays } from "../../runtime/relay/relays.ts";
import { SILENT } from "../support/deployed.ts";
import { MessageProxy } from "../support/message_proxy.ts";
import {
  bank,
  BANK_BINDINGS,
  bankTransact,
  makeBank,
  storedEvents,
} from "../support/transact/outbox.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const BUCKET = "KV_bank_accounts";
const moved = (n: number, text = "") => ({ accountId: "a", n, text });

function relaysOf(messaging: NatsMessaging, log: Log = SILENT): Relays {
  return new Relays({
    contract: bank,
    deployment: "bank",
    messaging,
    bindings: BANK_BINDINGS,
    log,
  });
}

async function numbers(messaging: NatsMessaging): Promise<unknown[]> {
  return (await storedEvents(messaging.connection)).map(({ body }) => body.n);
}

Deno.test("broker and service are killed again and again: each value has its event, once and in order", async () => {
  await using server = await TrellisServer.start();
  const messaging = await server.connect();
  await makeBank(messaging.connection, 2000);
  const accounts = ["a", "b", "c", "d", "e", "f"];
  const acknowledged = new Map<string, number>();
  let count = 0;
  const script = fileURLToPath(new URL("../support/transact/mover_process.ts", import.meta.url));
  const start = () => {
    const args = ["run", "-A", "--no-check", "--quiet", script, server.url, ...accounts];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
    const said = child.stdout.pipeThrough(new TextDecoderStream());
    const reading = (async () => {
      let rest = "";
      for await (const text of said) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const [account = "", n] = line.split(" ");
          if (accounts.includes(account)) acknowledged.set(account, Number(n));
          count++;
        }
      }
    })();
    return { child, reading };
  };
  for (let round = 0; round < 3; round++) {
    const { child, reading } = start();
    const goOn = async () => {
      const before = count;
      await until(() => count > before + 60, "money moves");
    };
    await goOn();
    await server.kill();
    await server.startAgain();
    await goOn();
    child.kill("SIGKILL");
    await child.status;
    await reading;
  }
  const last = await server.connect();
  const relays = relaysOf(last);
  const { streams } = await jetstreamManager(last.connection);
  await until(async () => {
    const { state } = await streams.info(BUCKET, { subjects_filter: "outbox.>" });
    return Object.keys(state.subjects ?? {}).length === 0;
  }, "nothing waits any more");
  await relays.stop();
  const events = await storedEvents(last.connection);
  assertEquals(new Set(events.map(({ id }) => id)).size, events.length);
  for (const account of accounts) {
    const { balance } = (await streams.getMessage(BUCKET, {
      last_by_subj: `$KV.bank_accounts.${account}`,
    }))!.json<{ balance: number }>();
    assert(balance >= acknowledged.get(account)!, `${account} has lost a movement`);
    const own = events.filter(({ body }) => body.accountId === account).map(({ body }) => body.n);
    assertEquals(own, Array.from({ length: balance }, (_, i) => i + 1));
  }
});

Deno.test("a lost acknowledgement is settled by reading, and a lost batch is sent again", async () => {
  await using server = await TrellisServer.start();
  const direct = await server.connect();
  await makeBank(direct.connection);
  const { streams } = await jetstreamManager(direct.connection);
  await using proxy = new MessageProxy(server.url);
  await using messaging = (await connectMessaging({ servers: proxy.url, name: "behind" }))
    .orThrow();
  const transact = bankTransact(messaging);
  const move = (n: number) =>
    transact((tx) => {
      tx.kv.accounts.put("a", { accountId: "a", balance: n });
      tx.event.account.moved(moved(n));
    }, { timeoutMs: 2000 });
  (await move(1)).orThrow();
  // The server has stored it, and its word does not come through.
  let dropped = 0;
  proxy.fromServer = ({ payload }) => {
    const isAck = payload.includes('"batch"') && dropped === 0;
    if (isAck) dropped++;
    return isAck ? undefined : payload;
  };
  const settled = (await move(2)).orThrow();
  assertEquals([dropped, settled.revisions[0]?.revision], [1, "3"]);
  assertEquals((await streams.info(BUCKET)).state.last_seq, 4);
  // The message that ends the batch does not come through: the server has stored nothing.
  dropped = 0;
  proxy.fromServer = ({ payload }) => payload;
  proxy.fromClient = ({ subject, payload }) =>
    subject.startsWith("outbox.") && dropped++ === 0 ? undefined : payload;
  assertEquals((await move(3)).orThrow().revisions[0]?.revision, "5");
  // Neither is known: nothing is claimed.
  proxy.fromClient = ({ payload }) => payload;
  proxy.fromServer = ({ payload }) =>
    payload.includes('"batch"') || payload.includes('"message"') ? undefined : payload;
  const unknown = await move(4);
  assertEquals(unknown.isErr() && Reflect.get(unknown.error, "reason"), "unknown_outcome");
  const relays = relaysOf(direct);
  await until(async () => (await numbers(direct)).length === 4, "all are published");
  assertEquals(await numbers(direct), [1, 2, 3, 4]);
  await relays.stop();
});

Deno.test("events wait while their stream is full or gone, and go on in order; a full bucket takes none", async () => {
  await using server = await TrellisServer.start();
  const messaging = await server.connect();
  const { connection } = messaging;
  await makeBank(connection);
  const { streams } = await jetstreamManager(connection);
  const said: string[] = [];
  const note = (text: string) => void said.push(text);
  const relays = relaysOf(messaging, { info: note, warn: note, error: note });
  const transact = bankTransact(messaging);
  const move = (n: number, text = "") =>
    transact((tx) => {
      tx.kv.accounts.put("a", { accountId: "a", balance: n });
      tx.event.account.moved(moved(n, text));
    });
  (await move(1)).orThrow();
  await until(async () => (await numbers(messaging)).length === 1, "the first is published");
  await streams.update("trellis_events", { max_bytes: 2000 });
  for (let n = 2; n <= 20; n++) (await move(n)).orThrow();
  await until(() => relays.problems.get("accounts") !== undefined, "it says that events wait");
  assert(said.some((text) => text.includes("events wait to be published")), said.join());
  const { state } = await streams.info("trellis_events");
  assert(state.messages < 20);
  await streams.update("trellis_events", { max_bytes: -1 });
  await until(async () => (await numbers(messaging)).length === 20, "all are published");
  assertEquals(await numbers(messaging), Array.from({ length: 20 }, (_, i) => i + 1));
  await until(() => relays.problems.get("accounts") === undefined, "nothing waits any more");

  // So they do while it is gone.
  const { config } = await streams.info("trellis_events");
  await streams.delete("trellis_events");
  for (const n of [101, 102]) (await move(n)).orThrow();
  await until(() => relays.problems.get("accounts") !== undefined, "it says that events wait");
  await streams.add(config);
  await until(async () => (await numbers(messaging)).length === 2, "they are published");
  assertEquals(await numbers(messaging), [101, 102]);
  await until(() => relays.problems.get("accounts") === undefined, "nothing waits any more");

  // One that its stream refuses for good is kept, and holds up nobody.
  await streams.update("trellis_events", { max_msg_size: 1000 });
  (await move(21, "x".repeat(2000))).orThrow();
  (await move(22)).orThrow();
  await until(async () => (await numbers(messaging)).at(-1) === 22, "the next one is published");
  const letters = await storedEvents(connection, "trellis_dead_bank");
  assertEquals(letters.map(({ body }) => body.n), [21]);
  const [letter] = letters;
  assertEquals(letter?.subject, `dead.bank.relay.accounts.${letter?.id}`);
  for (const line of ["Dead-Reason: failed", "Origin: KV_bank_accounts", "Account.Moved.a"]) {
    assert(letter?.headers.includes(line), line);
  }
  await relays.stop();

  // When the stream takes it, it is published as what it is.
  await streams.update("trellis_events", { max_msg_size: -1 });
  const box = new LetterBox("bank", "trellis_dead_bank", new GroupNames(), messaging);
  const [kept] = (await box.page({ group: "accounts" }, { limit: 2 })).orThrow().letters;
  (await box.giveBack(kept!)).orThrow();
  const last = (await storedEvents(connection)).at(-1);
  assertEquals([last?.id, last?.subject, last?.body.n], [
    letter?.id,
    "events.v1.Account.Moved.a",
    21,
  ]);
  assert(!/Trellis-(Dead|Origin|Attempt|Operation)/.test(last?.headers ?? "Dead"));

  await streams.update(BUCKET, { max_bytes: 1500 });
  let n = 23;
  while ((await move(n)).isOk()) n++;
  const full = await move(n);
  assertEquals(full.isErr() && Reflect.get(full.error, "reason"), "full");
  const again = relaysOf(messaging);
  await until(
    async () => (await numbers(messaging)).at(-1) === n - 1,
    "what was taken is published",
  );
  await until(async () => (await move(n)).isOk(), "there is room again");
  await again.stop();
});
