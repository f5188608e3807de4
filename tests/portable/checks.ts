/** What is checked of the client in every runtime. */
import type * as Client from "../../client.ts";
import { app, NotFoundError } from "./echo_contract.ts";

/** Where a run connects, and as whom. */
export interface Place {
  readonly trellisUrl: string;
  /** Seed of a session of the app. */
  readonly seed: string;
  /** Seed of a key that nobody knows. */
  readonly strangerSeed: string;
  /** Where nothing listens. */
  readonly nowhere: string;
}

const text = "ada@example.org";

/** Does everything once, and answers what came of it, to be compared with {@link EXPECTED}. */
export async function runChecks(
  { TrellisClient, isErr }: Pick<typeof Client, "TrellisClient" | "isErr">,
  { trellisUrl, seed, strangerSeed, nowhere }: Place,
): Promise<Readonly<Record<string, unknown>>> {
  const connect = (sessionKeySeed: string, url = trellisUrl) =>
    TrellisClient.connect({ contract: app, trellisUrl: url, sessionKeySeed });
  const failure = async (work: PromiseLike<Client.Result<unknown, Error>>) => {
    const result = await work;
    if (!result.isErr()) return result;
    return "code" in result.error ? result.error.code : result.error.name;
  };
  const outcomes: Record<string, unknown> = {};
  const client = await connect(seed).orThrow();
  const states: string[] = [];
  const watching = new AbortController();
  const watched = (async () => {
    const { signal } = watching;
    for await (const { state } of client.connection.watch({ signal })) states.push(state);
  })();
  const { rpc, used, state } = client;
  outcomes.call = await rpc.echo.say({ text }).orThrow();
  outcomes.used = await used.echo.rpc.echo.say({ text }).orThrow();
  const many = await Promise.all(Array.from({ length: 100 }, () => rpc.echo.say({ text })));
  outcomes.many = many.filter((answer) => answer.isOk()).length;

  const missing = (await rpc.echo.find({ text })).take();
  outcomes.declared = isErr(missing) && missing.error instanceof NotFoundError &&
    missing.error.text;
  const invalid = (await rpc.echo.say({ text: "no address" })).take();
  outcomes.invalid = isErr(invalid) && "issues" in invalid.error && invalid.error.issues;
  outcomes.unexpected = await failure(rpc.echo.break({ text }));
  outcomes.capability = await failure(rpc.echo.shout({ text }));
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(), 20);
  outcomes.aborted = await failure(rpc.echo.wait({ text }, { signal: leaving.signal }));
  outcomes.timeout = await failure(rpc.echo.wait({ text }, { timeoutMs: 20 }));

  await state.last.put({ title: "first" });
  const last = await state.last.get();
  outcomes.value = last.found && last.entry.value;
  await state.notes.put("a/1", { title: "one" });
  outcomes.page = (await state.notes.prefix("a").list({ limit: 5 })).entries
    .map(({ key, value }) => [key, value]);
  outcomes.tooLong = await failure(state.last.put({ title: "x".repeat(21) }).result());

  const { repeat } = client.operation.echo;
  const repeated = await repeat.start({ text }).orThrow();
  let seen: unknown;
  for await (const { progress } of await repeated.watch().orThrow()) {
    if (progress === undefined || seen !== undefined) continue;
    seen = progress;
    await repeated.signal("end", { text }).orThrow();
  }
  outcomes.operation = [seen, await repeat.resume(repeated.id).wait().orThrow()];
  const file = new Blob([Uint8Array.from({ length: 600_000 }, (_, at) => at)]);
  const told: unknown[] = [];
  const kept = await client.operation.echo.keep.start({ text }, {
    body: file,
    onTransfer: ({ sent, size }) => told.push(sent, size),
  }).orThrow();
  outcomes.file = [await kept.wait().orThrow(), ...told.slice(-2)];
  const ended = await repeated.cancel().take();
  outcomes.ended = isErr(ended) && "reason" in ended.error && ended.error.reason;

  const nobody = "nobody@example.org";
  const ending = await client.feed.echo.count({ text: nobody }).orThrow();
  const counted: unknown[] = [];
  for await (const { value, gap } of ending) counted.push([value.n, gap]);
  const outcome = (await ending.outcome).take();
  outcomes.feed = [counted, isErr(outcome) && outcome.error instanceof NotFoundError];

  const { file: grant } = await rpc.echo.recording({ text }).orThrow();
  const recording = await client.transfer(grant).bytes().orThrow();
  const range = { start: 1_500_000, end: 1_500_003 };
  const part = await client.transfer(grant, { range }).bytes().orThrow();
  outcomes.fetched = [recording.length, [...part], recording.every((byte, i) => byte === i % 251)];

  outcomes.stranger = await failure(connect(strangerSeed));
  outcomes.nowhere = await failure(connect(seed, nowhere));

  // The server ends connections after five seconds; they are replaced before, and nobody notices.
  const end = performance.now() + 6000;
  const feed = await used.echo.feed.echo.count({ text }).orThrow();
  let expected = 0;
  const counting = (async () => {
    for await (const { value: { n }, gap } of feed) {
      if (n !== ++expected || gap) return `${n} instead of ${expected}`;
      if (performance.now() > end) return "in order";
    }
  })();
  let lost = 0;
  while (performance.now() < end) {
    if ((await rpc.echo.say({ text })).isErr()) lost++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  outcomes.lost = lost;
  outcomes.counted = [await counting, (await feed.outcome).isOk()];
  await client.close();
  outcomes.closed = await failure(rpc.echo.say({ text }));
  watching.abort();
  await watched;
  outcomes.states = states;
  return outcomes;
}

/** What comes of it everywhere. */
export const EXPECTED: Readonly<Record<string, unknown>> = {
  call: { text },
  used: { text },
  many: 100,
  declared: text,
  invalid: [{ path: "/text", message: 'must match format "email"' }],
  unexpected: "UnexpectedError",
  capability: "trellis.permission.capability",
  aborted: "trellis.rpc.aborted",
  timeout: "trellis.rpc.timeout",
  value: { title: "first" },
  page: [["1", { title: "one" }]],
  tooLong: "ValidationError",
  operation: [{ text }, { text }],
  file: [{ n: 600_000 }, 600_000, 600_000],
  ended: "ended",
  feed: [[[1, false]], true],
  fetched: [3_000_000, [24, 25, 26], true],
  stranger: "trellis.session.refused",
  nowhere: "trellis.connection.refused",
  lost: 0,
  counted: ["in order", true],
  closed: "trellis.connection.closed",
  states: ["connected", "closed"],
};
