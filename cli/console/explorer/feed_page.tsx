/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { FeedItem } from "../../../runtime/feeds/feed_types.ts";
import type { CallFailure } from "../../calls/call_served.ts";
import type { ServedSurface } from "../../calls/served_surface.ts";
import { printable, printableJson } from "../../terminal/printable.ts";
import { Badge, Code, Facts, Section } from "../layout/parts.tsx";
import { CallForm } from "./call_form.tsx";
import { feedCode, feedCommand } from "./call_lines.ts";
import type { Draft } from "./read_draft.ts";
import { SchemaDocs } from "./schema_docs.tsx";

/** Values that a page keeps. */
const KEPT_VALUES = 100;

/** What a page of a feed shows. */
export interface FeedPageProps {
  readonly served: ServedSurface;
  readonly deployment: string;
  readonly draft: Draft;
  /** With what it is followed; undefined before it is. */
  readonly input: JsonValue | undefined;
}

/** A feed: a form to follow it, what comes, and what its schemas say. */
export function FeedPage({ served, deployment, draft, input }: FeedPageProps): VNode {
  const { contract, subject, surface } = served;
  const { name, schemas: { input: asked = true, event = true }, errors, capabilities } = surface;
  const needed = capabilities.subscribe ?? [];
  return (
    <>
      <Facts
        facts={[
          ["Contract", <code key="contract">{printable(contract)}</code>],
          [
            "Served by",
            <a key="served" href={`/services/${encodeURIComponent(deployment)}`}>
              {printable(deployment)}
            </a>,
          ],
          ["Subject", <code key="subject">{printable(subject)}.&lt;caller&gt;</code>],
          [
            "Subscribers need",
            needed.length === 0 ? "no capability" : printable(needed.join(", ")),
          ],
          ["Errors of its own", errors.length === 0 ? "none" : printable(errors.join(", "))],
        ]}
      />
      <Section title="Follow it">
        <CallForm draft={draft} verb="Follow">
          <input type="hidden" name="timeout" value={draft.timeoutMs} />
        </CallForm>
      </Section>
      {input !== undefined && (
        <Section title="Values" id="values">
          <p>New values come on top, and the last {KEPT_VALUES} stay.</p>
          <ul
            class="feed"
            data-live={`${feedAddress(name, deployment)}/values?${new URLSearchParams({
              input: JSON.stringify(input),
            })}`}
            data-keep={KEPT_VALUES}
            aria-live="polite"
          >
          </ul>
          <h3>In a terminal</h3>
          <Code>{printable(feedCommand(name, input))}</Code>
          <h3>In TypeScript</h3>
          <Code>{printable(feedCode(name, contract, input), { lines: true })}</Code>
        </Section>
      )}
      <Section title="Input">
        <SchemaDocs schema={asked} caption={`Members of the input of ${printable(name)}`} />
      </Section>
      <Section title="Value">
        <SchemaDocs schema={event} caption={`Members of a value of ${printable(name)}`} />
      </Section>
    </>
  );
}

/** A value that has come. */
export function FeedRow({ item }: { readonly item: FeedItem<unknown> }): VNode {
  const { value, gap, gapReason } = item;
  return (
    <li>
      {gap && <Badge tone="waiting">values may be missing before this one</Badge>}
      {gapReason !== undefined && <span>{printable(gapReason)}</span>}
      {/* What came over the wire is JSON. */}
      <code>{printableJson(value as JsonValue)}</code>
    </li>
  );
}

/** How it has ended, or why it did not begin. */
export function FeedEndRow({ failure }: { readonly failure: CallFailure | undefined }): VNode {
  return (
    <li>
      {failure === undefined
        ? <Badge tone="plain">the service has ended it</Badge>
        : <Badge tone="danger">{printable(failure.message)}</Badge>}
    </li>
  );
}

/** Where a feed is shown and followed. */
export function feedAddress(name: string, deployment: string): string {
  return `/explorer/${encodeURIComponent(deployment)}/feeds/${encodeURIComponent(name)}`;
}
