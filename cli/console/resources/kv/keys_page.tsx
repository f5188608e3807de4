/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { PageResponse } from "../../../../contracts/schema/page.ts";
import type { KvNeed } from "../../../../reconcile/needs/need_types.ts";
import { isKvKey } from "../../../../runtime/kv/key.ts";
import type { KVListed, KVStatus } from "../../../../runtime/kv/kv_entry.ts";
import { listedRow, rowText } from "../../../commands/kv/kv_rows.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { bytes } from "../../../terminal/bytes.ts";
import { printable } from "../../../terminal/printable.ts";
import { relativeTime } from "../../../terminal/relative_time.ts";
import { Pager } from "../../layout/pager.tsx";
import { Badge, Facts, Section, Table } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { resourceHref } from "../words/resource_href.ts";
import { keptText, limitText } from "../words/setting_words.ts";

/** A page of the keys of a bucket, or why there is none. */
export interface KeysPageProps {
  readonly place: DataPlace;
  readonly need: KvNeed;
  readonly status: KVStatus | undefined;
  /** As it was typed. */
  readonly filter: string;
  readonly page: PageResponse<KVListed<unknown>> | undefined;
  readonly error: ExplainedError | undefined;
  readonly now: number;
}

/** The keys of a bucket with their values, page by page. */
export function KeysPage(
  { place, need, status, filter, page, error, now }: KeysPageProps,
): VNode {
  return (
    <>
      <Section title="Bucket">
        <p>{printable(need.purpose)}</p>
        {need.projection !== undefined && (
          <p class="faint">A projection: its values are made of events, and of nothing else.</p>
        )}
        <Facts
          facts={[
            ["Service", printable(place.deployment)],
            ["Kept", keptText(need)],
            ["One value", limitText(need.maxValueBytes)],
            ...status === undefined ? [] : [
              ["Size", bytes(status.bytes)] as const,
              ["Stored revisions", status.values.toLocaleString("en")] as const,
              ["Copies", String(status.replicas)] as const,
              ["Name on the server", <code key="name">{printable(status.bucket)}</code>] as const,
            ],
          ]}
        />
      </Section>
      <Section title="Keys">
        <form method="get" class="filter" role="search">
          <label>
            Filter
            <input name="filter" value={filter} placeholder="eu.*" autocomplete="off" />
          </label>
          <button type="submit">Show</button>
          {filter !== "" && <a href={resourceHref(place)}>All keys</a>}
          {need.projection === undefined && (
            <a class="button" href={resourceHref(place, "new")}>New key</a>
          )}
        </form>
        <p class="faint small">
          A whole key, or one with <code>*</code> for any one part between dots and{" "}
          <code>&gt;</code> for all that follows: <code>eu.*</code>, <code>eu.&gt;</code>.
        </p>
        {error !== undefined && <Problem error={error} />}
        {page !== undefined && <Keys place={place} filter={filter} page={page} now={now} />}
      </Section>
    </>
  );
}

function Keys(
  { place, filter, page, now }: Pick<KeysPageProps, "place" | "filter" | "now"> & {
    readonly page: PageResponse<KVListed<unknown>>;
  },
): VNode {
  const pager = (
    <Pager
      page={page}
      noun={["key", "keys"]}
      hrefOf={(offset) => resourceHref(place, "", { filter, offset })}
    />
  );
  return (
    <>
      {pager}
      <Table
        caption="Keys with their values"
        rows={page.entries}
        keyOf={({ key }) => key}
        columns={[
          {
            heading: "Key",
            cell: ({ key }) =>
              isKvKey(key)
                ? <a href={resourceHref(place, "key", { key })}>{key}</a>
                // Other tools take keys that Trellis does not.
                : <span>{printable(key)}</span>,
          },
          {
            heading: "Value",
            cell: (entry) =>
              entry.kind === "invalid"
                ? (
                  <>
                    <Badge tone="danger">does not fit</Badge> {valueText(entry)}
                  </>
                )
                : <code class="cut">{valueText(entry)}</code>,
          },
          { heading: "Revision", cell: ({ revision }) => revision, isNumber: true },
          {
            heading: "Written",
            cell: ({ createdAt }) => (
              <time datetime={createdAt}>{relativeTime(createdAt, now)}</time>
            ),
          },
        ]}
        empty={filter === ""
          ? "Nothing is stored yet. A service writes here, or you create a key."
          : "No key passes the filter."}
      />
      {page.entries.length > 20 && pager}
    </>
  );
}

/** Longest text of a value in a list. */
const MOST_CHARACTERS = 200;

function valueText(entry: KVListed<unknown>): string {
  let text: string;
  try {
    text = rowText(listedRow(entry));
  } catch (error) {
    // The only thing that JSON which was read can be: too deep to be written.
    if (!(error instanceof RangeError)) throw error;
    text = "nested too deeply to be shown here";
  }
  const cut = text.length > MOST_CHARACTERS
    ? `${text.slice(0, MOST_CHARACTERS).toWellFormed()}…`
    : text;
  return printable(cut);
}
