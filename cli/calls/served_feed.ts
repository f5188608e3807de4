import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import type { Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import { feedCall } from "../../runtime/feeds/feed_reader.ts";
import { type FeedSurface, feedSurface } from "../../runtime/feeds/feed_surface.ts";
import type { Feed, FeedOptions } from "../../runtime/feeds/feed_types.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { RequestSender } from "../../runtime/rpc/rpc_caller.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { type CallFailure, failureOf } from "./call_served.ts";
import { findSurface, type ServedSurface } from "./served_surface.ts";

/** The feed of a name, as `findSurface` finds it. */
export function findFeed(
  name: string,
  accepted: ByKey<Needs> | undefined,
): Result<FeedSurface, ExplainedError> {
  return findSurface("feeds", name, accepted).map(feedOf);
}

/** A feed that is accepted, as callers subscribe to it. Declared errors arrive with their payload. */
export function feedOf({ contract: id, subject, surface }: ServedSurface): FeedSurface {
  const { name, schemas: { input = true, event = true }, errors } = surface;
  const manifest = {
    ...core.manifest,
    id,
    schemas: { input, event },
    feeds: {
      [name]: {
        version: "v1",
        subject,
        input: { schema: "input" },
        event: { schema: "event" },
        errors: errors.map((type) => ({ type })),
      },
    },
  };
  return feedSurface({ id, manifest, errors: new Map() }, name);
}

/**
 * Subscribes to a feed, checked on both sides.
 *
 * @param onAgain called when it was subscribed to again, because its instance or the connection was gone
 */
export async function followServed(
  surface: FeedSurface,
  input: JsonValue,
  messaging: NatsMessaging,
  options: FeedOptions,
  onAgain: () => void = () => {},
): Promise<Result<Feed<unknown, Error>, CallFailure>> {
  const { line, session } = messaging;
  const sender = noticing(surface, messaging, onAgain);
  return (await feedCall({ surface, line, session, sender })(input, options))
    .mapErr((error) => failureOf(surface.name, error));
}

/** Notices each subscription behind the first one. */
function noticing(
  { subscribe }: FeedSurface,
  messaging: RequestSender,
  onAgain: () => void,
): RequestSender {
  const { caller } = messaging;
  let isFirst = true;
  return {
    caller,
    async request(subject, body, options) {
      const reply = await messaging.request(subject, body, options);
      if (subject === `${subscribe.subject}.${caller}` && reply.isOk() && !reply.value.isError) {
        if (!isFirst) onAgain();
        isFirst = false;
      }
      return reply;
    },
  };
}
