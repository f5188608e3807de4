/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { relativeTime } from "../../../terminal/relative_time.ts";

/** A moment as people say it, and exactly where they point at it. */
export function When({ at }: { readonly at: string }): VNode {
  return <time class="whole" dateTime={at} title={at}>{relativeTime(at, Date.now())}</time>;
}
