import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type ChainFact, type ChainNode, chainOf } from "../../trace/chain.ts";
import { chainText } from "../../trace/chain_text.ts";
import { findTrace } from "../../trace/find_trace.ts";
import { readChain, type TraceBounds } from "../../trace/read_chain.ts";
import { createdAt } from "../../trace/stored_work.ts";
import { sinceMade, tracedId, type TraceRoot, ulidTime } from "../../trace/trace_root.ts";

/** Everything together takes as long at most, in milliseconds. */
const PATIENCE_MS = 30_000;

/** A W3C trace id, which does not say when it was made. */
const TRACE_ID = /^[0-9a-f]{32}$/;
const TRACE_SINCE_MS = 24 * 3_600_000;

/** Prints the chain behind a request or an event. */
export async function runTrace(
  { id, since, limit }: {
    readonly id: string;
    /** Milliseconds. */
    readonly since: number | undefined;
    readonly limit: number;
  },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const bounds = { most: limit, patienceMs: PATIENCE_MS };
  const named = (await nameOf(id, since, link, bounds, context.signal)).take();
  if (isErr(named)) return failed(context, named.error);
  const asked = tracedId(named);
  const from = (await sinceOf(asked, since, link)).take();
  if (isErr(from)) return failed(context, from.error);
  const root = { ...asked, since: from };
  const chain = (await readChain(root, link, bounds, context.signal)).take();
  if (isErr(chain)) {
    return context.signal.aborted ? EXIT_CODE.interrupted : failed(context, chain.error);
  }
  const { output, terminal: { out } } = context;
  const { leftOut, read } = chain;
  for (const { stream, until } of leftOut) {
    output.talk(
      `${stream} was read up to ${new Date(until).toISOString()}; --limit reads more of it`,
    );
  }
  const tree = chainOf(chain.facts);
  if (tree.children.length === 0 && !isStored(tree.fact)) {
    const looked = `${read} messages since ${new Date(root.since).toISOString()}`;
    return failed(context, {
      code: "not_found",
      message: `nothing stored says that it was caused by "${id}", of ${looked}`,
      hint: "a call itself is not stored; --since looks further back",
    });
  }
  output.data(
    {
      chain: nodeJson(tree),
      read,
      leftOut: leftOut.map(({ stream, until }) => ({
        stream,
        until: new Date(until).toISOString(),
      })),
    },
    () => chainText(tree, out),
  );
  return EXIT_CODE.ok;
}

/** What is asked for; of a trace what it has begun with, as far as that is stored. */
async function nameOf(
  id: string,
  since = TRACE_SINCE_MS,
  link: Connected,
  bounds: TraceBounds,
  signal: AbortSignal,
): Promise<Result<string, ExplainedError>> {
  if (!TRACE_ID.test(id)) return ok(id);
  const from = Date.now() - since;
  const found = (await findTrace(id, from, link, bounds, signal)).take();
  if (isErr(found)) return found;
  return found === undefined
    ? err({
      code: "not_found",
      message: `nothing stored since ${new Date(from).toISOString()} belongs to the trace ${id}`,
      hint: "a call itself is not stored; --since looks further back",
    })
    : ok(found);
}

/** From when on to look: as said, as the id says, or since what is called so was created. */
async function sinceOf(
  asked: Pick<TraceRoot, "causes" | "id">,
  since: number | undefined,
  link: Connected,
): Promise<Result<number, ExplainedError>> {
  if (since !== undefined) return ok(Date.now() - since);
  const named = ulidTime(asked.id);
  const made = named === undefined ? (await createdAt(asked, link)).take() : named;
  if (isErr(made)) return made;
  return made === undefined
    ? err({
      code: "usage",
      message: `the id "${asked.id}" does not say when it was made, and no job or operation has it`,
      hint: "say how far back to look, as --since 24h",
    })
    : ok(sinceMade(made));
}

function nodeJson({ fact: { at, ...fact }, children }: ChainNode): object {
  const time = at === undefined ? null : new Date(at).toISOString();
  return { ...fact, at: time, children: children.map(nodeJson) };
}

/** Whether something of it is stored, even where it has led to nothing. */
function isStored({ kind }: ChainFact): boolean {
  return kind === "event" || kind === "job" || kind === "op";
}
