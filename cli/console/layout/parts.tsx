/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";

/** A part of a page, under a heading of its own. */
export function Section(
  { title, id, children }: {
    readonly title: string;
    readonly id?: string;
    readonly children: ComponentChildren;
  },
): VNode {
  return (
    <section id={id} class="sheet">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** How something stands, as one word with a colour and a sign: the colour alone says nothing. */
export function Badge(
  { tone, children }: { readonly tone: Tone; readonly children: ComponentChildren },
): VNode {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** What a word is about. */
export type Tone = "good" | "waiting" | "danger" | "plain";

/** Facts with their names. */
export function Facts(
  { facts }: { readonly facts: readonly (readonly [name: string, value: ComponentChildren])[] },
): VNode {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A column of a table. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

/** Rows; on a narrow screen each becomes a block of named values. The first column names the row. */
export function Table<Row>(
  { caption, columns, rows, keyOf, empty }: {
    /** What the table holds, for who does not see it. */
    readonly caption: string;
    readonly columns: readonly Column<Row>[];
    readonly rows: readonly Row[];
    readonly keyOf: (row: Row) => string;
    /** What stands there without rows: what it means, and what to do next. */
    readonly empty: ComponentChildren;
  },
): VNode {
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  return (
    <table class="rows">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ heading, isNumber }) => (
            <th key={heading} scope="col" class={isNumber ? "number" : undefined}>{heading}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ heading, cell, isNumber }, at) =>
              at === 0
                ? <th key={heading} scope="row">{cell(row)}</th>
                : (
                  <td key={heading} data-name={heading} class={isNumber ? "number" : undefined}>
                    {/* On a narrow screen it stands beside its name as one thing. */}
                    <div>{cell(row)}</div>
                  </td>
                )
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What stands where there is nothing: what that means, and what to do next. */
export function Empty({ children }: { readonly children: ComponentChildren }): VNode {
  return <p class="empty">{children}</p>;
}

/** How much of a limit is used, as a bar and in words. */
export function Bar(
  { used, limit, text }: {
    readonly used: number;
    /** Missing: there is none. */
    readonly limit?: number | undefined;
    readonly text: string;
  },
): VNode {
  return (
    <span class="bar">
      {limit !== undefined && limit > 0 && (
        <meter min={0} max={limit} value={Math.min(used, limit)} high={limit * 0.8}>{text}</meter>
      )}
      <span>{text}</span>
    </span>
  );
}

/** Text as a program has written it: JSON, a command, code. */
export function Code({ children }: { readonly children: string }): VNode {
  return <pre class="code" tabIndex={0}><code>{children}</code></pre>;
}

/**
 * A part that stays as things are: the server sends it again when it has changed. It is shown at once, also
 * without a script.
 */
export function Live(
  { id, from, children }: {
    readonly id: string;
    /** Where it comes from, as `/services/live`: a route made with `liveRoute`. */
    readonly from: string;
    readonly children: ComponentChildren;
  },
): VNode {
  return <div id={id} data-live={from} aria-live="polite">{children}</div>;
}
