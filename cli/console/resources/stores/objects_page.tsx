/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { PageResponse } from "../../../../contracts/schema/page.ts";
import type { StoreInfo, StoreStatus } from "../../../../runtime/store/store_types.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { bytes } from "../../../terminal/bytes.ts";
import { printable } from "../../../terminal/printable.ts";
import { relativeTime } from "../../../terminal/relative_time.ts";
import { Pager } from "../../layout/pager.tsx";
import { Bar, Facts, Section, Table } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { resourceHref } from "../words/resource_href.ts";
import { keptText, limitText, usedText } from "../words/setting_words.ts";

/** A page of the objects of a store, or why there is none. */
export interface ObjectsPageProps {
  readonly place: DataPlace;
  readonly status: StoreStatus | undefined;
  /** As it was typed. */
  readonly prefix: string;
  readonly page: PageResponse<StoreInfo> | undefined;
  /** Keys that belong on the page, and whose entries cannot be read. */
  readonly unreadable: readonly string[];
  readonly error: ExplainedError | undefined;
  readonly now: number;
}

/** The objects of a store, page by page. */
export function ObjectsPage(
  { place, status, prefix, page, unreadable, error, now }: ObjectsPageProps,
): VNode {
  return (
    <>
      {status !== undefined && <Store place={place} status={status} />}
      <Section title="Objects">
        <form method="get" class="filter" role="search">
          <label>
            Keys that begin with
            <input name="prefix" value={prefix} placeholder="incoming/" autocomplete="off" />
          </label>
          <button type="submit">Show</button>
          {prefix !== "" && <a href={resourceHref(place)}>All objects</a>}
        </form>
        {error !== undefined && <Problem error={error} />}
        {unreadable.length > 0 && <Problem error={unreadableError(unreadable)} />}
        {page !== undefined && <Objects place={place} prefix={prefix} page={page} now={now} />}
      </Section>
    </>
  );
}

/** The others are shown. */
function unreadableError(keys: readonly string[]): ExplainedError {
  const [first = ""] = keys;
  const what = keys.length === 1
    ? `the index entry of ${printable(first)} is`
    : `the index entries of ${keys.length} keys are`;
  const names = keys.length === 1 ? "it" : `them (${keys.map((key) => printable(key)).join(", ")})`;
  return {
    code: "corrupt",
    message: `${what} not what Trellis writes, and left out here`,
    hint: `put the objects again, or delete ${names}`,
  };
}

function Store(
  { place, status: { objects, bytes: used, ttlMs, maxTotalBytes, maxObjectBytes } }: {
    readonly place: DataPlace;
    readonly status: StoreStatus;
  },
): VNode {
  return (
    <Section title="Store">
      <Facts
        facts={[
          ["Service", printable(place.deployment)],
          ["Objects", objects.toLocaleString("en")],
          [
            "Size",
            <Bar
              key="size"
              used={used}
              limit={maxTotalBytes}
              text={usedText(used, maxTotalBytes)}
            />,
          ],
          ["Kept", keptText({ ttlMs })],
          ["One object", limitText(maxObjectBytes)],
        ]}
      />
    </Section>
  );
}

function Objects(
  { place, prefix, page, now }: Pick<ObjectsPageProps, "place" | "prefix" | "now"> & {
    readonly page: PageResponse<StoreInfo>;
  },
): VNode {
  const pager = (
    <Pager
      page={page}
      noun={["object", "objects"]}
      hrefOf={(offset) => resourceHref(place, "", { prefix, offset })}
    />
  );
  return (
    <>
      {pager}
      <Table
        caption="Objects"
        rows={page.entries}
        keyOf={({ key }) => key}
        columns={[
          {
            heading: "Key",
            cell: ({ key }) => <a href={resourceHref(place, "object", { key })}>{printable(key)}
            </a>,
          },
          { heading: "Size", cell: ({ size }) => bytes(size), isNumber: true },
          { heading: "Type", cell: ({ contentType }) => printable(contentType ?? "not said") },
          {
            heading: "Stored",
            cell: ({ updatedAt }) => (
              <time datetime={updatedAt}>{relativeTime(updatedAt, now)}</time>
            ),
          },
        ]}
        empty={prefix === ""
          ? "Nothing is stored yet. The service puts objects here; trellis store put does so by hand."
          : "No key begins with that."}
      />
      {page.entries.length > 20 && pager}
    </>
  );
}
