/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { Kept } from "../../live/live_item.ts";
import { missingText } from "../../live/missing_text.ts";
import type { Counts } from "../../live/traffic.ts";
import { Facts, Live } from "../layout/parts.tsx";
import { LIVE_COLUMNS, LiveRow } from "./live_row.tsx";
import { withFilter } from "./read_filter.ts";

/** Rows that a page keeps. */
export const KEPT_ROWS = 200;

/** What the page shows. */
export interface LivePageProps {
  /** What is asked for, as it was typed. */
  readonly query: URLSearchParams;
  /** Names of deployments, to choose one. */
  readonly deployments: readonly string[];
  /** Newest first. */
  readonly items: readonly Kept[];
  /** The number of the newest. */
  readonly last: number;
  readonly counts: Counts;
}

/** What happens, as it happens. */
export function LivePage({ query, deployments, items, last, counts }: LivePageProps): VNode {
  const isPaused = query.has("paused");
  const numbers = <Numbers counts={counts} />;
  return (
    <div class="live">
      {isPaused ? numbers : <Live id="counts" from="/live/counts">{numbers}</Live>}
      <Filter query={query} deployments={deployments} />
      <p class="live-state">
        {isPaused
          ? (
            <>
              Paused: nothing is added. <a href={withFilter("/live", query)}>Go on</a>
            </>
          )
          : (
            <>
              New rows come on top, and the last {KEPT_ROWS} stay.{" "}
              <a href={withFilter("/live", query, { paused: "1" })}>Pause</a>
            </>
          )}
      </p>
      <table class="rows live-rows">
        <caption class="unseen">Requests, events and steps of reconciles, newest first</caption>
        <thead>
          <tr>{LIVE_COLUMNS.map((heading) => <th key={heading} scope="col">{heading}</th>)}</tr>
        </thead>
        <tbody
          id="rows"
          data-live={isPaused ? undefined : withFilter("/live/rows", query, { after: `${last}` })}
          data-keep={KEPT_ROWS}
        >
          {items.map((item) => <LiveRow key={item.number} item={item} />)}
        </tbody>
      </table>
      <p class="empty">
        Nothing that you ask for was seen yet. Services report a request when they have answered it,
        while somebody looks at this page. <a href="/explorer">Call an RPC in the Explorer</a>{" "}
        to see one, or ask for less above.
      </p>
    </div>
  );
}

/** How much happens, and what of it is not shown. */
export function Numbers({ counts }: { readonly counts: Counts }): VNode {
  const { requests, leftOut, events } = counts;
  const missing = missingText(counts);
  return (
    <>
      <Facts
        facts={[
          ["Requests a second", rate(requests)],
          ["Of them shown", rate(requests - leftOut)],
          ["Events a second", rate(events)],
        ]}
      />
      {missing !== undefined && (
        <p class="notice waiting">
          {missing}. Whole traces are left out, so that those that you see are complete.
        </p>
      )}
    </>
  );
}

function rate(number: number): string {
  return number >= 10 ? String(Math.round(number)) : String(Math.round(number * 10) / 10);
}

function Filter(
  { query, deployments }: Pick<LivePageProps, "query" | "deployments">,
): VNode {
  const field = (name: string) => query.get(name) ?? "";
  const option = (chosen: string) => (value: string) => (
    <option key={value} value={value} selected={value === chosen}>{value}</option>
  );
  return (
    <form method="get" action="/live" class="filter live-filter" role="search">
      <label>
        Kind
        <select name="kind">
          <option value="">all</option>
          {["request", "event", "step"].map(option(field("kind")))}
        </select>
      </label>
      <label>
        Deployment
        <select name="deployment">
          <option value="">all</option>
          {deployments.map(option(field("deployment")))}
        </select>
      </label>
      <label>
        RPC or subject
        <input name="name" value={field("name")} placeholder="Orders." />
      </label>
      <label>
        Who asks
        <input name="by" value={field("by")} placeholder="u- or an id" />
      </label>
      <label>
        At least, in ms
        <input name="slower" type="number" min="0" step="any" value={field("slower")} />
      </label>
      <label class="choice">
        <input type="checkbox" name="errors" value="1" checked={query.has("errors")} />
        Only what failed
      </label>
      <label class="choice">
        <input type="checkbox" name="platform" value="1" checked={query.has("platform")} />
        Trellis itself too
      </label>
      {query.has("paused") && <input type="hidden" name="paused" value="1" />}
      <button type="submit">Show</button>
    </form>
  );
}
