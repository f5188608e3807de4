import type { JsonValue } from "../../../contracts/json/json.ts";
import { isErr, ok } from "../../../contracts/result.ts";
import type { FeedItem } from "../../../runtime/feeds/feed_types.ts";
import { failureOf } from "../../calls/call_served.ts";
import { type AsValues, linkAs, readAccepted } from "../../calls/link_as.ts";
import { findFeed, followServed } from "../../calls/served_feed.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { CallerLink } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";
import { displayWidth } from "../../terminal/display_width.ts";
import { printable, printableJson } from "../../terminal/printable.ts";
import { callFailed } from "../call/call_failed.ts";

/** What the command was told. */
interface FeedValues extends AsValues {
  /** Declared name, as `Orders.Changes`. */
  readonly feed: string;
  /** Undefined: the empty input. */
  readonly input: JsonSource | undefined;
  readonly cursor: string | undefined;
  /** Undefined: as many as come. */
  readonly limit: number | undefined;
}

/** Follows a feed to its end, to a number of values, or until it is interrupted. */
export async function followFeed(
  { feed: name, cursor, limit, as, contract, ...command }: FeedValues,
  link: CallerLink,
  context: CommandContext,
): Promise<ExitCode> {
  const { signal, output, terminal: { out } } = context;
  const input = command.input === undefined ? ok({}) : await readJsonSource(command.input);
  if (input.isErr()) return failed(context, input.error);
  const accepted = (await readAccepted(link)).take();
  if (isErr(accepted)) return failed(context, accepted.error);
  const surface = findFeed(name, accepted).take();
  if (isErr(surface)) return failed(context, surface.error);
  const opened = (await linkAs({ as, contract }, link, context.by)).take();
  if (isErr(opened)) return failed(context, opened.error);
  await using caller = opened;
  const options = { signal, ...(cursor === undefined ? {} : { cursor }) };
  const again = () => output.talk(`${name} was subscribed to again`);
  const feed = (await followServed(surface, input.value, caller.messaging, options, again)).take();
  if (isErr(feed)) {
    return signal.aborted ? EXIT_CODE.interrupted : callFailed(context, feed.error);
  }
  output.talk(`following ${name}`);
  out.stream.watchReader();
  let last = cursor;
  let count = 0;
  for await (const item of feed) {
    if (item.gap) output.talk(gapText(item));
    output.data(itemJson(item), () => itemText(item, out.columns));
    await out.stream.flushed(signal);
    last = item.cursor ?? last;
    if (++count === limit) return EXIT_CODE.ok;
  }
  if (signal.aborted) {
    if (last !== undefined) output.talk(`to go on from here: --cursor ${printable(last)}`);
    return EXIT_CODE.interrupted;
  }
  const outcome = (await feed.outcome).take();
  if (isErr(outcome)) return callFailed(context, failureOf(name, outcome.error));
  output.talk("the service has ended it");
  return EXIT_CODE.ok;
}

/** What a program reads of a value. */
function itemJson({ value, cursor, gap, gapReason }: FeedItem<unknown>) {
  return {
    value,
    ...(cursor === undefined ? {} : { cursor }),
    ...(gap ? { gap } : {}),
    ...(gapReason === undefined ? {} : { gapReason }),
  };
}

function gapText({ gapReason }: FeedItem<unknown>): string {
  const why = gapReason === undefined ? "" : `: ${printable(gapReason)}`;
  return `values may be missing before the next one${why}`;
}

/** A value for a person: on one line where it has room there. */
function itemText({ value }: FeedItem<unknown>, columns: number): string {
  // What came over the wire is JSON.
  const json = value as JsonValue;
  const line = printableJson(json);
  return displayWidth(line) <= columns ? line : printableJson(json, 2);
}
