import { WATCH_SUBJECT } from "../../../contracts/live/live_subjects.ts";
import { WISH_LIMITS } from "../../../contracts/live/wish.ts";
import { decodeUtf8 } from "../../nats/utf8/utf8_text.ts";
import type { Line } from "../../nats/line.ts";
import type { Wishes } from "../wishes.ts";

/**
 * Takes note of what those wish who watch, until the returned function is called.
 *
 * @param woken called when something may be wished
 */
export function followWishes(line: Line, wishes: Wishes, woken: () => void): () => void {
  const subscription = line.subscribe(WATCH_SUBJECT, {
    callback: (cause, msg) => {
      // A delivery of a stream has another subject; a denial is reported with the connection's events.
      if (cause !== null || msg.subject !== WATCH_SUBJECT) return;
      if (msg.data.length > WISH_LIMITS.bytes) return;
      wishes.note(decodeUtf8(msg.data) ?? "", performance.now());
      woken();
    },
  });
  return () => {
    if (!line.isClosed()) subscription.unsubscribe();
  };
}
