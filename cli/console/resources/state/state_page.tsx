/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { StateListResponse } from "../../../../contracts/platform/models/index.ts";
import { type EntryRow, entryRows } from "../../../commands/state/entry_rows.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { printable, printableJson } from "../../../terminal/printable.ts";
import { relativeTime } from "../../../terminal/relative_time.ts";
import { Pager } from "../../layout/pager.tsx";
import { Badge, Section, Table } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { stateHref, type StateQuery } from "../words/state_href.ts";
import type { StateStore } from "./open_state.ts";

/** What somebody keeps in a store, or the question whose. */
export interface StatePageProps {
  readonly state: StateStore;
  /** As it was typed. */
  readonly holder: string;
  /** To choose from. */
  readonly names: readonly string[];
  readonly prefix: string;
  readonly page: StateListResponse | undefined;
  readonly error: ExplainedError | undefined;
  readonly now: number;
}

/** The entries of a user, a device or an agent in a store, page by page. */
export function StatePage(props: StatePageProps): VNode {
  const { state: { contract, store, isMap, holders }, holder, names, prefix, page, error } = props;
  const isAsked = holder === "";
  return (
    <>
      <Section title={`Whose ${printable(store)}`}>
        <form method="get" class="filter" role="search">
          <input type="hidden" name="contract" value={contract} />
          <input type="hidden" name="store" value={store} />
          <label>
            {holders === "user" ? "User, by name or id" : `Id of the ${holders}`}
            <input name="holder" value={holder} list="holders" required autocomplete="off" />
          </label>
          <datalist id="holders">
            {names.map((name) => <option key={name} value={name} />)}
          </datalist>
          {isMap && (
            <label>
              Only below a path
              <input name="prefix" value={prefix} placeholder="a/b" autocomplete="off" />
            </label>
          )}
          <button type="submit">Show</button>
        </form>
        {isAsked && (
          <p class="faint">
            Each {holders} has {isMap ? "entries" : "a value"} of their own in this store of{" "}
            {printable(contract)}.
          </p>
        )}
        {error !== undefined && <Problem error={error} />}
      </Section>
      {page !== undefined && <Entries {...props} page={page} />}
    </>
  );
}

function Entries(
  { state: { contract, store, isMap }, holder, prefix, page, now }: StatePageProps & {
    readonly page: StateListResponse;
  },
): VNode {
  const rows = entryRows(page);
  const query = { contract, store, holder };
  return (
    <Section title="Entries">
      {(isMap || rows.length === 0) && (
        <p class="buttons">
          <a class="button" href={stateHref(query, "new")}>New entry</a>
        </p>
      )}
      {isMap && (
        <Pager
          page={{ ...page, entries: rows }}
          noun={["entry", "entries"]}
          hrefOf={(offset) => stateHref({ ...query, prefix, offset })}
        />
      )}
      <Table
        caption="Entries"
        rows={rows}
        keyOf={({ key = "" }) => key}
        columns={[
          {
            heading: isMap ? "Key" : "Entry",
            cell: (row) => <EntryLink row={row} query={query} />,
          },
          { heading: "Value", cell: (row) => <EntryValue row={row} /> },
          { heading: "Written", cell: ({ updatedAt }) => moment(updatedAt, now) },
          { heading: "Expires", cell: ({ expiresAt }) => moment(expiresAt, now) },
        ]}
        empty={prefix === ""
          ? "Nothing is kept here. The app writes here, or you make an entry."
          : "There is no entry below this path."}
      />
    </Section>
  );
}

function EntryLink(
  { row: { key }, query }: { readonly row: EntryRow; readonly query: StateQuery },
): VNode {
  return <a href={stateHref({ ...query, key }, "entry")}>{printable(key ?? "the value")}</a>;
}

/** Longest text of a value in a list. */
const MOST_CHARACTERS = 160;

function EntryValue({ row: { value, note, isUnreadable } }: { readonly row: EntryRow }): VNode {
  // What came over the wire is JSON.
  const text = value === undefined ? "" : printableJson(value as object | null);
  return (
    <>
      {note !== undefined && (
        <Badge tone={isUnreadable ? "danger" : "waiting"}>{printable(note)}</Badge>
      )} {text !== "" && (
        <code class="cut">
          {text.length > MOST_CHARACTERS
            ? `${text.slice(0, MOST_CHARACTERS).toWellFormed()}…`
            : text}
        </code>
      )}
    </>
  );
}

function moment(at: string | undefined, now: number): VNode | string {
  if (at === undefined) return "–";
  return <time datetime={at} title={at}>{relativeTime(at, now)}</time>;
}
